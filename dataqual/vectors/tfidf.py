"""Documents as rows of numbers over their terms: counts, and TF-IDF."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import vectors
from dataqual.text import ALONE, Text
from dataqual.vectors.sparse import Sparse

Lengths = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Terms:
    """How often each document has each term.

    >>> terms = count(Text.of(["the cat", "The cat sat", "好好学习"]))
    >>> [terms.name(column) for column in np.argsort(-terms.counts.column_sums(), kind="stable")[:3]], terms.counts.shape
    (['the', '好', 'cat'], (3, 9))
    """

    counts: Sparse
    """(documents, terms), terms in the order of their hashes, so that it does not depend on the documents'."""
    hashes: NDArray[np.uint64]
    """(terms,) ascending; equal terms of other corpora have equal hashes, if the lengths are the same."""
    text: Text
    starts: NDArray[np.int64]
    """Byte position in `text` where each term is seen first, (terms,)."""
    ends: NDArray[np.int64]
    words: Lengths
    alone: Lengths

    def name(self, column: int) -> str:
        """A term as people read it, in lower case."""
        raw = self.text.data[self.starts[column] : self.ends[column]].tobytes().decode()
        return " ".join(raw.lower().split())

    def keep(self, columns: NDArray[np.int64]) -> Terms:
        """Only these terms, ascending."""
        new = np.full(len(self.hashes), -1, np.int32)
        new[columns] = np.arange(len(columns))
        indices = new[self.counts.indices]
        kept = indices >= 0
        indptr = np.concatenate([[0], np.cumsum(kept)])[self.counts.indptr]
        counts = Sparse(self.counts.values[kept], indices[kept], indptr, (len(self.counts), len(columns)))
        return replace(
            self, counts=counts, hashes=self.hashes[columns], starts=self.starts[columns], ends=self.ends[columns]
        )

    def of(self, text: Text) -> Sparse:
        """How often other documents have these terms, (documents, terms); other terms are passed over."""
        hashes, _, _, borders = runs(text, self.words, self.alone)
        at = np.searchsorted(self.hashes, hashes)
        found = np.take(self.hashes, at, mode="clip") == hashes if len(self.hashes) else np.zeros(len(hashes), bool)
        return rows(np.where(found, at, -1).astype(np.int32), borders, len(self.hashes))


def count(
    text: Text, *, words: Lengths = (1, 1), alone: Lengths = (1, 2), min_documents: int = 1, most: int | None = None
) -> Terms:
    """The terms of documents: runs of words from the shortest to the longest length in `words`, of any case.

    Where words are not spaced (a Han character is a word) they are runs of characters that touch each other, of the
    lengths in `alone`: pairs are nearer to words than characters are. Terms of fewer than `min_documents` documents are
    left out, and all but the `most` of most documents.
    """
    hashes, starts, ends, borders = runs(text, words, alone)
    codes, distinct, first = numbered(hashes)
    order = np.argsort(distinct)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    counts = rows(rank[codes] if len(codes) else codes, borders, len(order))
    first = first[order]
    terms = Terms(counts, distinct[order], text, starts[first], ends[first], words, alone)
    documents = counts.column_counts()
    if most is not None and len(order) > most:
        chosen = np.lexsort((terms.hashes, -documents))[:most]
        return terms.keep(np.sort(chosen[documents[chosen] >= min_documents]))
    return terms.keep(np.flatnonzero(documents >= min_documents)) if min_documents > 1 else terms


def tfidf(counts: Sparse, idf: NDArray[np.float64] | None = None) -> Sparse:
    """Rows of length 1 of (1 + ln count) idf, where idf = 1 + ln((1 + documents) / (1 + documents with the term)).

    Sublinear and smoothed as scikit-learn has it (Manning et al. 2008, 6.4). `idf`: that of other documents.

    >>> tfidf(Sparse.of(np.array([[1.0, 1.0], [1.0, 0.0]]))).dense().round(3).tolist()
    [[0.58, 0.815], [1.0, 0.0]]
    """
    idf = inverse_frequency(counts) if idf is None else idf
    weighted = replace(counts, values=(1 + np.log(counts.values)) * idf[counts.indices])
    return weighted.unit()


def inverse_frequency(counts: Sparse) -> NDArray[np.float64]:
    """The idf of each term, (terms,)."""
    return 1 + np.log((1 + len(counts)) / (1 + counts.column_counts()))


def runs(
    text: Text, words: Lengths, alone: Lengths
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Hash, first and last byte of every run of words, and where the runs of each document begin, (documents + 1,)."""
    cut = text.cut("unicode")
    room = len(cut) * max(1, max(words[1], alone[1]) - min(words[0], alone[0]) + 1)
    hashes, first, last = np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64)
    borders = np.empty(len(text) + 1, np.int64)
    lengths = np.array([*words, *alone], np.int64)
    n = vectors.runs(
        cut.folded, (cut.flags & ALONE) != 0, cut.starts, cut.ends, cut.offsets, lengths, hashes, first, last, borders
    )
    return hashes[:n], cut.starts[first[:n]], cut.ends[last[:n]], borders


def numbered(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.int64]]:
    """The number of each hash, in order of first occurrence; the different hashes, and where each is first.

    >>> codes, distinct, first = numbered(np.array([7, 9, 7], np.uint64))
    >>> codes.tolist(), distinct.tolist(), first.tolist()
    ([0, 1, 0], [7, 9], [0, 1])
    """
    table = np.full(1 << (2 * len(hashes) + 1).bit_length(), -1, np.int32)
    distinct, first = np.empty(len(hashes), np.uint64), np.empty(len(hashes), np.int64)
    codes = np.empty(len(hashes), np.int32)
    n = vectors.number(hashes, table, distinct, first, codes)
    return codes, distinct[:n], first[:n]


def rows(
    codes: NDArray[np.int32], borders: NDArray[np.int64], columns: int, slots: NDArray[np.int64] | None = None
) -> Sparse:
    """How often each document has each code, (documents, columns); codes below 0 are passed over.

    `slots`: room for a number per column, all -1, for who asks often; it is left as it came.
    """
    slots = np.full(columns, -1, np.int64) if slots is None else slots
    indptr, indices = np.empty(len(borders), np.int64), np.empty(len(codes), np.int32)
    counts = np.empty(len(codes))
    n = vectors.count_rows(codes, borders, slots, indptr, indices, counts)
    return Sparse(counts[:n], indices[:n], indptr, (len(borders) - 1, columns))
