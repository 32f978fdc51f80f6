"""Numbers of 64 bits that differ in few of them, found through tables of their parts of 16 bits.

Two numbers that differ in at most r = 4 a + b bits (b < 4) differ, in one of the first b + 1 of their four parts, in at most
a bits, or in one of the others in at most a - 1 (Norouzi, Punjani and Fleet 2012, "Fast Search in Hamming Space with
Multi-Index Hashing"): so whoever is looked up under all values that near has every number within r, none is missed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

U64 = np.uint64
PARTS = 4
PART = np.uint64(0xFFFF)


@njit(inline="always")
def ones(x: Any) -> Any:
    """How many bits are set; LLVM makes one instruction of it."""
    x = x - ((x >> U64(1)) & U64(0x5555555555555555))
    x = (x & U64(0x3333333333333333)) + ((x >> U64(2)) & U64(0x3333333333333333))
    x = (x + (x >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    return (x * U64(0x0101010101010101)) >> U64(56)


@njit(cache=True, nogil=True)
def file_parts(
    numbers: NDArray[np.uint64], starts: NDArray[np.int64], order: NDArray[np.int64], filed: NDArray[np.uint64]
) -> None:
    """For every part which numbers have which value: `starts` is (4, 65537), `order` (4, numbers) and ascending within a
    value, and `filed` has the numbers themselves in that order, so that those of a value are read in one stroke."""
    for part in range(PARTS):
        shift = U64(16 * part)
        for at in range(starts.shape[1]):
            starts[part, at] = 0
        for i in range(numbers.size):
            starts[part, np.int64((numbers[i] >> shift) & PART) + 1] += 1
        for at in range(1, starts.shape[1]):
            starts[part, at] += starts[part, at - 1]
        for i in range(numbers.size - 1, -1, -1):
            value = np.int64((numbers[i] >> shift) & PART)
            starts[part, value + 1] -= 1
            order[part, starts[part, value + 1]] = i
            filed[part, starts[part, value + 1]] = numbers[i]
        # what was `starts[value + 1]` is now where the value begins
        for at in range(starts.shape[1] - 1):
            starts[part, at] = starts[part, at + 1]
        starts[part, starts.shape[1] - 1] = numbers.size


@njit(cache=True, nogil=True)
def within(
    starts: NDArray[np.int64],
    order: NDArray[np.int64],
    filed: NDArray[np.uint64],
    masks: NDArray[np.uint64],
    counts: NDArray[np.int64],
    radii: NDArray[np.int64],
    radius: int,
    queries: NDArray[np.uint64],
    limits: NDArray[np.int64],
    query: int,
    out: NDArray[np.uint64],
) -> tuple[int, int]:
    """From `query` on, (query << 32 | number) of each number before the query's limit that differs in `radius` bits at most.

    Each pair once, in no order within a query. `masks` are the differences to look under, those of few bits first, of which
    part p has the first `counts[p]`, within `radii[p]` bits. Gives how many were written, and the query to go on with: it
    stops where the next might not fit, which always does where `out` has room for all numbers.
    """
    written = 0
    while query < queries.size:
        wanted = queries[query]
        before = written
        for part in range(PARTS):
            shift = U64(16 * part)
            value = (wanted >> shift) & PART
            for mask in range(counts[part]):
                at = np.int64(value ^ masks[mask])
                for place in range(starts[part, at], starts[part, at + 1]):
                    apart = wanted ^ filed[part, place]
                    if np.int64(ones(apart)) > radius:
                        continue
                    number = order[part, place]
                    if number >= limits[query]:
                        break
                    first = True
                    for earlier in range(part):
                        if np.int64(ones((apart >> U64(16 * earlier)) & PART)) <= radii[earlier]:
                            first = False
                    if not first:
                        continue
                    if written == out.size:
                        return before, query
                    out[written] = (U64(query) << U64(32)) | U64(number)
                    written += 1
        query += 1
    return written, query


@njit(cache=True, nogil=True)
def all_within(
    numbers: NDArray[np.uint64],
    radius: int,
    queries: NDArray[np.uint64],
    limits: NDArray[np.int64],
    query: int,
    out: NDArray[np.uint64],
) -> tuple[int, int]:
    """The same by looking at all numbers: less work where many values are that near."""
    written = 0
    while query < queries.size:
        before = written
        for number in range(limits[query]):
            if np.int64(ones(queries[query] ^ numbers[number])) <= radius:
                if written == out.size:
                    return before, query
                out[written] = (U64(query) << U64(32)) | U64(number)
                written += 1
        query += 1
    return written, query
