"""All pairs of 64-bit hashes within a Hamming radius: exact, and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import hamming as kernel

PAIRS_AT_ONCE = 1 << 20
"""Pairs that are held at once, 8 MB, where there are no more numbers than that."""

BITS = 16


@dataclass(frozen=True, eq=False)
class Hashes:
    """Hashes, (hashes,), filed so that those near to others are found.

    >>> hashes = Hashes.of(np.array([0b0000, 0b1111, 0b0001], np.uint64))
    >>> [pairs.tolist() for pairs in hashes.near(np.array([0b0011], np.uint64), np.array([3]), 2)]
    [[[0, 0], [0, 1], [0, 2]]]
    """

    numbers: NDArray[np.uint64]
    starts: NDArray[np.int64]
    order: NDArray[np.int64]
    filed: NDArray[np.uint64]

    @classmethod
    def of(cls, numbers: NDArray[np.uint64]) -> Hashes:
        """Filed under each of their four parts: 64 bytes a hash, and 2 MB."""
        starts = np.empty((kernel.PARTS, (1 << BITS) + 1), np.int64)
        order = np.empty((kernel.PARTS, len(numbers)), np.int64)
        filed = np.empty((kernel.PARTS, len(numbers)), np.uint64)
        kernel.file_parts(numbers, starts, order, filed)
        return cls(numbers, starts, order, filed)

    def near(self, queries: NDArray[np.uint64], limits: NDArray[np.int64], radius: int) -> Iterator[NDArray[np.int64]]:
        """Pairs (pairs, 2) of a query's number and that of a hash that differs in `radius` bits at most, sorted, block by block.

        Of each query only hashes whose number is below its limit (queries,). All pairs of a query are in one block.
        """
        out = np.empty(max(PAIRS_AT_ONCE, len(self.numbers)), np.uint64)
        masks, counts, radii = near_values(radius)
        query = 0
        while query < len(queries):
            if int(counts.sum()) < max(len(self.numbers), 1):
                written, query = kernel.within(
                    self.starts, self.order, self.filed, masks, counts, radii, radius, queries, limits, query, out
                )
            else:
                written, query = kernel.all_within(self.numbers, radius, queries, limits, query, out)
            found = np.sort(out[:written])
            yield np.stack([found >> np.uint64(32), found & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)


@lru_cache(maxsize=8)
def near_values(radius: int) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Differences of 16 bits to look under, few bits first; how many of them for each part of a hash, and of how many bits.

    >>> [part.tolist() for part in near_values(5)[1:]]
    [[17, 17, 1, 1], [1, 1, 0, 0]]
    """
    most, more = divmod(radius, kernel.PARTS)
    radii = np.array([most if part <= more else most - 1 for part in range(kernel.PARTS)], np.int64)
    values = [
        sum(1 << bit for bit in bits) for size in range(min(most, BITS) + 1) for bits in combinations(range(BITS), size)
    ]
    masks = np.array(values, np.uint64)
    sizes = np.bitwise_count(masks)
    return masks, np.array([int((sizes <= least).sum()) if least >= 0 else 0 for least in radii.tolist()]), radii
