"""What every source of synonyms gives: places in a document, and for each what may stand there instead."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from dataqual.children import Edit
from dataqual.protected import Protected
from dataqual.word_spans import Spans


@dataclass(frozen=True)
class Swap:
    """A place, and its choices: each the edits that it takes, the synonym's own and, say, that of the article before it."""

    start: int
    choices: tuple[tuple[Edit, ...], ...]


class Source(ABC):
    """Synonyms of one language."""

    language: str
    most: int | None = None
    """Words that are replaced in a document at most; None for no bound but the rate."""

    @abstractmethod
    def serves(self, text: str, spans: Spans) -> bool:
        """Whether a document is in its language."""

    def words(self, text: str, spans: Spans) -> int:
        """How many words a document has, of which a share is replaced."""
        return len(spans)

    @abstractmethod
    def swaps(self, text: str, spans: Spans, protected: Protected) -> list[Swap]:
        """All places, in order, whose edits do not overlap."""
