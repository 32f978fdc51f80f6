"""The signal `mean_non_symbol_word_length`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.signals.non_symbol_word_count import non_symbol_words
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class MeanNonSymbolWordLength(Signal):
    """Mean characters of the words that are not all punctuation (see `non_symbol_word_count`); 0 without such.

    >>> MeanNonSymbolWordLength()(["Oh, well!", "...", ""]).tolist()
    [3.0, 0.0, 0.0]
    """

    unit: ClassVar[str] = "characters"
    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        counts, characters = non_symbol_words(text, self.cut)
        mean: NDArray[np.float64] = characters / np.maximum(counts, 1)
        return mean
