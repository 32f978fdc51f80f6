"""What several signals need of the pixels, made once for all who ask (`Images.once`), by loops over whole stacks."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images, Stack, luma_of
from dataqual.kernels.pictures import (
    block_steps,
    commonest_colour,
    count_levels,
    count_strokes,
    edge_sums,
    laplacian_moments,
    measure_colours,
    resample_rows,
    select_brightness,
)

Floats = NDArray[np.float64]


def flat(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(n, height, width, channels) as (n, pixels, channels)."""
    n, height, width, channels = pixels.shape
    return np.ascontiguousarray(pixels).reshape(n, height * width, channels)


def counts(images: Images) -> NDArray[np.int64]:
    """Pixels of each picture."""
    return images.heights * images.widths


def levels(images: Images) -> NDArray[np.int64]:
    """How many pixels have each level of red, green and blue, (n, 3, 256); of gray pictures in the first, the others 0."""

    def of(stack: Stack) -> NDArray[np.int64]:
        found = np.zeros((len(stack.rows), 3, 256), np.int64)
        pixels = stack.pixels[..., :3]
        part = np.zeros((len(stack.rows), pixels.shape[-1], 256), np.int64)
        count_levels(flat(pixels), part)
        found[:, : part.shape[1]] = part
        return found

    return images.spread(map(of, images.stacks()), np.int64, (3, 256))


def luma_levels(images: Images) -> NDArray[np.int64]:
    """How many pixels are how light, (n, 256)."""
    return _luma_levels(images.luma, images)


def _luma_levels(stacks: tuple[Stack, ...], images: Images) -> NDArray[np.int64]:
    def of(stack: Stack) -> NDArray[np.int64]:
        found = np.zeros((len(stack.rows), 1, 256), np.int64)
        count_levels(flat(stack.pixels[..., None]), found)
        return found[:, 0]

    return images.spread(map(of, stacks), np.int64, (256,))


def mean_channels(images: Images) -> Floats:
    """Mean red, green and blue, (n, 3), 0 to 255; of gray pictures thrice the same, 0 without pixels."""
    found = images.once(levels)
    means = found @ np.arange(256) / np.maximum(counts(images), 1)[:, None]
    gray = images.channels == 1
    means[gray] = means[gray][:, :1]
    return np.asarray(means)


def perceived(red: Floats, green: Floats, blue: Floats) -> Floats:
    """Perceived brightness, 0 to 1, of channels from 0 to 255 (HSP by D. Finley, with the weights of cleanvision)."""
    return np.asarray(np.sqrt(0.241 * red * red + 0.691 * green * green + 0.068 * blue * blue) / 255)


def brightness_percentiles(images: Images, percentiles: tuple[float, ...]) -> Floats:
    """Percentiles of the perceived brightness of the pixels of each picture, (n, k), 0 without pixels; linear in between."""

    def of(stack: Stack) -> Floats:
        n, height, width, channels = stack.pixels.shape
        pixels = height * width
        if not pixels:
            return np.zeros((n, len(percentiles)))
        at = np.array(percentiles) / 100 * (pixels - 1)
        low = np.floor(at).astype(np.int64)
        ranks = np.stack([low, np.minimum(low + 1, pixels - 1)], axis=1).ravel()
        if channels == 1:
            found = np.zeros((n, 1, 256), np.int64)
            count_levels(flat(stack.pixels), found)
            totals = np.cumsum(found[:, 0], axis=1)
            values = (totals[:, None, :] <= ranks[:, None]).sum(axis=2) / 255.0
        else:
            squares = np.empty((n, len(ranks)), np.int64)
            room = np.empty(pixels, np.int32), np.empty(1 << 14, np.int32), np.empty(1 << 12, np.int32)
            select_brightness(flat(stack.pixels), ranks, squares, *room)
            values = np.sqrt(squares / 1000.0) / 255
        pairs = values.reshape(n, -1, 2)
        return np.asarray(pairs[..., 0] + (pairs[..., 1] - pairs[..., 0]) * (at - low))

    return images.spread(map(of, images.stacks()), np.float64, (len(percentiles),))


def usual_percentiles(images: Images) -> Floats:
    """The 5th and the 99th, of which the published rules are."""
    return brightness_percentiles(images, USUAL)


USUAL = (5.0, 99.0)


COLOURED = 5
"""Where in the sums of `colours` the number of pixels stands that are not gray."""


def colours(images: Images) -> Floats:
    """Sums over pixels, see `measure_colours`, (n, 6); of gray pictures 0."""

    def of(stack: Stack) -> Floats:
        found = np.zeros((len(stack.rows), 6))
        if stack.pixels.shape[-1] > 1:
            measure_colours(flat(stack.pixels), found)
        return found

    return images.spread(map(of, images.stacks()), np.float64, (6,))


def commonest(images: Images) -> NDArray[np.int64]:
    """Pixels of the commonest colour, (n,)."""

    def of(stack: Stack) -> NDArray[np.int64]:
        found = np.zeros(len(stack.rows), np.int64)
        commonest_colour(flat(stack.pixels), found, np.empty(1 << 15, np.int32))
        return found

    return images.spread(map(of, images.stacks()), np.int64)


