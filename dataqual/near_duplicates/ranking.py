"""Who is kept of two copies: the one that ranks first. Document order, unless a value per document says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Before:
    """The first documents of a survey, settled already: they stay what they are, and others may be copies of them."""

    copy_of: NDArray[np.int64]
    """(documents before,): the kept document each is a near copy of, -1 for those that were kept."""
    similarity: NDArray[np.float64]
    """(documents before,): the exact similarity with it; NaN for those that were kept."""

    def __len__(self) -> int:
        return len(self.copy_of)

    @classmethod
    def kept(cls, documents: int) -> Before:
        """As many documents that were all kept."""
        return cls(np.full(documents, -1, np.int64), np.full(documents, np.nan))


@dataclass(frozen=True, eq=False)
class Ranking:
    """The order in which documents are settled; rank 0 is first. In pairs, the survey has ranks for documents.

    >>> ranking = Ranking.of(np.array([3.0, 9.0, 9.0, 4.0]), Before.kept(1))
    >>> ranking.order.tolist(), ranking.ranks(0, 4).tolist()
    ([0, 1, 2, 3], [0, 1, 2, 3])
    >>> Ranking.of(np.array([3.0, 4.0, 9.0, 9.0]), Before.kept(1)).order.tolist()
    [0, 2, 3, 1]
    """

    before: Before
    order: NDArray[np.int64] | None = None
    """(documents,): the document of each rank; None where that is the same number."""
    _ranks: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, values: NDArray[np.float64] | None, before: Before) -> Ranking:
        """Those before first, as they come; then the highest of `values` (documents,) first, of equals the earliest."""
        if values is None:
            return cls(before)
        first = len(before)
        order = np.concatenate([np.arange(first), first + np.argsort(-values[first:], kind="stable")])
        ranks = np.empty_like(order)
        ranks[order] = np.arange(len(order))
        return cls(before, order, ranks)

    def ranks(self, start: int, stop: int) -> NDArray[np.int64]:
        """The ranks of the documents from `start` to `stop`."""
        return np.arange(start, stop) if self._ranks is None else self._ranks[start:stop]

    def documents(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The documents of these ranks."""
        return ranks if self.order is None else self.order[ranks]

    def by_document(self, of: NDArray[np.int64]) -> NDArray[np.int64]:
        """What `of`, a rank for each rank or -1, says of documents."""
        if self.order is None:
            return of
        found = np.full(len(of), -1, np.int64)
        found[self.order] = np.where(of >= 0, self.order[of], -1)
        return found

    def of_documents(self, values: NDArray[Value]) -> NDArray[Value]:
        """Values of ranks, brought into the order of the documents."""
        return values if self._ranks is None else values[self._ranks]

    def open(self, pairs: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Those of the sorted `pairs` that are still to be settled: of a document that is not settled, with one that
        is kept or not settled either."""
        if not len(self.before):
            return pairs
        mine = pairs[np.searchsorted(pairs, np.uint64(len(self.before)) << np.uint64(32)) :]
        gone = np.flatnonzero(self.before.copy_of >= 0).astype(np.uint64)
        return mine[~np.isin(mine & minhash.NUMBER, gone)]


IN_ORDER = Ranking(Before.kept(0))
"""Document order, nothing before."""
