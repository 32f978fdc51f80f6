"""The signal `newline_to_word_ratio`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class NewlineToWordRatio(Signal):
    """Line feeds per word, high in lists and tables; 0 for a document without words.

    >>> NewlineToWordRatio()(["one\\ntwo\\n", ""]).tolist()
    [1.0, 0.0]
    """

    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut(self.cut)
        return np.where(words.counts > 0, text.characters.ascii[:, 10] / np.maximum(words.counts, 1), 0.0)
