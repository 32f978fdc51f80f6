"""Rows of numbers that do not fit into memory, given back sorted: a temporary file, cut into ranges of the first number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dataqual.near_duplicates.spilling import Spill, read_array, write_array

BITS = 12
"""Ranges are 4096: with groups of 16 MB as small a budget as 64 MB sorts 64 GB."""

LEAST = 1 << 20
"""Bytes of a group at least, however small the budget."""


class Rows(Spill):
    """Rows of unsigned numbers, added in any order, given back in groups sorted by the first; equal ones as they came.

    >>> with Rows(columns=2, span=100, memory=1 << 30) as rows:
    ...     rows.add(np.array([[7, 0], [3, 1], [7, 2]], np.uint64))
    ...     [group.tolist() for group in rows.groups()]
    [[[3, 1], [7, 0], [7, 2]]]
    """

    def __init__(
        self, *, columns: int, span: int, memory: int, together: int = 0, directory: str | None = None
    ) -> None:
        """The first numbers are less than `span`; those that differ in the last `together` bits alone share a group.

        `memory`: about how many bytes may be taken; more only where one range is larger.
        """
        super().__init__(directory)
        self.columns = columns
        self._shift = np.uint64(max(together, (max(span, 2) - 1).bit_length() - BITS))
        self._ranges = ((max(span, 1) - 1) >> int(self._shift)) + 1
        self._at_once = max(LEAST, memory // 4) // (8 * columns)  # sorting takes the rows twice, and their order
        self._held: list[NDArray[np.uint64]] = []
        self._holds = 0
        self._runs: list[NDArray[np.int64]] = []
        self._written = 0

    def add(self, rows: NDArray[np.uint64]) -> None:
        """Take some more rows, (rows, columns)."""
        self._held.append(rows)
        self._holds += len(rows)
        if self._holds >= self._at_once:
            self._flush()

    def groups(self) -> Iterator[NDArray[np.uint64]]:
        """All rows, sorted, in groups that fit into memory; rows with the same first number are in the same group."""
        self._flush()
        if not self._runs:
            return
        sizes = np.sum([np.diff(run) for run in self._runs], axis=0)
        low = 0
        while low < self._ranges:
            fitting = int(np.searchsorted(np.cumsum(sizes[low:]), self._at_once, side="right"))
            high = min(low + max(1, fitting), self._ranges)
            rows = np.concatenate([self._slice(int(run[low]), int(run[high])) for run in self._runs])
            if len(rows):
                yield rows[np.argsort(rows[:, 0].copy(), kind="stable")]
            low = high

    def _flush(self) -> None:
        """Write what is held as one run, in which every range is together."""
        if not self._holds:
            return
        rows = np.concatenate(self._held)
        self._held, self._holds = [], 0
        place = (rows[:, 0] >> self._shift).astype(np.uint16)
        borders = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=self._ranges))])
        self._write(rows[np.argsort(place, kind="stable")])
        self._runs.append(borders + self._written)
        self._written += len(rows)

    def _write(self, rows: NDArray[np.uint64]) -> None:
        self._file.seek(0, 2)
        write_array(self._file, rows)

    def _slice(self, start: int, end: int) -> NDArray[np.uint64]:
        rows = np.empty((end - start, self.columns), np.uint64)
        self._file.seek(start * rows.itemsize * self.columns)
        read_array(self._file, rows)
        return rows


def recurring(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of sorted keys: where each different one begins, and where the last ends; and the rank of every key among them.

    >>> recurring(np.array([4, 4, 9], np.uint64))
    (array([0, 2, 3]), array([0, 0, 1]))
    """
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    return np.append(starts, len(keys)), np.cumsum(first) - 1
