"""The signal `duplicate_character_ngram_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels import character_ngrams as kernels
from dataqual.kernels.unicode import tables
from dataqual.operators import Signal
from dataqual.text import Segments, Text


@dataclass(frozen=True)
class DuplicateCharacterNgramShare(Signal):
    """Share of a document's character n-grams that it has more than once; 0 for one of fewer than `n` characters.

    Spaces, tabs and line feeds are left out and case is folded, so it needs no words: made for Chinese (ChineseWebText's
    EvalWeb, Chen et al. 2023, arXiv 2311.01149). EvalWeb forgets the last n-gram; it counts if `last` is true.

    >>> DuplicateCharacterNgramShare(n=3)(["我们去，我们去！", "Ab c abc", "", "ab"]).round(2).tolist()
    [0.33, 0.5, 0.0, 0.0]
    """

    profiled: ClassVar[bool] = False
    n: int = 13
    last: bool = True

    def __post_init__(self) -> None:
        if self.n < 1:
            raise SpecError(f"n is {self.n}, not 1 or more")

    def measure(self, text: Text) -> NDArray[Any]:
        whole = Segments(text.data, text.offsets[:-1], text.offsets[1:], np.arange(len(text) + 1)).stripped
        repeated, total = np.zeros(len(text), np.int64), np.zeros(len(text), np.int64)
        kernels.count_repeated_ngrams(
            text.data, whole.starts, whole.ends, self.n, tables().lower, int(not self.last), repeated, total
        )
        share: NDArray[np.float64] = repeated / np.maximum(total, 1)
        return share
