"""The signal `stop_words`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evident
from dataqual.operators import Signal
from dataqual.text import Cut, Segments, Text


@dataclass(frozen=True)
class StopWords(Signal):
    """How many stop words a document has, "distinct" ones or all "occurrences"; case matters.

    The default words are Gopher's (Rae et al. 2021, table A1), for English only.

    >>> StopWords()(["the cat and the hat", "The", ""]).tolist()
    [2, 0, 0]
    >>> StopWords(count="occurrences")(["the cat and the hat"]).tolist()
    [3]
    """

    unit: ClassVar[str] = "words"
    words: tuple[str, ...] = ("the", "be", "to", "of", "and", "that", "have", "with")
    count: Literal["distinct", "occurrences"] = "distinct"
    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        words, at, which = self._find(text)
        if self.count == "occurrences":
            return np.bincount(words.documents[at], minlength=len(text))
        pairs = np.unique(words.documents[at] * len(self.words) + which)
        return np.bincount(pairs // len(self.words), minlength=len(text))

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The stop words."""
        words, at, _ = self._find(Text.of([document]))
        return evident(document, words, np.isin(np.arange(len(words)), at), "stop word")

    def _find(self, text: Text) -> tuple[Segments, NDArray[np.intp], NDArray[np.intp]]:
        """The words, which of them are stop words, and which stop words those are."""
        words = text.cut(self.cut)
        wanted = Text.of(self.words)
        hashes = Segments(wanted.data, wanted.offsets[:-1], wanted.offsets[1:], np.arange(len(wanted) + 1)).hashes
        order = np.argsort(hashes)
        likely = np.zeros(1 << 16, np.bool_)  # most words are out after one look at 16 bits of their hash
        likely[hashes.astype(np.uint16)] = True
        at = np.flatnonzero(likely[words.hashes.astype(np.uint16)])
        place = np.minimum(np.searchsorted(hashes[order], words.hashes[at]), len(hashes) - 1)
        same = hashes[order][place] == words.hashes[at]
        return words, at[same], order[place[same]]
