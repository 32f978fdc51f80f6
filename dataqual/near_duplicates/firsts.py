"""Exact copies told while documents come, one batch after the other: the first of several is known at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash

FEWEST = 1 << 12
"""Room for hashes at first: 64 KiB."""


class Firsts:
    """The 128-bit hashes of all documents so far, and a table of the first ones: 24 to 48 bytes per document.

    >>> firsts = Firsts()
    >>> exact = np.array([[7, 1], [7, 2], [7, 1]], np.uint64)
    >>> firsts.add(exact).tolist(), firsts.add(exact[1:]).tolist()
    ([-1, -1, 0], [1, 0])
    """

    def __init__(self) -> None:
        self._documents = 0
        self._exact = np.empty((FEWEST, 2), np.uint64)
        self._slots = np.full(2 * FEWEST, -1, np.int32)

    def add(self, exact: NDArray[np.uint64]) -> NDArray[np.int64]:
        """For each of the next documents the first with the same hash, -1 for that one itself; `exact` is (documents, 2)."""
        first, last = self._documents, self._documents + len(exact)
        if last > len(self._exact):
            self._grow(last)
        self._exact[first:last] = exact
        copy_of = np.empty(len(exact), np.int64)
        minhash.note_first(self._exact, first, last, self._slots, copy_of)
        self._documents = last
        return copy_of

    def _grow(self, documents: int) -> None:
        size = len(self._exact)
        while size < documents:
            size *= 2
        room = np.empty((size, 2), np.uint64)
        room[: self._documents] = self._exact[: self._documents]
        self._exact, self._slots = room, np.full(2 * size, -1, np.int32)
        minhash.note_first(room, 0, self._documents, self._slots, np.empty(self._documents, np.int64))


@dataclass(frozen=True, eq=False)
class ExactCopies:
    """What was found of documents numbered in order, none of which was compared with another but by its hash."""

    exact_copy_of: NDArray[np.int64]
    """(documents,): the first with the same bytes, or words; -1 for that one itself."""

    @property
    def near_copy_of(self) -> NDArray[np.int64]:
        """(documents,): -1, for nobody looked."""
        return np.full(len(self.exact_copy_of), -1, np.int64)

    @property
    def verified_pairs(self) -> NDArray[np.int64]:
        """(0, 2)"""
        return np.zeros((0, 2), np.int64)

    @property
    def verified_similarity(self) -> NDArray[np.float64]:
        """(0,)"""
        return np.zeros(0)
