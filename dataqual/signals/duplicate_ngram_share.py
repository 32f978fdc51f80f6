"""The signal `duplicate_ngram_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels.repeats import LEVELS
from dataqual.operators import Signal
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class DuplicateNgramShare(Signal):
    """Share of a document's characters in word n-grams it has more than once; 0 with fewer than `n` + 1 words.

    `count` "later": walking from left to right, n-grams seen before, stepping over each one found, out of the
    text's characters. "all": every occurrence of a repeated n-gram, out of every n-gram, overlaps counting
    again in both. "covered": words that lie in a repeated n-gram, each once, out of all words.

    >>> DuplicateNgramShare(n=2)(["a b c a b", ""]).round(3).tolist()
    [0.222, 0.0]
    >>> [DuplicateNgramShare(n=2, count=count)(["a b c a b"]).item() for count in ("all", "covered")]
    [0.5, 0.8]
    """

    n: int = 5
    cut: Cut = "tokens"
    count: Literal["later", "all", "covered"] = "later"

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LEVELS:
            raise SpecError(f"n is {self.n}, not from 1 to {LEVELS}")

    def measure(self, text: Text) -> NDArray[Any]:
        table = text.ngrams(self.cut)
        if self.count == "later":
            part, whole = table.later_chars[:, self.n], text.characters.total
        elif self.count == "all":
            part, whole = table.repeated_chars[:, self.n], table.all_chars[:, self.n]
        else:
            words = text.cut(self.cut)
            part, whole = table.covered_chars[:, self.n], words.total_chars
        share: NDArray[np.float64] = part / np.maximum(whole, 1)
        return share
