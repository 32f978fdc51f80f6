"""The signal `unique_word_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class UniqueWordShare(Signal):
    """Different tokens (words and punctuation marks) per token; 0 for an empty document. Falls with length: compare like with like.

    >>> UniqueWordShare()(["the cat the hat", "", "好好学习"]).tolist()
    [0.75, 0.0, 0.75]
    """

    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut(self.cut)
        return text.ngrams(self.cut).distinct[:, 1] / np.maximum(words.counts, 1)
