"""The signal `stop_words`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import phrases as kernels
from dataqual.line_cuts import evident, hashes_of, shared
from dataqual.operators import Signal
from dataqual.text import Cut, Segments, Text


@dataclass(frozen=True)
class StopWords(Signal):
    """How many stop words a document has, "distinct" ones or all "occurrences"; case matters unless `any_case`.

    The default words are Gopher's (Rae et al. 2021, table A1), for English only.

    >>> StopWords()(["the cat and the hat", "The", ""]).tolist()
    [2, 0, 0]
    >>> StopWords(count="occurrences")(["the cat and the hat"]).tolist()
    [3]
    >>> StopWords(any_case=True)(["The cat and THE hat"]).tolist()
    [2]
    """

    unit: ClassVar[str] = "words"
    words: tuple[str, ...] = ("the", "be", "to", "of", "and", "that", "have", "with")
    count: Literal["distinct", "occurrences"] = "distinct"
    cut: Cut = "tokens"
    any_case: bool = False

    def measure(self, text: Text) -> NDArray[Any]:
        key = ("stop words", self.words, self.cut, self.any_case)
        return shared(text, key, lambda: self._counted(text))[self.count]

    def _counted(self, text: Text) -> dict[str, NDArray[np.int64]]:
        """Both counts."""
        words = text.cut(self.cut)
        distinct, occurrences = np.empty(len(text), np.int64), np.empty(len(text), np.int64)
        listed, firsts = _by_low_bits(self.words, self.any_case)
        seen = np.full(len(listed), -1)
        kernels.count_listed(self._hashes(words), words.offsets, listed, firsts, seen, distinct, occurrences)
        return {"distinct": distinct, "occurrences": occurrences}

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The stop words."""
        words = Text.of([document]).cut(self.cut)
        return evident(
            document, words, np.isin(self._hashes(words), hashes_of(self.words, fold=self.any_case)), "stop word"
        )

    def _hashes(self, words: Segments) -> NDArray[np.uint64]:
        return words.folded if self.any_case else words.hashes


@lru_cache(maxsize=64)
def _by_low_bits(words: tuple[str, ...], fold: bool) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The hashes of the words by their low 12 bits, and where those with the same low bits begin, -1 for none."""
    hashes = np.unique(hashes_of(words, fold=fold))
    low = hashes & np.uint64(4095)
    order = np.argsort(low, kind="stable")
    firsts = np.full(4096, -1, np.int32)
    present, places = np.unique(low[order], return_index=True)
    firsts[present] = places
    return hashes[order], firsts
