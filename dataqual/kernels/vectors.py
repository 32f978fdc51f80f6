"""Terms of documents as numbers, and products of the sparse matrix of their counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.linear import mix


@njit(cache=True, nogil=True)
def runs(
    words: NDArray[np.uint64],
    alone: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    offsets: NDArray[np.int64],
    lengths: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    borders: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Every run of words of a document whose length is wanted: its hash, first and last word; how many there are.

    `lengths`: shortest and longest run of words, then of words that stand alone (Han characters) and touch each other.
    `hashes`, `first`, `last` are room for the words times the longest run; `borders` (documents + 1,) is filled.
    """
    n = 0
    longest = max(lengths[1], lengths[3])
    for d in range(len(offsets) - 1):
        borders[d] = n
        for i in range(offsets[d], offsets[d + 1]):
            h = np.uint64(1)
            together = True
            for j in range(i, min(i + longest, offsets[d + 1])):
                h = mix(h, words[j])
                size = j - i + 1
                together = together and alone[j] and (j == i or ends[j - 1] == starts[j])
                low, high = (lengths[2], lengths[3]) if together else (lengths[0], lengths[1])
                if low <= size <= high:
                    hashes[n], first[n], last[n] = h, i, j
                    n += 1
    borders[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True)
def number(
    hashes: NDArray[np.uint64],
    table: NDArray[np.int32],
    distinct: NDArray[np.uint64],
    first: NDArray[np.int64],
    codes: NDArray[np.int32],
) -> int:  # pragma: no cover - compiled
    """Number equal hashes alike, in the order in which they come first; how many different ones there are.

    `table`: room, a power of two of entries at least twice as many as hashes, all -1. `distinct` and `first` get each
    hash and where it comes first, `codes` the number of each.
    """
    mask = np.uint64(len(table) - 1)
    n = 0
    for i in range(len(hashes)):
        h = hashes[i]
        slot = np.int64(mix(np.uint64(1), h) & mask)
        while table[slot] >= 0 and distinct[table[slot]] != h:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if table[slot] < 0:
            table[slot] = n
            distinct[n], first[n] = h, i
            n += 1
        codes[i] = table[slot]
    return n


@njit(cache=True, nogil=True)
def count_rows(
    codes: NDArray[np.int32],
    borders: NDArray[np.int64],
    slots: NDArray[np.int64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    counts: NDArray[np.float64],
) -> int:  # pragma: no cover - compiled
    """How often each code occurs in each document, as rows of a sparse matrix; entries in all. Codes below 0 are passed over.

    `slots`: room for a number per code, all -1; left as it came.
    """
    n = 0
    for d in range(len(borders) - 1):
        indptr[d] = n
        for i in range(borders[d], borders[d + 1]):
            code = codes[i]
            if code < 0:
                continue
            slot = slots[code]
            if slot < indptr[d]:
                slots[code] = n
                indices[n], counts[n] = code, 1.0
                n += 1
            else:
                counts[slot] += 1.0
    indptr[len(borders) - 1] = n
    for at in range(n):
        slots[indices[at]] = -1
    return n


@njit(cache=True, nogil=True)
def dot(
    rows: NDArray[np.int32],
    columns: NDArray[np.int32],
    values: NDArray[np.float64],
    dense: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """`out` (rows, k), all 0, becomes the sparse matrix times `dense` (columns, k); with rows and columns exchanged, its transpose."""
    for at in range(len(values)):
        value, row, column = values[at], rows[at], columns[at]
        for k in range(dense.shape[1]):
            out[row, k] += value * dense[column, k]


@njit(cache=True, nogil=True)
def orthonormal(space: NDArray[np.float64]) -> None:  # pragma: no cover - compiled
    """Make the rows of `space` (k, n) orthonormal in place, one after the other, twice for the sake of rounding.

    A row that lies in the space of those before it becomes 0. (Gram and Schmidt: one thread, so the same bits everywhere.)
    """
    for i in range(len(space)):
        before = 0.0
        for k in range(space.shape[1]):
            before += space[i, k] * space[i, k]
        for _ in range(2):
            for j in range(i):
                product = 0.0
                for k in range(space.shape[1]):
                    product += space[i, k] * space[j, k]
                for k in range(space.shape[1]):
                    space[i, k] -= product * space[j, k]
        after = 0.0
        for k in range(space.shape[1]):
            after += space[i, k] * space[i, k]
        scale = 1.0 / np.sqrt(after) if after > before * 1e-24 and after > 0.0 else 0.0
        for k in range(space.shape[1]):
            space[i, k] *= scale


@njit(cache=True, nogil=True)
def products(
    first: NDArray[np.float64], second: NDArray[np.float64], out: NDArray[np.float64]
) -> None:  # pragma: no cover - compiled
    """`out` (n, m) becomes `first` (n, k) times the transposed `second` (m, k), in one thread."""
    for i in range(len(first)):
        for j in range(len(second)):
            total = 0.0
            for k in range(first.shape[1]):
                total += first[i, k] * second[j, k]
            out[i, j] = total


@njit(cache=True, nogil=True)
def nearest(
    points: NDArray[np.float64], centres: NDArray[np.float64], labels: NDArray[np.int64], gaps: NDArray[np.float64]
) -> int:  # pragma: no cover - compiled
    """The centre nearest to each point, the first of equals, and the squared distance; how many labels changed."""
    changed = 0
    for i in range(len(points)):
        best, least = 0, np.inf
        for c in range(len(centres)):
            gap = 0.0
            for k in range(points.shape[1]):
                d = points[i, k] - centres[c, k]
                gap += d * d
            if gap < least:
                best, least = c, gap
        if labels[i] != best:
            labels[i] = best
            changed += 1
        gaps[i] = least
    return changed