def laplacian_variance(images: Images) -> Floats:
    """Of each picture, (n,)."""

    def of(stack: Stack) -> Floats:
        found = np.zeros((len(stack.rows), 2))
        laplacian_moments(np.ascontiguousarray(stack.pixels), found)
        return np.asarray(np.maximum(found[:, 1] - found[:, 0] ** 2, 0))

    return images.spread(map(of, images.luma), np.float64)


def steps(images: Images) -> NDArray[np.int64]:
    """Steps between neighbouring pixels, see `block_steps`, (n, 4)."""

    def of(stack: Stack) -> NDArray[np.int64]:
        found = np.zeros((len(stack.rows), 4), np.int64)
        block_steps(np.ascontiguousarray(stack.pixels), found)
        return found

    return images.spread(map(of, images.luma), np.int64, (4,))


def strokes(images: Images) -> NDArray[np.int64]:
    """Strokes of black or white in every row of a band, see `count_strokes`, (n,)."""

    def of(stack: Stack) -> NDArray[np.int64]:
        found = np.zeros(len(stack.rows), np.int64)
        count_strokes(np.ascontiguousarray(stack.pixels), found, np.zeros(stack.pixels.shape[1], np.int64))
        return found

    return images.spread(map(of, images.luma), np.int64)


SMALL = 64
"""The longer side to which cleanvision shrinks a picture before it looks for edges."""


def small_edges(images: Images) -> Floats:
    """Standard deviation of the edges of each picture shrunk to `SMALL`, and of the counts of its levels, (n, 2)."""

    def of(stack: Stack) -> Floats:
        n, height, width, _ = stack.pixels.shape
        if not height * width:
            return np.zeros((n, 2))
        luma = luma_of(shrunk(stack.pixels, SMALL))
        pixels = luma.shape[1] * luma.shape[2]
        sums = np.zeros((n, 2), np.int64)
        edge_sums(np.ascontiguousarray(luma), sums)
        found = np.zeros((n, 1, 256), np.int64)
        count_levels(flat(luma[..., None]), found)
        variance = (sums[:, 1] - sums[:, 0] ** 2 / pixels) / pixels
        return np.stack([np.sqrt(np.maximum(variance, 0)), found[:, 0].std(axis=1)], axis=1)

    return images.spread(map(of, images.stacks()), np.float64, (2,))


def shrunk(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Pictures whose longer side is at most `longest`, as Pillow's `resize` makes them (bicubic); smaller ones as they are.

    (n, height, width, channels) to (n, new height, new width, channels).
    """
    height, width = pixels.shape[1:3]
    ratio = max(height, width) / longest
    if ratio <= 1:
        return pixels
    return resized(pixels, max(int(height // ratio), 1), max(int(width // ratio), 1))


def resized(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Pictures in another size, the very pixels that `resize` of Pillow 13 gives (bicubic, antialiased).

    Across first and then down, or down first where that takes away more than twice as many rows as columns go.
    """
    axes = [(2, width), (1, height)]
    if pixels.shape[1] - height > 2 * (pixels.shape[2] - width):
        axes.reverse()
    for axis, new in axes:
        if new != pixels.shape[axis]:
            pixels = _resampled(pixels, axis, new)
    return pixels


def _resampled(pixels: NDArray[np.uint8], axis: int, new: int) -> NDArray[np.uint8]:
    n, height, width, channels = pixels.shape
    shape, out_shape = ((n * height, width, channels), (n, height, new, channels))
    if axis == 1:
        shape, out_shape = ((n, height, width * channels), (n, new, width, channels))
    out = np.empty((shape[0], new, shape[2]), np.uint8)
    resample_rows(np.ascontiguousarray(pixels).reshape(shape), *bicubic(pixels.shape[axis], new), out)
    return out.reshape(out_shape)


@cache
def bicubic(size: int, new: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where the pixels begin of which each new one is made, (new,), and their weights, (new, taps), as Pillow has them.

    Keys' cubic with a = -0.5 (Keys 1981), as wide as a new pixel is, in whole numbers of 2⁻²².
    """
    scale = size / new
    wide = max(scale, 1.0)
    support = 2.0 * wide
    taps = math.ceil(support) * 2 + 1
    starts, weights = np.zeros(new, np.int64), np.zeros((new, taps), np.int32)
    for at in range(new):
        centre = (at + 0.5) * scale
        first = max(int(centre - support + 0.5), 0)
        last = min(int(centre + support + 0.5), size)
        found = np.array([_cubic((x - centre + 0.5) / wide) for x in range(first, last)])
        found /= found.sum()
        starts[at] = first
        weights[at, : len(found)] = np.trunc(found * (1 << 22) + np.where(found < 0, -0.5, 0.5))
    return starts, weights


def _cubic(x: float) -> float:
    a, x = -0.5, abs(x)
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0
