"""How alike two pictures are, pixel by pixel: small ones in whole numbers, larger ones after one was fitted to the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

U64 = np.uint64
NUMBER = np.uint64(0xFFFFFFFF)
SCALE = 1023.0

DARK, LIGHT = 3.0, 252.0
"""Levels beyond which a pixel may have been cut off at black or white when the picture was darkened or brightened."""

SHARPER = 0.3
"""How much of a pixel's distance from its neighbours a resampling filter may add or take away."""

GAIN = 2.0
"""How many times brighter, or darker, a copy may be."""


@njit(cache=True, nogil=True)
def correlate(
    small: NDArray[np.int8], turns: NDArray[np.int64], pairs: NDArray[np.uint64], out: NDArray[np.uint16]
) -> None:
    """The correlation of each pair of rows, 0 to 1023, the best over the ways to turn the first.

    `small` is (pictures, pixels), of mean 0 each; `turns` (ways, pixels) says which pixel comes where.
    """
    for at in range(pairs.size):
        one, other = np.int64(pairs[at] >> U64(32)), np.int64(pairs[at] & NUMBER)
        first = second = np.int32(0)
        for i in range(small.shape[1]):
            first += np.int32(small[one, i]) * np.int32(small[one, i])
            second += np.int32(small[other, i]) * np.int32(small[other, i])
        best = 0.0
        for way in range(turns.shape[0]):
            both = np.int32(0)
            if way == 0:
                for i in range(small.shape[1]):
                    both += np.int32(small[one, i]) * np.int32(small[other, i])
            else:
                for i in range(small.shape[1]):
                    both += np.int32(small[one, turns[way, i]]) * np.int32(small[other, i])
            if both > 0:
                best = max(best, both / np.sqrt(np.float64(first) * np.float64(second)))
        out[at] = np.uint16(np.round(SCALE * min(best, 1.0)))


@njit(cache=True, nogil=True)
def shrink(card: NDArray[np.uint8], small: NDArray[np.float32]) -> None:  # both (height, width)
    """A picture as means over areas, into `small`, which is no larger."""
    down, across = card.shape[0] / small.shape[0], card.shape[1] / small.shape[1]
    for y in range(small.shape[0]):
        top, bottom = y * down, (y + 1) * down
        for x in range(small.shape[1]):
            left, right = x * across, (x + 1) * across
            total = 0.0
            for row in range(int(top), min(int(np.ceil(bottom - 1e-9)), card.shape[0])):
                tall = min(bottom, row + 1.0) - max(top, np.float64(row))
                for column in range(int(left), min(int(np.ceil(right - 1e-9)), card.shape[1])):
                    wide = min(right, column + 1.0) - max(left, np.float64(column))
                    total += tall * wide * card[row, column]
            small[y, x] = total / (down * across)


@njit(cache=True, nogil=True)
def compare(
    first: NDArray[np.float32],
    second: NDArray[np.float32],
    tall: NDArray[np.float64],
    wide: NDArray[np.float64],
    block: int,
    floor: float,
    share: float,
    fitted: NDArray[np.float64],
    told: NDArray[np.float64],
) -> None:
    """How well the first picture, fitted, foretells the second: (what is left, worst block, structure) into `told`.

    Both are (height, width). What is fitted: gain, offset, and how much sharper; cut off at black and white; from pixels that
    neither cut off. What is left is 1 less the square of the correlation of both when the lowest frequencies, of which `tall`
    (frequencies, height) and `wide` are the cosines, are taken off. The worst block, of `block` pixels on a side, is its mean error over what there may be: `floor` levels, and the
    `share` of how much the block varies. Structure is how many levels the second varies beyond its lowest frequencies.
    `fitted` (2, height, width) is room.
    """
    height, width = first.shape
    told[0], told[1], told[2] = 1.0, 0.0, 0.0
    gain, offset, sharper = _fit(first, second)
    if not (1 / GAIN < gain < GAIN):
        return
    for y in range(height):
        for x in range(width):
            value = gain * first[y, x] + offset + sharper * _bend(first, y, x)
            fitted[0, y, x] = min(max(value, 0.0), 255.0)
            fitted[1, y, x] = second[y, x]
    told[1] = _worst(fitted, block, floor, share)
    _detail(fitted[0], tall, wide)
    _detail(fitted[1], tall, wide)
    one = two = both = 0.0
    for y in range(height):
        for x in range(width):
            one += fitted[0, y, x] * fitted[0, y, x]
            two += fitted[1, y, x] * fitted[1, y, x]
            both += fitted[0, y, x] * fitted[1, y, x]
    told[2] = np.sqrt(two / (height * width))
    if both > 0 and two > 0:
        told[0] = min(max(1 - both * both / (one * two), 0.0), 1.0)


