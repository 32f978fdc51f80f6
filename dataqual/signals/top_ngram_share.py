"""The signal `top_ngram_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels.repeats import LEVELS
from dataqual.operators import Signal
from dataqual.published_words import WordCut, joined_counts, ngrams, published_ngrams, words
from dataqual.text import Text


@dataclass(frozen=True)
class TopNgramShare(Signal):
    """Share of a document's characters in its most frequent word n-gram (the first seen wins a tie).

    A frequency of one counts, as in the tools this follows, so a short document has a high share; with `least` 2 what is
    not repeated gives 0. Fewer than `n` words give 0, or 1 if `short` says so. `of` "characters": the spaces within the
    n-gram count, out of the text's characters. "word_characters": they do not, out of the words' characters. "replaced":
    what a text loses if the n-gram, its words joined by single spaces, is replaced by nothing, in other words too.
    With `ties` "longest" the longest of the most frequent is meant. Overlapping occurrences may bring it above 1.

    >>> TopNgramShare(n=2)(["a b a b", "one", ""]).round(3).tolist()
    [0.857, 0.0, 0.0]
    >>> TopNgramShare(n=2, cut="whitespace", of="word_characters")(["a b a c"]).tolist()
    [0.5]
    >>> TopNgramShare(n=2, cut="whitespace", of="word_characters", least=2, ties="longest")(["a b a c", "a b cc dd a b cc"]).tolist()
    [0.0, 0.6]
    """

    n: int = 2
    cut: WordCut = "tokens"
    of: Literal["characters", "word_characters", "replaced"] = "characters"
    least: int = 1
    ties: Literal["first", "longest"] = "first"
    short: Literal[0, 1] = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LEVELS:
            raise SpecError(f"n is {self.n}, not from 1 to {LEVELS}")
        if self.of == "replaced" and (self.ties == "longest" or self.cut == "normalized"):
            raise SpecError("'replaced' is for the first of the most frequent n-grams of the text's own words")

    def measure(self, text: Text) -> NDArray[Any]:
        count, chars = self._top(text)
        counted = np.where(count >= self.least, count, 0)
        if self.of == "word_characters":
            segments = words(text, self.cut)
            top, whole = counted * chars, segments.total_chars
        else:
            spaced = np.where(chars > 0, chars + self.n - 1, 0)
            times = (
                np.where(counted > 0, joined_counts(text, self.cut, self.n), 0) if self.of == "replaced" else counted
            )
            top, whole = times * spaced, text.characters.total
        share: NDArray[np.float64] = top / np.maximum(whole, 1)
        return np.where(count == 0, float(self.short), share) if self.short else share

    def _top(self, text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How often the most frequent n-gram occurs, and its characters."""
        if self.ties == "longest":
            table = published_ngrams(text, self.cut)
            return table.top_count[:, self.n], table.longest_chars[:, self.n]
        own = ngrams(text, self.cut)
        return own.top_count[:, self.n], own.top_chars[:, self.n]
