"""The signal `duplicate_ngram_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels.repeats import LEVELS
from dataqual.operators import Signal
from dataqual.published_words import WordCut, ngrams, published_ngrams, words
from dataqual.text import Text


@dataclass(frozen=True)
class DuplicateNgramShare(Signal):
    """Share of a document's characters in word n-grams it has more than once; 0 with fewer than `n` + 1 words.

    `count` "later": walking from left to right, n-grams seen before, stepping over each one found, out of the
    text's characters. "all": every occurrence of a repeated n-gram, out of every n-gram, overlaps counting
    again in both. "covered": words that lie in a repeated n-gram, each once, out of all words. "later_covered": words
    that lie in an n-gram seen before, each once, with their spaces, out of the text's characters. With fewer than `n`
    words it is 1 if `short` says so.

    >>> DuplicateNgramShare(n=2)(["a b c a b", ""]).round(3).tolist()
    [0.222, 0.0]
    >>> [DuplicateNgramShare(n=2, count=count)(["a b c a b"]).round(3).item() for count in ("all", "covered", "later_covered")]
    [0.5, 0.8, 0.333]
    """

    n: int = 5
    cut: WordCut = "tokens"
    count: Literal["later", "all", "covered", "later_covered"] = "later"
    short: Literal[0, 1] = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LEVELS:
            raise SpecError(f"n is {self.n}, not from 1 to {LEVELS}")

    def measure(self, text: Text) -> NDArray[Any]:
        part, whole = self._parts(text)
        share: NDArray[np.float64] = part / np.maximum(whole, 1)
        return np.where(words(text, self.cut).counts < self.n, 1.0, share) if self.short else share

    def _parts(self, text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self.count == "later_covered":
            published = published_ngrams(text, self.cut)
            return published.later_chars[:, self.n] + published.later_spaces[:, self.n], text.characters.total
        table = ngrams(text, self.cut)
        if self.count == "later":
            return table.later_chars[:, self.n], text.characters.total
        if self.count == "all":
            return table.repeated_chars[:, self.n], table.all_chars[:, self.n]
        segments = words(text, self.cut)
        return table.covered_chars[:, self.n], segments.total_chars