@njit(inline="always")
def _bend(picture: Any, y: int, x: int) -> Any:
    """How far a pixel lies below its four neighbours; at the edge there are as many of its own."""
    height, width = picture.shape
    up, down = picture[max(y - 1, 0), x], picture[min(y + 1, height - 1), x]
    left, right = picture[y, max(x - 1, 0)], picture[y, min(x + 1, width - 1)]
    return up + down + left + right - 4 * picture[y, x]


@njit(cache=True, nogil=True)
def _fit(first: NDArray[np.float32], second: NDArray[np.float32]) -> tuple[float, float, float]:
    """Gain, offset and sharpness by least squares; from all pixels where too few are neither black nor white."""
    height, width = first.shape
    usable = 0
    for y in range(height):
        for x in range(width):
            usable += DARK < first[y, x] < LIGHT and DARK < second[y, x] < LIGHT
    every = usable < height * width // 5
    n = sx = sb = sy = sxx = sxb = sbb = sxy = sby = 0.0
    for y in range(height):
        for x in range(width):
            if every or (DARK < first[y, x] < LIGHT and DARK < second[y, x] < LIGHT):
                a, b, c = np.float64(first[y, x]), np.float64(_bend(first, y, x)), np.float64(second[y, x])
                n += 1
                sx += a
                sb += b
                sy += c
                sxx += a * a
                sxb += a * b
                sbb += b * b
                sxy += a * c
                sby += b * c
    sxx -= sx * sx / n
    sxb -= sx * sb / n
    sbb -= sb * sb / n
    sxy -= sx * sy / n
    sby -= sb * sy / n
    if sxx <= 0:
        return 0.0, 0.0, 0.0
    whole = sxx * sbb - sxb * sxb
    gain, sharper = sxy / sxx, 0.0
    if whole > 1e-9 * sxx * sbb:
        gain, sharper = (sxy * sbb - sby * sxb) / whole, (sby * sxx - sxy * sxb) / whole
        most = SHARPER * abs(gain)
        if abs(sharper) > most:
            sharper = most if sharper > 0 else -most
            gain = (sxy - sharper * sxb) / sxx
    return gain, (sy - gain * sx - sharper * sb) / n, sharper


@njit(cache=True, nogil=True)
def _worst(fitted: NDArray[np.float64], block: int, floor: float, share: float) -> float:
    """The largest mean error of a block over what there may be."""
    height, width = fitted.shape[1], fitted.shape[2]
    down, across = max(height // block, 1), max(width // block, 1)
    worst = 0.0
    for i in range(down):
        for j in range(across):
            n = total = squares = error = 0.0
            for y in range(height * i // down, height * (i + 1) // down):
                for x in range(width * j // across, width * (j + 1) // across):
                    value = fitted[1, y, x]
                    n += 1
                    total += value
                    squares += value * value
                    error += (value - fitted[0, y, x]) ** 2
            varies = max(squares / n - (total / n) ** 2, 0.0)
            worst = max(worst, np.sqrt(error / n / (floor * floor + share * share * varies)))
    return worst


@njit(cache=True, nogil=True)
def _detail(picture: NDArray[np.float64], tall: NDArray[np.float64], wide: NDArray[np.float64]) -> None:
    """Take the lowest frequencies off; the rows of `tall` and `wide` are of length 1 and at right angles."""
    height, width = picture.shape
    for i in range(tall.shape[0]):
        for j in range(wide.shape[0]):
            weight = 0.0
            for y in range(height):
                for x in range(width):
                    weight += tall[i, y] * wide[j, x] * picture[y, x]
            for y in range(height):
                for x in range(width):
                    picture[y, x] -= weight * tall[i, y] * wide[j, x]
