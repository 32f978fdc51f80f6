"""`NgramTable`: what is repeated among the words of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import repeats
from dataqual.segments import Segments


@dataclass(frozen=True, eq=False)
class NgramTable:
    """What is repeated in each document; every array is (documents, 11), column n is about word n-grams.

    Words are the same when their bytes are. Characters are those of the words, separators not counted; all
    numbers are 0 where a document has fewer than n words. Column 0 is unused.
    """

    top_count: NDArray[np.int64]
    """How often the most frequent n-gram occurs; the first seen wins a tie."""
    top_chars: NDArray[np.int64]
    """Characters of that n-gram, once."""
    later_chars: NDArray[np.int64]
    """Characters of the n-grams seen before, walking from left to right and stepping over each one found."""
    repeated_chars: NDArray[np.int64]
    """Characters of all occurrences of n-grams that occur more than once; overlaps count again."""
    all_chars: NDArray[np.int64]
    """Characters of all n-grams; overlaps count again."""
    covered_chars: NDArray[np.int64]
    """Characters of the words that lie in some repeated n-gram, each once."""
    distinct: NDArray[np.int64]
    """Different n-grams."""
    word_entropy: NDArray[np.float64]
    """(documents,): entropy of the words' frequencies in bits."""

    @classmethod
    def of(cls, words: Segments) -> NgramTable:
        """Count the words of one cut."""
        shape = (repeats.LEVELS + 1, len(words.counts))  # the documents last: signals take one n of all
        names = ("top_count", "top_chars", "later_chars", "repeated_chars", "all_chars", "covered_chars", "distinct")
        arrays: dict[str, NDArray[Any]] = {name: np.zeros(shape, np.int64) for name in names}
        entropy = np.zeros(shape[1], np.float64)
        room = repeats.room(int(words.counts.max(initial=1)))
        repeats.count_repeats(words.hashes, words.chars, words.offsets, **arrays, word_entropy=entropy, **room)
        return cls(**{name: array.T for name, array in arrays.items()}, word_entropy=entropy)
