"""The signal `unique_word_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.published_words import WordCut, ngrams, words
from dataqual.text import Text


@dataclass(frozen=True)
class UniqueWordShare(Signal):
    """Different tokens (words and punctuation marks) per token; 0 for an empty document. Falls with length: compare like with like.

    >>> UniqueWordShare()(["the cat the hat", "", "好好学习"]).tolist()
    [0.75, 0.0, 0.75]
    """

    cut: WordCut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        segments = words(text, self.cut)
        return ngrams(text, self.cut).distinct[:, 1] / np.maximum(segments.counts, 1)
