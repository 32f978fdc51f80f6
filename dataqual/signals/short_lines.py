"""The signal `short_lines`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, evident, lines
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class ShortLines(Signal):
    """Share of lines with at most `max_chars` characters, white space counted; 0 without lines.

    >>> ShortLines(max_chars=4)(["Home\\nAbout\\n\\nFAQ", ""]).round(2).tolist()
    [0.67, 0.0]
    """

    max_chars: int = 30
    lines: LineCut = "nonblank"

    def measure(self, text: Text) -> NDArray[Any]:
        segments = lines(text, self.lines)
        return segments.share(segments.chars <= self.max_chars)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The short lines."""
        segments = lines(Text.of([document]), self.lines)
        return evident(document, segments, segments.chars <= self.max_chars, "short line")
