"""The signal `median_word_length`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class MedianWordLength(Signal):
    """Median characters per word (mean of the middle two); 0 for a document without words.

    >>> MedianWordLength()(["a bcd", "one three five", ""]).tolist()
    [2.0, 4.0, 0.0]
    """

    unit: ClassVar[str] = "characters"
    cut: Cut = "unicode"

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut(self.cut)
        return words.median(words.chars)
