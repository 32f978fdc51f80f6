"""64-bit hashes of segments: of their bytes, or of their characters mapped (case folded, accents stripped)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import decode
from dataqual.kernels.loading import eight

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
SEED = np.uint64(0x243F6A8885A308D3)
_NOT_ASCII = np.uint64(0x8080808080808080)


@njit(cache=True, nogil=True, inline="always")
def finish(h: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """The finaliser of splitmix64 (Steele et al. 2014): spreads every bit over all of them."""
    h ^= h >> np.uint64(30)
    h *= _MIX
    h ^= h >> np.uint64(27)
    h *= _MIX2
    return h ^ (h >> np.uint64(31))


@njit(cache=True, nogil=True, inline="always")
def mix(h: np.uint64, v: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    h = (h ^ v) * _PRIME
    return h ^ (h >> np.uint64(32))


@njit(cache=True, nogil=True, inline="always")
def lower_ascii(v: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """Eight ASCII characters in lower case: 0x20 is added to those from A (65) up to, not with, 91."""
    from_a = v + np.uint64(0x3F3F3F3F3F3F3F3F)
    beyond_z = v + np.uint64(0x2525252525252525)
    return v | ((from_a & ~beyond_z & _NOT_ASCII) >> np.uint64(2))


@njit(cache=True, nogil=True)
def hash_mapped(
    data: Any, start: int, end: int, mapping: Any, to_lower: bool, safe: int
) -> np.uint64:  # pragma: no cover - compiled
    """The hash of one segment of `mapping[character]`, without those mapped to -1.

    `to_lower`: whether the mapping takes A to a; up to `safe` eight bytes can be read at once.
    """
    h = SEED
    i = start
    v = np.uint64(0)
    filled = 0
    while i < end:
        if filled == 0 and i <= safe:  # eight ASCII characters, or the last ones, at once
            some = eight(data, i)
            if end - i < 8:
                some &= (np.uint64(1) << np.uint64(8 * (end - i))) - np.uint64(1)
            if some & _NOT_ASCII == 0:
                v = lower_ascii(some) if to_lower else some
                filled = min(8, end - i)
                i += filled
                if filled == 8:
                    h = mix(h, v)
                    v = np.uint64(0)
                    filled = 0
                continue
        c = np.int32(data[i])
        size = 1
        if c >= 0x80:
            point, size = decode(data, i)
            c = mapping[point]
            if c < 0:
                i += size
                continue
        elif 65 <= c <= 90:
            c = mapping[c]
        i += size
        if c >= 0x80:
            # the bit 0x80 sets lengths and code points apart from eight ASCII characters, NUL among them
            h = mix(h, v | np.uint64(0x80 | filled) << np.uint64(56))
            h = mix(h, np.uint64(c) << np.uint64(32) | np.uint64(0x80))
            v = np.uint64(0)
            filled = 0
            continue
        v |= np.uint64(c) << np.uint64(8 * filled)
        filled += 1
        if filled == 8:
            h = mix(h, v)
            v = np.uint64(0)
            filled = 0
    return finish(mix(h, v) + np.uint64(filled))


@njit(cache=True, nogil=True, inline="always")
def hash_lower(data: Any, start: int, size: int) -> np.uint64:  # pragma: no cover - compiled
    """What `hash_mapped` gives for `size` ASCII characters in lower case; eight bytes can be read wherever one is."""
    h = SEED
    i = start
    left = size
    while left >= 8:
        h = mix(h, lower_ascii(eight(data, i)))
        i += 8
        left -= 8
    v = lower_ascii(eight(data, i) & ((np.uint64(1) << np.uint64(8 * left)) - np.uint64(1)))
    return finish(mix(h, v) + np.uint64(left))


@njit(cache=True, nogil=True)
def hash_segments(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    mapping: NDArray[np.int32],
    mapped: bool,
    out: NDArray[np.uint64],
) -> None:  # pragma: no cover - compiled
    """Hash every segment into `out`; with `mapped`, of `mapping[character]`, without those mapped to -1.

    Equal segments have equal hashes; different ones collide with a chance of about 2**-64 per pair.
    """
    if mapped:
        for k in range(len(starts)):
            out[k] = hash_mapped(data, starts[k], ends[k], mapping, mapping[65] == 97, len(data) - 8)
        return
    safe = len(data) - 8  # up to here eight bytes can be read at once
    for k in range(len(starts)):
        h = SEED
        i = starts[k]
        left = ends[k] - i
        if left < 16 and i + 8 <= safe:  # as below, without a branch on whether there are eight
            first, second = eight(data, i), eight(data, i + 8)
            h = mix(SEED, first) if left >= 8 else SEED
            v = second if left >= 8 else first
            v &= (np.uint64(1) << np.uint64(8 * (left & 7))) - np.uint64(1)
            out[k] = finish(mix(h, v) + np.uint64(left & 7))
            continue
        while left >= 8:
            h = mix(h, eight(data, i))
            i += 8
            left -= 8
        if left > 0 and i <= safe:
            v = eight(data, i) & ((np.uint64(1) << np.uint64(8 * left)) - np.uint64(1))
        else:
            v = np.uint64(0)
            for j in range(left):
                v |= np.uint64(data[i + j]) << np.uint64(8 * j)
        out[k] = finish(mix(h, v) + np.uint64(left))
