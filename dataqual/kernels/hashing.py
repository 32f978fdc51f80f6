"""64-bit hashes of segments: of their bytes, or of their characters mapped (case folded, accents stripped)."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dataqual.kernels.cutting import decode

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


@njit(cache=True, nogil=True, inline="always")
def finish(h: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """The finaliser of splitmix64 (Steele et al. 2014): spreads every bit over all of them."""
    h ^= h >> np.uint64(30)
    h *= _MIX
    h ^= h >> np.uint64(27)
    h *= _MIX2
    return h ^ (h >> np.uint64(31))


@njit(cache=True, nogil=True)
def hash_segments(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    mapping: NDArray[np.int32],
    mapped: bool,
    drop_marks: bool,
    classes: NDArray[np.uint8],
    out: NDArray[np.uint64],
) -> None:  # pragma: no cover - compiled
    """Hash every segment into `out`; with `mapped`, of `mapping[character]`, without marks if `drop_marks`.

    Equal segments have equal hashes; different ones collide with a chance of about 2**-64 per pair.
    """
    for k in range(len(starts)):
        h = np.uint64(0x243F6A8885A308D3)
        i = starts[k]
        end = ends[k]
        while i < end:
            b = data[i]
            if b < 0x80 or not mapped:
                c = np.uint64(b)
                if mapped and np.uint8(65) <= b <= np.uint8(90):
                    c = np.uint64(mapping[b])
                i += 1
            else:
                point, size = decode(data, i)
                i += size
                if drop_marks and (classes[point] & 15) == 4:
                    continue
                c = np.uint64(mapping[point])
            h = (h ^ c) * _PRIME
        out[k] = finish(h)
