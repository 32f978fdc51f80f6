"""Which sequences of characters a document has more than once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import decode

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


@njit(cache=True, nogil=True)
def count_repeated_ngrams(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    n: int,
    lower: NDArray[np.int32],
    left_out: int,
    repeated: NDArray[np.int64],
    total: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document: n-grams that occur more than once, and all n-grams, but for the last `left_out` of them.

    Characters are folded by `lower`; spaces, tabs and line feeds are none. An n-gram is known by a polynomial in its
    characters modulo 2**64, mixed; that two of one document collide has a chance of about its square over 2**64.
    """
    longest = 1
    for doc in range(len(starts)):
        longest = max(longest, ends[doc] - starts[doc])
    capacity = 16
    while capacity < 2 * longest:
        capacity *= 2
    points = np.empty(longest, np.uint64)
    keys = np.empty(capacity, np.uint64)
    counts = np.zeros(capacity, np.int64)
    used = np.empty(longest, np.int64)
    gone = np.uint64(1)
    for _ in range(n):
        gone *= _FACTOR
    for doc in range(len(starts)):
        m = 0
        i = starts[doc]
        while i < ends[doc]:
            point, size = decode(data, i)
            i += size
            if point != 32 and point != 10 and point != 9:
                points[m] = np.uint64(lower[point])
                m += 1
        total[doc] = max(m - n + 1 - left_out, 0)
        repeated[doc] = 0
        mask = np.uint64(15)
        while mask < np.uint64(2 * total[doc]):
            mask = mask * np.uint64(2) + np.uint64(1)
        rolled = np.uint64(0)
        different = 0
        for k in range(min(total[doc] + n - 1, m)):
            rolled = rolled * _FACTOR + points[k] + np.uint64(1)
            if k >= n:
                rolled -= (points[k - n] + np.uint64(1)) * gone
            if k < n - 1:
                continue
            mixed = rolled ^ (rolled >> _HALF)
            slot = ((mixed * _FACTOR) >> np.uint64(20)) & mask
            while counts[slot] > 0 and keys[slot] != rolled:
                slot = (slot + np.uint64(1)) & mask
            if counts[slot] == 0:
                keys[slot] = rolled
                used[different] = slot
                different += 1
            counts[slot] += 1
        for k in range(different):
            repeated[doc] += counts[used[k]] if counts[used[k]] > 1 else 0
            counts[used[k]] = 0
