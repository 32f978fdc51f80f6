"""What does not fit into memory: signatures, and pairs sorted by document, in files without a name.

Written and read, never mapped: mapped pages would count as memory of the process. A temporary file vanishes
with the process, however that ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.near_duplicates.shingling import distinct

SEGMENT = 4096
"""Rows read at once: 1 MiB of signatures of 128 permutations, the size from which reading more gains nothing."""

BLOCK = 1 << 13
"""Documents whose pairs are brought together at once."""

EARLIER, MATCHES = np.uint64(10), np.uint64(10 + 32)
"""A pair in the file is one number: document within its block, earlier document (32 bits), matches (10 bits). So it
sorts by document, and a pair that was found in several bands is several times the same number."""


class Spill:
    """A temporary file without a name, closed on leaving a `with` block or by `close`."""

    def __init__(self, directory: str | None) -> None:
        # Unbuffered, as whole arrays go in and out.
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=directory, prefix="dataqual-", buffering=0)  # noqa: SIM115

    def close(self) -> None:
        """Give the file back; closing again does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Rows(Spill):
    """A row of `width` numbers for every document, in a file."""

    def __init__(self, width: int, dtype: type[np.generic], directory: str | None = None) -> None:
        self.width = width
        self.documents = 0
        self._dtype = np.dtype(dtype)
        super().__init__(directory)

    def add(self, rows: NDArray[Any]) -> None:
        """Append rows (documents, width)."""
        write_array(self._file, rows)
        self.documents += len(rows)

    def segments(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """All rows in order: number of the first document, rows. They are overwritten by the next."""
        buffer = np.empty((min(SEGMENT, self.documents), self.width), self._dtype)
        for first in range(0, self.documents, SEGMENT):
            rows = buffer[: self.documents - first]
            self._read(first, rows)
            yield first, rows

    def _read(self, first: int, rows: NDArray[Any]) -> None:
        self._file.seek(first * self.width * self._dtype.itemsize)
        read_array(self._file, rows)


class Vectors(Rows):
    """Embeddings of all documents, 4 bytes per dimension and document."""

    def __init__(self, dimensions: int, directory: str | None = None) -> None:
        super().__init__(dimensions, np.float32, directory)

    def of(self, documents: NDArray[np.int64]) -> NDArray[np.float32]:
        """(documents, dimensions): the vectors of these documents, in this order; only they are read."""
        order = np.argsort(documents, kind="stable")
        ascending = documents[order]
        out, sorted_rows = np.empty((2, len(documents), self.width), np.float32)
        borders = np.flatnonzero(np.diff(ascending, prepend=-2, append=-2) != 1)
        for start, end in pairwise(borders.tolist()):
            self._read(int(ascending[start]), sorted_rows[start:end])
        out[order] = sorted_rows
        return out


class Signatures(Rows):
    """The signatures of all documents in a file, 2 bytes per permutation and document (256 bytes for 128)."""

    def __init__(self, permutations: int, directory: str | None = None) -> None:
        self.permutations = permutations
        super().__init__(permutations, np.uint16, directory)

    def rows(self, documents: NDArray[np.int64]) -> NDArray[np.uint16]:
        """The signatures of some documents, given in order; only the segments that hold one are read."""
        out = np.empty((len(documents), self.permutations), np.uint16)
        buffer = np.empty((min(SEGMENT, self.documents), self.permutations), np.uint16)
        segment = documents // SEGMENT
        borders = np.flatnonzero(np.diff(segment, prepend=-1, append=-1))
        for start, end in pairwise(borders):
            low, high = int(documents[start]), int(documents[end - 1]) + 1
            rows = buffer[: high - low]
            self._read(low, rows)
            np.take(rows, documents[start:end] - low, axis=0, out=out[start:end])
        return out

    def matches(
        self, pairs: NDArray[np.uint64], at_once: int, order: NDArray[np.int64] | None = None
    ) -> NDArray[np.uint16]:
        """In how many permutations each of the sorted `pairs` agrees, with `at_once` signatures in memory at most.

        The pairs are of ranks, if `order` says which document has which.
        """
        out = np.empty(len(pairs), np.uint16)
        row = np.zeros(self.documents, np.int32)
        waiting = [(0, len(pairs))]
        while waiting:
            start, end = waiting.pop()
            needed = np.zeros(self.documents, bool)
            needed[pairs[start:end] >> np.uint64(32)] = True
            needed[pairs[start:end] & minhash.NUMBER] = True
            ranks = np.flatnonzero(needed)
            if len(ranks) > max(at_once, 2):
                middle = (start + end) // 2
                waiting += [(middle, end), (start, middle)]
                continue
            documents = ranks if order is None else np.sort(order[ranks])
            row[ranks] = np.arange(len(ranks)) if order is None else np.searchsorted(documents, order[ranks])
            minhash.count_matches(self.rows(documents), row, pairs[start:end], out[start:end])
        return out


class Pairs(Spill):
    """Pairs with their matches in a file: written in sorted runs, read in document order, each once.

    In memory a pair is (document << 32 | earlier document).
    """

    def __init__(self, documents: int, directory: str | None = None) -> None:
        super().__init__(directory)
        self._written = 0
        self._directory = directory
        self._documents = documents
        self._runs: list[NDArray[np.int64]] = []

    def add(self, pairs: NDArray[np.uint64], matches: NDArray[np.uint16]) -> None:
        """Append one run of sorted pairs."""
        if not len(pairs):
            return
        packed = (pairs >> np.uint64(32)) % np.uint64(BLOCK) << MATCHES
        packed |= (pairs & minhash.NUMBER) << EARLIER
        packed |= matches
        firsts = np.arange(0, self._documents + BLOCK, BLOCK, dtype=np.uint64) << np.uint64(32)
        self._runs.append(self._append(packed) + np.searchsorted(pairs, firsts))

    def blocks(self) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint16]]]:
        """The pairs of `BLOCK` documents at a time, sorted, each once."""
        for block in range(-(-self._documents // BLOCK)):
            packed = self._block(block)
            documents = (packed >> MATCHES) + np.uint64(block * BLOCK)
            pairs = documents << np.uint64(32) | (packed >> EARLIER) & minhash.NUMBER
            yield pairs, (packed & np.uint64(1023)).astype(np.uint16)

    def merged(self) -> Pairs:
        """The same pairs in one run, in a file of their own."""
        one = Pairs(self._documents, self._directory)
        borders = [0]
        for block in range(-(-self._documents // BLOCK)):
            one._append(self._block(block))
            borders.append(one._written)
        one._runs = [np.array(borders)]
        return one

    def _append(self, packed: NDArray[np.uint64]) -> int:
        """Write at the end; how many stood before."""
        write_array(self._file, packed)
        self._written += len(packed)
        return self._written - len(packed)

    def _block(self, block: int) -> NDArray[np.uint64]:
        slices = [
            self._slice(int(run[block]), int(run[block + 1])) for run in self._runs if run[block] < run[block + 1]
        ]
        return slices[0] if len(slices) == 1 else distinct(np.concatenate([np.empty(0, np.uint64), *slices]))

    def _slice(self, start: int, end: int) -> NDArray[np.uint64]:
        packed = np.empty(end - start, np.uint64)
        self._file.seek(start * packed.itemsize)
        read_array(self._file, packed)
        return packed


def _bytes(array: NDArray[Any]) -> Any:
    """The memory of a contiguous array as a flat array of bytes; numpy's types do not say that it is a buffer."""
    return array.reshape(-1).view(np.uint8)


def write_array(file: IO[bytes], array: NDArray[Any]) -> None:
    """All of a contiguous array, at the file's place."""
    view = memoryview(_bytes(array))
    while view:  # an unbuffered file may take less than it is given
        view = view[file.write(view) :]


def read_array(file: IO[bytes], array: NDArray[Any]) -> None:
    """Fill a contiguous array from the file's place on; EOFError where the file ends first."""
    view = memoryview(_bytes(array))
    while view:
        read = file.readinto(view)  # type: ignore[attr-defined]
        if not read:
            raise EOFError("a temporary file is shorter than what was written to it")
        view = view[read:]
