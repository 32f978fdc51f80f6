"""How many n-grams of characters two texts have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.hashing import finish


@njit(cache=True, nogil=True)
def common_ngrams(
    points: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    others: NDArray[np.uint32],
    other_offsets: NDArray[np.int64],
    orders: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    other_hashes: NDArray[np.uint64],
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
    turns: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Of each pair of texts and each n up to its order, n-grams of the one that the other has too, each as often as both have it.

    `hashes` has room for the longest text, `other_hashes` for the longest of the others; `keys`, `counts` and `turns` for a
    power of two, at least twice the longest text; `turns` is zero. Two n-grams of a text are one by chance in 2**64.
    """
    turn = 0
    for pair in range(len(orders)):
        start, size = offsets[pair], offsets[pair + 1] - offsets[pair]
        other, other_size = other_offsets[pair], other_offsets[pair + 1] - other_offsets[pair]
        mask = np.uint64(15)
        while mask < np.uint64(2 * size):
            mask = mask * np.uint64(2) + np.uint64(1)
        for i in range(size):
            hashes[i] = np.uint64(0)
        for i in range(other_size):
            other_hashes[i] = np.uint64(0)
        for n in range(1, min(orders[pair], size, other_size) + 1):
            turn += 1
            for i in range(size - n + 1):
                hashes[i] = finish(hashes[i] ^ np.uint64(points[start + i + n - 1]) + np.uint64(n))
                slot = hashes[i] & mask
                while turns[slot] == turn and keys[slot] != hashes[i]:
                    slot = (slot + np.uint64(1)) & mask
                if turns[slot] != turn:
                    turns[slot], keys[slot], counts[slot] = turn, hashes[i], 0
                counts[slot] += 1
            same = 0
            for i in range(other_size - n + 1):
                other_hashes[i] = finish(other_hashes[i] ^ np.uint64(others[other + i + n - 1]) + np.uint64(n))
                slot = other_hashes[i] & mask
                while turns[slot] == turn and keys[slot] != other_hashes[i]:
                    slot = (slot + np.uint64(1)) & mask
                if turns[slot] == turn and counts[slot] > 0:
                    counts[slot] -= 1
                    same += 1
            out[pair, n - 1] = same
