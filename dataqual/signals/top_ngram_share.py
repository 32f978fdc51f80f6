"""The signal `top_ngram_share`."""

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
class TopNgramShare(Signal):
    """Share of a document's characters in its most frequent word n-gram (the first seen wins a tie).

    A frequency of one counts, as in the tools this follows, so a short document has a high share; fewer than
    `n` words give 0. `of` "characters": the spaces within the n-gram count, out of the text's characters.
    "word_characters": they do not, out of the words' characters. Overlapping occurrences may bring it above 1.

    >>> TopNgramShare(n=2)(["a b a b", "one", ""]).round(3).tolist()
    [0.857, 0.0, 0.0]
    >>> TopNgramShare(n=2, cut="whitespace", of="word_characters")(["a b a c"]).tolist()
    [0.5]
    """

    n: int = 2
    cut: Cut = "tokens"
    of: Literal["characters", "word_characters"] = "characters"

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LEVELS:
            raise SpecError(f"n is {self.n}, not from 1 to {LEVELS}")

    def measure(self, text: Text) -> NDArray[Any]:
        table = text.ngrams(self.cut)
        count, chars = table.top_count[:, self.n], table.top_chars[:, self.n]
        if self.of == "characters":
            top, whole = count * (chars + self.n - 1), text.characters.total
        else:
            words = text.cut(self.cut)
            top, whole = count * chars, words.total_chars
        share: NDArray[np.float64] = top / np.maximum(whole, 1)
        return share
