"""Exact similarity of pairs, from the texts themselves, with bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.mixing import splitmix64
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.ranking import Ranking
from dataqual.near_duplicates.shingling import Shingles, distinct
from dataqual.text import Text

Fetch = Callable[[list[int]], Sequence[str]]
"""Gives the texts of the documents with these numbers; they come in ascending order, each once."""

TEXT_AT_ONCE = 8 << 20
"""Bytes of text asked for at once by a thread, or one pair; their shingles take twice as many."""


class Verifier:
    """Exact Jaccard similarities of pairs, each pair looked up once; keeps what it has found out."""

    def __init__(
        self,
        fetch: Fetch,
        sizes: NDArray[np.uint32],
        parameters: NearDuplicates,
        ranking: Ranking,
        threads: int = 1,
    ) -> None:
        self._fetch = fetch
        self._sizes = sizes
        self._parameters = parameters
        self._ranking = ranking
        self._threads = threads
        self.pairs = np.empty(0, np.uint64)
        """Verified so far, sorted."""
        self.similarity = np.empty(0, np.float64)
        """Exact similarity of each of `pairs`."""

    def check(self, pairs: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Exact similarity of every pair; texts are fetched for those not seen before."""
        new = self.unseen(pairs)
        if len(new):
            together = np.concatenate([self.pairs, new])
            order = np.argsort(together)
            self.similarity = np.concatenate([self.similarity, self._measure(new)])[order]
            self.pairs = together[order]
        return self.similarity[np.searchsorted(self.pairs, pairs)]

    def unseen(self, pairs: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Those of `pairs` not verified yet, sorted."""
        return np.setdiff1d(distinct(pairs), self.pairs, assume_unique=True)

    def _measure(self, pairs: NDArray[np.uint64]) -> NDArray[np.float64]:
        """In the order of the documents, so that texts that are asked for together lie together."""
        documents, earlier = map(self._ranking.documents, split(pairs))
        order = np.argsort(documents, kind="stable")
        documents, earlier = documents[order], earlier[order]
        group = np.cumsum(self._sizes[documents].astype(np.int64) + self._sizes[earlier]) // TEXT_AT_ONCE
        borders = np.flatnonzero(np.diff(group, prepend=-1, append=group[-1] + 1))
        parts = [(documents[a:b], earlier[a:b]) for a, b in pairwise(borders)]
        similarity = np.empty(len(pairs), np.float64)
        similarity[order] = np.concatenate(self._all(parts))
        return similarity

    def _all(self, parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> list[NDArray[np.float64]]:
        if self._threads == 1 or len(parts) == 1:
            return [self._overlaps(*part) for part in parts]
        with ThreadPoolExecutor(self._threads, thread_name_prefix="dataqual-verify") as pool:
            return list(pool.map(self._overlaps, *zip(*parts, strict=True)))

    def _overlaps(self, documents: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.float64]:
        numbers = distinct(np.concatenate([documents, earlier])).tolist()
        texts = self._fetch(numbers)
        if len(texts) != len(numbers):
            raise ValueError(f"asked for {len(numbers)} texts to verify near copies, got {len(texts)}")
        found = Shingles.of(Text.of(texts), self._parameters.shingle, self._parameters.cut)
        return found.similarities(np.searchsorted(numbers, documents), np.searchsorted(numbers, earlier))


def join(documents: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Pairs as single numbers that sort in document order."""
    return (documents.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64)


def split(pairs: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The documents and the earlier documents of pairs."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & minhash.NUMBER).astype(np.int64)


def sample(pairs: NDArray[np.uint64], n: int, seed: int) -> NDArray[np.uint64]:
    """`n` of the pairs (all if they are fewer), drawn by hash, sorted: the same pairs and seed give the same sample."""
    if len(pairs) <= n:
        return pairs
    drawn = splitmix64(pairs ^ splitmix64(np.array([seed], np.uint64)))
    return np.sort(pairs[np.argsort(drawn, kind="stable")[:n]])
