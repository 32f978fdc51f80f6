"""Loops over the pixels of pictures of one shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit


@njit(nogil=True, cache=True)
def fill_luma(pixels: NDArray[np.uint8], luma: NDArray[np.uint8]) -> None:
    """How light every pixel is: ITU-R BT.601, in the whole numbers of Pillow's `convert("L")`.

    `pixels` is (pixels, channels) with 3 or 4 channels, of which the fourth is not looked at; `luma` is (pixels,).
    """
    for i in range(pixels.shape[0]):
        red, green, blue = np.uint32(pixels[i, 0]), np.uint32(pixels[i, 1]), np.uint32(pixels[i, 2])
        total = red * np.uint32(19595) + green * np.uint32(38470) + blue * np.uint32(7471) + np.uint32(0x8000)
        luma[i] = np.uint8(total >> np.uint32(16))


@njit(nogil=True, cache=True)
def count_levels(pixels: NDArray[np.uint8], counts: NDArray[np.int64]) -> None:
    """How many pixels have each level, of each channel: (n, pixels, channels) into (n, channels, 256), which are 0."""
    for i in range(pixels.shape[0]):
        for j in range(pixels.shape[1]):
            for c in range(pixels.shape[2]):
                counts[i, c, pixels[i, j, c]] += 1


@njit(nogil=True, cache=True)
def measure_colours(pixels: NDArray[np.uint8], sums: NDArray[np.float64]) -> None:
    """Sums over the pixels of each picture in colour, (n, pixels, 3 or 4) into (n, 6).

    They are: saturation (of HSV), red - green, its square, yellow - blue (half of red + green, less blue), its square, and
    how many pixels are not gray.
    """
    for i in range(pixels.shape[0]):
        saturation = 0.0
        rg = yb = rg2 = yb2 = coloured = 0
        for j in range(pixels.shape[1]):
            r, g, b = np.int64(pixels[i, j, 0]), np.int64(pixels[i, j, 1]), np.int64(pixels[i, j, 2])
            high, low = max(r, g, b), min(r, g, b)
            if high > low:
                saturation += (high - low) / high
                coloured += 1
            d, y = r - g, r + g - 2 * b
            rg += d
            rg2 += d * d
            yb += y
            yb2 += y * y
        sums[i, 0] = saturation
        sums[i, 1] = rg
        sums[i, 2] = rg2
        sums[i, 3] = yb / 2
        sums[i, 4] = yb2 / 4
        sums[i, 5] = coloured


BRIGHTNESS_BITS = 12
"""A thousandfold square of brightness has 26 bits: it is looked up by its upper 14, and among those alike by the lower 12."""


@njit(nogil=True, cache=True)
def select_brightness(
    pixels: NDArray[np.uint8],
    ranks: NDArray[np.int64],
    squares: NDArray[np.int64],
    keys: NDArray[np.int32],
    upper: NDArray[np.int32],
    lower: NDArray[np.int32],
) -> None:
    """The squares of brightness, 241 r² + 691 g² + 68 b², that stand at these ranks among the pixels of each picture.

    `pixels` is (n, pixels, 3 or 4), `ranks` (k,) from 0 on, `squares` (n, k). `keys` is room for the pixels of one
    picture, `upper` (16384,) and `lower` (4096,) are room for counting.
    """
    for i in range(pixels.shape[0]):
        upper[:] = 0
        for j in range(pixels.shape[1]):
            r, g, b = np.int32(pixels[i, j, 0]), np.int32(pixels[i, j, 1]), np.int32(pixels[i, j, 2])
            key = np.int32(241) * r * r + np.int32(691) * g * g + np.int32(68) * b * b
            keys[j] = key
            upper[key >> 12] += 1
        held = -1
        for k in range(ranks.shape[0]):
            left = ranks[k]
            at = 0
            while left >= upper[at]:
                left -= upper[at]
                at += 1
            if at != held:
                lower[:] = 0
                for j in range(pixels.shape[1]):
                    if keys[j] >> 12 == at:
                        lower[keys[j] & 4095] += 1
                held = at
            within = 0
            while left >= lower[within]:
                left -= lower[within]
                within += 1
            squares[i, k] = (at << 12) + within


@njit(nogil=True, cache=True)
def commonest_colour(pixels: NDArray[np.uint8], most: NDArray[np.int64], room: NDArray[np.int32]) -> None:
    """How many pixels of each picture, (n, pixels, channels), are of its commonest colour, told apart by five bits a channel.

    `room` is (32768,).
    """
    colour = pixels.shape[2] >= 3
    for i in range(pixels.shape[0]):
        room[:] = 0
        highest = 0
        for j in range(pixels.shape[1]):
            key = np.int64(pixels[i, j, 0]) >> 3
            if colour:
                key = (key << 10) | ((np.int64(pixels[i, j, 1]) >> 3) << 5) | (np.int64(pixels[i, j, 2]) >> 3)
            room[key] += 1
            highest = max(highest, room[key])
        most[i] = highest


@njit(nogil=True, cache=True)
def laplacian_moments(luma: NDArray[np.uint8], moments: NDArray[np.float64]) -> None:
    """Mean and mean square of the Laplacian of each picture: (n, height, width) into (n, 2).

    Of a pixel: its four neighbours less four times itself; beyond the border the picture is mirrored about its last pixels.
    """
    height, width = luma.shape[1], luma.shape[2]
    for i in range(luma.shape[0]):
        total = squares = 0
        for y in range(height):
            up = y - 1 if y > 0 else min(1, height - 1)
            down = y + 1 if y < height - 1 else max(height - 2, 0)
            for x in range(width):
                left = x - 1 if x > 0 else min(1, width - 1)
                right = x + 1 if x < width - 1 else max(width - 2, 0)
                value = (
                    np.int64(luma[i, up, x])
                    + np.int64(luma[i, down, x])
                    + np.int64(luma[i, y, left])
                    + np.int64(luma[i, y, right])
                    - 4 * np.int64(luma[i, y, x])
                )
                total += value
                squares += value * value
        moments[i, 0] = total / max(height * width, 1)
        moments[i, 1] = squares / max(height * width, 1)


@njit(nogil=True, cache=True)
def edge_sums(luma: NDArray[np.uint8], sums: NDArray[np.int64]) -> None:
    """Sum and sum of squares of Pillow's FIND_EDGES of each picture: (n, height, width) into (n, 2).

    Eight times a pixel less its eight neighbours, cut off at 0 and 255; pixels of the border stay as they are.
    """
    height, width = luma.shape[1], luma.shape[2]
    for i in range(luma.shape[0]):
        total = squares = 0
        for y in range(height):
            for x in range(width):
                value = np.int64(luma[i, y, x])
                if 0 < y < height - 1 and 0 < x < width - 1:
                    value *= 9
                    for b in range(y - 1, y + 2):
                        for a in range(x - 1, x + 2):
                            value -= np.int64(luma[i, b, a])
                    if value < 0:
                        value = np.int64(0)
                    elif value > 255:
                        value = np.int64(255)
                total += value
                squares += value * value
        sums[i, 0] = total
        sums[i, 1] = squares


@njit(nogil=True, cache=True)
def resample_rows(
    pixels: NDArray[np.uint8], starts: NDArray[np.int64], weights: NDArray[np.int32], out: NDArray[np.uint8]
) -> None:
    """Pillow's resampling along the middle axis: (rows, length, inner) into (rows, new length, inner).

    A new pixel is the sum of those from `starts` on times its `weights`, (new length, taps), in whole numbers of 2⁻²².
    """
    for i in range(pixels.shape[0]):
        for x in range(out.shape[1]):
            first = int(starts[x])
            taps = min(weights.shape[1], pixels.shape[1] - first)
            for c in range(pixels.shape[2]):
                total = np.int32(1 << 21)
                for t in range(taps):
                    total += np.int32(pixels[i, first + t, c]) * weights[x, t]
                total >>= 22
                out[i, x, c] = np.uint8(0 if total < 0 else 255 if total > 255 else total)


@njit(nogil=True, cache=True)
def block_steps(luma: NDArray[np.uint8], sums: NDArray[np.int64]) -> None:
    """Sums of steps between neighbouring pixels of each picture, (n, height, width) into (n, 4).

    They are: steps over the borders of the blocks of 8 by 8 pixels that JPEG works on, how many these are, all other steps,
    and how many those are; across and down.
    """
    height, width = luma.shape[1], luma.shape[2]
    for i in range(luma.shape[0]):
        border = others = borders = rest = 0
        for y in range(height):
            for x in range(1, width):
                step = abs(np.int64(luma[i, y, x]) - np.int64(luma[i, y, x - 1]))
                if x & 7 == 0:
                    border += step
                    borders += 1
                else:
                    others += step
                    rest += 1
        for y in range(1, height):
            at_border = y & 7 == 0
            down = 0
            for x in range(width):
                down += abs(np.int64(luma[i, y, x]) - np.int64(luma[i, y - 1, x]))
            if at_border:
                border += down
                borders += width
            else:
                others += down
                rest += width
        sums[i, 0] = border
        sums[i, 1] = borders
        sums[i, 2] = others
        sums[i, 3] = rest


INK = 24
"""Levels from black or white up to which a pixel is ink."""
APART = 64
"""Levels by which the paper beside a stroke differs from it, within two pixels."""
BAND = 6
"""Rows in a row: the least height of a line of writing."""
WIDEST = 12
"""Pixels across a stroke at most."""


@njit(nogil=True, cache=True)
def count_strokes(luma: NDArray[np.uint8], most: NDArray[np.int64], strokes: NDArray[np.int64]) -> None:
    """How many strokes of black or white each of `BAND` rows in a row has at least, where there are most: (n, h, w) to (n,).

    A stroke is a run of ink in a row, `WIDEST` at most, with paper on both sides. `strokes` is room for (height,).
    """
    height, width = luma.shape[1], luma.shape[2]
    for i in range(luma.shape[0]):
        best = 0
        for ink in range(2):
            for y in range(height):
                found = 0
                x = 2
                while x < width - 2:
                    level = np.int64(luma[i, y, x])
                    dark = level <= INK if ink == 0 else level >= 255 - INK
                    if not dark:
                        x += 1
                        continue
                    end = x
                    while end < width and (luma[i, y, end] <= INK if ink == 0 else luma[i, y, end] >= 255 - INK):
                        end += 1
                    if end - x <= WIDEST and end + 1 < width:
                        left, right = np.int64(luma[i, y, x - 2]), np.int64(luma[i, y, end + 1])
                        if abs(left - level) >= APART and abs(right - level) >= APART:
                            found += 1
                    x = end + 1
                strokes[y] = found
            for y in range(height - BAND + 1):
                least = strokes[y]
                for k in range(1, BAND):
                    least = min(least, strokes[y + k])
                best = max(best, least)
        most[i] = best
