"""The signal `mean_word_length`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.published_words import WordCut, words
from dataqual.text import Text


@dataclass(frozen=True)
class MeanWordLength(Signal):
    """Mean characters per word; 0 for a document without words.

    >>> MeanWordLength()(["a bcd", "我们", ""]).tolist()
    [2.0, 1.0, 0.0]
    """

    unit: ClassVar[str] = "characters"
    cut: WordCut = "unicode"

    def measure(self, text: Text) -> NDArray[Any]:
        segments = words(text, self.cut)
        return segments.total_chars / np.maximum(segments.counts, 1)
