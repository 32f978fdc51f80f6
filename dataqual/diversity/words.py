"""The words of a sample as numbers, and their n-grams; made once for all measures that ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.document_sample import DocumentSample
from dataqual.lazy import lazy
from dataqual.text import Segments
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.tfidf import numbered, rows


@dataclass(frozen=True, eq=False)
class Words:
    """Words of documents in any case, numbered from 0 in the order in which each comes first.

    >>> words = Words.of(DocumentSample.of_texts(["The cat the"]))
    >>> words.codes.tolist(), words.ngrams(2).tolist(), words.kinds(2)
    ([0, 1, 0], [0, 1, -1], 2)
    """

    codes: NDArray[np.int32]
    """(words,)"""
    offsets: NDArray[np.int64]
    """(documents + 1,): where the words of each document begin."""

    @classmethod
    def of(cls, sample: DocumentSample) -> Words:
        """Those of the cut `unicode`, in which a Han character is a word."""
        return sample.once(cls._made)

    @classmethod
    def _made(cls, sample: DocumentSample) -> Words:
        return cls.of_cut(sample.text.cut("unicode"))

    @classmethod
    def of_cut(cls, cut: Segments, *, fold: bool = True) -> Words:
        """Those of any cut, where not `fold` by their case too."""
        return cls(numbered(cut.folded if fold else cut.hashes)[0], cut.offsets)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Words of each document."""
        return np.diff(self.offsets)

    @lazy
    def _known(self) -> dict[int, NDArray[np.int32]]:
        return {1: self.codes}

    @lazy
    def _rooms(self) -> dict[str, NDArray[Any]]:
        return {}

    def room(self, n: int, width: int) -> NDArray[np.float64]:
        """Zeros, (n-grams, width), to work in and to leave as they were: made once, for it is large."""
        key = f"{n} by {width}"
        if key not in self._rooms:
            self._rooms[key] = np.zeros((self.kinds(n), width))
        return self._rooms[key]

    def _slots(self, n: int) -> NDArray[np.int64]:
        key = f"slots of {n}"
        if key not in self._rooms:
            self._rooms[key] = np.full(self.kinds(n), -1, np.int64)
        return self._rooms[key]

    def ngrams(self, n: int) -> NDArray[np.int32]:
        """The number of the n-gram that begins at each word, (words,); -1 where its document ends before."""
        known = self._known
        if n not in known:
            shorter = self.ngrams(n - 1)
            pairs = np.full(len(self.codes), -1, np.int64)
            if len(self.codes) >= n:
                pairs[: 1 - n] = shorter[: 1 - n].astype(np.int64) << 32 | self.codes[n - 1 :]
            ends = np.repeat(self.offsets[1:], self.counts)
            fits = np.arange(len(self.codes)) + n <= ends
            codes = np.full(len(self.codes), -1, np.int32)
            codes[fits] = numbered(pairs[fits].view(np.uint64))[0]
            known[n] = codes
        return known[n]

    def kinds(self, n: int) -> int:
        """How many different n-grams there are."""
        return int(self.ngrams(n).max(initial=-1)) + 1

    def table(self, n: int, first: int = 0, end: int | None = None) -> Sparse:
        """How often each n-gram is in each document from `first` to before `end`, (documents, n-grams)."""
        offsets = self.offsets[first : None if end is None else end + 1]
        codes = self.ngrams(n)[offsets[0] : offsets[-1]]
        return rows(codes, offsets - offsets[0], self.kinds(n), self._slots(n))
