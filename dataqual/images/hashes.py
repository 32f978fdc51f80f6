"""Perceptual hashes of pictures: 64 bits that stay nearly the same when a picture is resized, compressed or brightened.

Both are those of the package ImageHash 4.3 (`phash`, `dhash` with their usual `hash_size=8`), after Krawetz 2011
(hackerfactor.com, "Looks Like It") and 2013 ("Kind of Like That"), but that pictures are shrunk by means over areas, not by
Pillow's Lanczos filter: arrays need no Pillow. Of pictures that are 32 × 32 (9 × 8 for `dhash`) already the bits are
those of ImageHash; of others a few may differ. The first bit, at the top left, is the highest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", bound=np.generic)

SIDE = 32
"""Pixels on a side of a thumbnail, from which hashes are made and by which pairs are compared at first."""

BITS = 8
"""Frequencies on a side that are hashed."""

TURNS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"none": (0,), "flips": (0, 2, 4, 6), "rotations": (0, 1, 2, 3), "all": (0, 1, 2, 3, 4, 5, 6, 7)}
)
"""How copies may be turned, as numbers of `turned`. Two flips are a half turn, so flips have that, too."""


def shrunk(stack: NDArray[np.generic], height: int, width: int) -> NDArray[np.float32]:
    """Pictures of one size, (n, h, w), as means over the areas that become a pixel each: (n, height, width).

    A small picture becomes larger: of a pixel's area each part counts as much as it covers.

    >>> shrunk(np.array([[[0, 4, 8], [2, 6, 10]]]), 1, 2).astype(float).round(2).tolist()
    [[[2.33, 7.67]]]
    """
    rows, columns = _areas(stack.shape[1], height), _areas(stack.shape[2], width)
    return np.matmul(np.matmul(rows, stack.astype(np.float32)), columns.T)


def thumbnails(luma: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Brightnesses of pictures of one size, (n, h, w), from 0 to 255, as (n, 32, 32)."""
    return np.rint(shrunk(luma, SIDE, SIDE)).astype(np.uint8)


def phash(luma: NDArray[np.generic]) -> NDArray[np.uint64]:
    """Of brightnesses (n, h, w): which of the 8 × 8 lowest frequencies of a cosine transform lie above their median.

    >>> [hex(value) for value in phash(np.random.default_rng(0).integers(0, 256, (1, 32, 32)))]
    ['0x949b3e1a2d9f3702']
    """
    cosines = _cosines()
    small = shrunk(luma, SIDE, SIDE).astype(np.float64)
    found = np.matmul(np.matmul(cosines, small), cosines.T).reshape(len(luma), BITS * BITS)
    return _packed(found > np.median(found, axis=1, keepdims=True))


def dhash(luma: NDArray[np.generic]) -> NDArray[np.uint64]:
    """Of brightnesses (n, h, w): where, of 8 rows of 9 means, each is brighter than the one to its left.

    >>> [hex(value) for value in dhash(np.tile(np.abs(np.arange(9) - 4), (1, 8, 1)))]
    ['0xf0f0f0f0f0f0f0f']
    """
    small = shrunk(luma, BITS, BITS + 1)
    return _packed((small[:, :, 1:] > small[:, :, :-1]).reshape(len(luma), BITS * BITS))


def turned(stack: NDArray[Pixel], turn: int) -> NDArray[Pixel]:
    """Pictures (n, h, w) after so many quarter turns to the left; from 4 on they are first mirrored, left to right.

    >>> [turned(np.array([[[1, 2], [3, 4]]], np.uint8), turn).ravel().tolist() for turn in (0, 1, 4)]
    [[1, 2, 3, 4], [2, 4, 1, 3], [2, 1, 4, 3]]
    """
    mirrored = stack[:, :, ::-1] if turn >= 4 else stack
    return np.rot90(mirrored, turn % 4, axes=(1, 2))


@lru_cache(maxsize=256)
def _areas(size: int, wanted: int) -> NDArray[np.float32]:
    """(wanted, size): how much of each of `wanted` means is from which of `size` pixels."""
    borders = np.arange(wanted + 1) * (size / wanted)
    pixels = np.arange(size)
    covered = np.minimum(borders[1:, None], pixels + 1) - np.maximum(borders[:-1, None], pixels)
    return (covered.clip(min=0) * (wanted / size)).astype(np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """(8, 32): the lowest frequencies of the cosine transform of type II, as scipy has it without `norm`."""
    frequencies, places = np.arange(BITS)[:, None], np.arange(SIDE)
    return 2 * np.cos(np.pi * frequencies * (2 * places + 1) / (2 * SIDE))


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(n, 64) truth values as numbers, the first one highest."""
    return np.packbits(bits, axis=1).view(">u8").reshape(len(bits)).astype(np.uint64)
