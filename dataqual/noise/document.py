"""A document as the kinds of noise see it: its words, and what must stay."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.lazy import lazy
from dataqual.protected import Protected
from dataqual.text import ALONE, LETTER
from dataqual.word_spans import Spans

Place = tuple[int, int]
"""From which character to which; the same twice where something comes in between."""

Edits = list[tuple[int, int, str]]
"""Start, end and replacement; none where nothing can be done there after all."""


@dataclass(frozen=True, eq=False)
class Document:
    """Its text, its words under the cut `unicode`, the size of a masked span, and what takes its place."""

    text: str
    spans: Spans
    span: int = 3
    mask: str = "[MASK]"

    @lazy
    def protected(self) -> Protected:
        """Addresses, numbers, code and markup, which stay."""
        return Protected(self.text)

    @lazy
    def words(self) -> list[Place]:
        """Words with a letter that need not stay."""
        stays = self.protected.touches
        return [
            (start, end)
            for start, end, flags in zip(self.spans.starts, self.spans.ends, self.spans.flags, strict=True)
            if flags & LETTER and not stays(start, end)
        ]

    @lazy
    def ends(self) -> dict[int, int]:
        """Where the word ends that begins here."""
        return dict(self.words)

    @lazy
    def begins(self) -> dict[int, int]:
        """Where the word begins that ends here."""
        return {end: start for start, end in self.words}

    @lazy
    def alone(self) -> frozenset[int]:
        """Where words begin that are one character of a script without blanks."""
        return frozenset(
            start for start, flags in zip(self.spans.starts, self.spans.flags, strict=True) if flags & ALONE
        )
