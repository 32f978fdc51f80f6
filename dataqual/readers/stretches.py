"""Where the lines of a plain file lie, to within some kilobytes: so that a few are read without what is between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Piece, Slices
from dataqual.kernels.lines import count_line_feeds, line_feeds

AT_ONCE = 8 << 20
"""Bytes read before what was wanted of them is handed out."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """Lines that lie together, some kilobytes of them: arrays are (stretches + 1,), in the order of the file.

    A stretch ends where the next one begins. They take 17 bytes for every `dataqual.readers.cutting.STRETCH` of text.
    """

    records: NDArray[np.int64]
    """The number of the first record of each."""
    places: NDArray[np.int64]
    """Where each begins in the file."""
    passed_over: NDArray[np.bool_]
    """Whether there is nothing to be read in one: behind the last, and where a record was too long to hold."""

    @classmethod
    def of(cls, pieces: Sequence[tuple[Piece, int]]) -> Stretches:
        """Of the pieces of a file, without their data, and how long those were."""
        rows: list[NDArray[np.int64]] = []
        end = np.zeros((1, 3), np.int64)
        for piece, length in pieces:
            start = np.array([[piece.first_record, piece.offset, False]])
            if rows and (start[0, :2] != end[0, :2]).any():
                rows.append(end)
            marks = np.zeros((0, 2), np.int64) if piece.marks is None else piece.marks
            inner = np.column_stack([marks, np.zeros(len(marks), np.int64)]) + start
            end = start + np.array([piece.records, length, True])
            rows += [start, inner]
        records, places, passed_over = np.concatenate([*rows, end]).T
        return cls(records.copy(), places.copy(), passed_over.astype(np.bool_))

    def read(self, file: BinaryIO, wanted: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Slices]]:
        """The numbers and lines of the wanted records, ascending, those that are there; some megabytes at a time."""
        at = np.searchsorted(self.records, wanted, side="right") - 1
        there = (at >= 0) & ~self.passed_over[at]
        wanted, at = wanted[there], at[there]
        needed = at[np.diff(at, prepend=-1) > 0]
        group = np.cumsum(self.places[needed + 1] - self.places[needed]) // AT_ONCE
        borders = np.flatnonzero(np.diff(group, prepend=-1, append=group[-1:] + 1))
        for first, last in pairwise(borders.tolist()):
            own = needed[first:last]
            mine = (own[0] <= at) & (at <= own[-1])
            yield self._lines(file, own, wanted[mine], at[mine])

    def _lines(
        self, file: BinaryIO, needed: NDArray[np.int64], wanted: NDArray[np.int64], at: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Slices]:
        """`at`: the stretch of each wanted record, one of those `needed`, which are read, neighbours at one stroke."""
        apart = np.flatnonzero(np.diff(needed) > 1)
        begins = self.places[needed[np.append(0, apart + 1)]]
        ends = self.places[needed[np.append(apart, len(needed) - 1)] + 1]
        parts = []
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            file.seek(begin)
            parts.append(file.read(end - begin))
        data = np.frombuffer(b"".join(parts), np.uint8)
        feeds = np.empty(count_line_feeds(data) + 1, np.int64)
        feeds[line_feeds(data, feeds)] = len(data)  # what ends a last line without a line feed
        counts = self.records[needed + 1] - self.records[needed]
        line = (np.cumsum(counts) - counts)[np.searchsorted(needed, at)] + wanted - self.records[at]
        there = line < len(feeds)  # if the file was not changed since its records were counted
        line = line[there]
        return wanted[there], Slices(data, np.append(0, feeds[:-1] + 1)[line], feeds[line])
