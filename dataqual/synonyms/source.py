"""What every source of synonyms gives: places in a document, and for each what may stand there instead."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Edit
from dataqual.lazy import lazy
from dataqual.text import Segments, Text
from dataqual.word_spans import Spans, characters_before, spans_of


@dataclass(frozen=True)
class Swap:
    """A place, and its choices: each the edits that it takes, the synonym's own and, say, that of the article before it."""

    start: int
    choices: tuple[tuple[Edit, ...], ...]


@dataclass(frozen=True, eq=False)
class Documents:
    """Documents whose words are cut together."""

    texts: Sequence[str]
    text: Text

    @classmethod
    def of(cls, texts: Sequence[str]) -> Documents:
        """Of texts in memory."""
        return cls(texts, Text.of(list(texts)))

    def __len__(self) -> int:
        return len(self.texts)

    @lazy
    def segments(self) -> Segments:
        """Their words, a Han, kana or Thai character each its own."""
        return self.text.cut("unicode")

    @lazy
    def spans(self) -> list[Spans]:
        """The words of each as spans of characters."""
        return spans_of(self.text)

    @lazy
    def _before(self) -> NDArray[np.int64] | None:
        """How many characters begin before each byte; None where each byte is one."""
        return None if len(self.text.data) == 0 or self.text.data.max() < 0x80 else characters_before(self.text.data)

    def characters(self, row: int, first: int, last: int) -> list[tuple[int, int]]:
        """Where words `first` to before `last`, of all, begin and end in document `row`, in characters."""
        segments, own = self.segments, self.text.offsets[row]
        starts, ends = segments.starts[first:last], segments.ends[first:last]
        if (before := self._before) is not None:
            starts, ends, own = before[starts], before[ends], before[own]
        return list(zip((starts - own).tolist(), (ends - own).tolist(), strict=True))


class Source(ABC):
    """Synonyms of one language."""

    language: str
    least: int = 1
    """Words that are replaced in a document at least, whatever the rate, as far as so many have synonyms."""
    most: int | None = None
    """Words that are replaced in a document at most; None for no bound but the rate."""

    def words(self, spans: int) -> int:
        """How many words a document of so many spans has, of which a share is replaced."""
        return spans

    @abstractmethod
    def read(self, documents: Documents, rows: Sequence[int]) -> list[list[Swap] | None]:
        """Of each document in these rows all places, in order, whose edits do not overlap; None where it is in another language."""


class OneByOne(Source):
    """Synonyms that are looked for in one document after the other."""

    def read(self, documents: Documents, rows: Sequence[int]) -> list[list[Swap] | None]:
        """As `serves` and `swaps` say."""
        return [
            self.swaps(documents.texts[row], documents.spans[row])
            if self.serves(documents.texts[row], documents.spans[row])
            else None
            for row in rows
        ]

    @abstractmethod
    def serves(self, text: str, spans: Spans) -> bool:
        """Whether a document is in its language."""

    @abstractmethod
    def swaps(self, text: str, spans: Spans) -> list[Swap]:
        """All places, in order, whose edits do not overlap."""
