"""Whether two pictures are copies of each other, by their pixels: hashes only propose, this decides.

Both are brought to one size by means over areas, that of the smaller at most `CARD` pixels on a side. One is then fitted to
the other: a gain, an offset, and how much sharper or softer it is, which is what brightening, compression and the filters of
resizing change; black and white cut off. What remains must agree in its structure, which is what is left of a picture when
the three lowest frequencies on either side are taken off (two evening skies have these in common), everywhere: one block
that does not, such as another number on the same form, and they are no copies; and so must their colours, if both have any.
How much each may be off grows with what lies between the threshold and 1, so one number says how alike two pictures are, and
a threshold of 1 lets nothing be off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dataqual.images.hashes import TURNS, shrunk, turned
from dataqual.images.image import Images
from dataqual.kernels import likeness as kernel

CARD = 96
"""Pixels on a side of what is kept of a picture to compare it by: 9 KB, in which a word of a page is still to be seen."""

TINTS = 4
"""Fields on a side of which the colours are compared."""

LOWEST = 3
"""Frequencies on a side that tell nothing: a sky has no others."""

PLAIN = 5.0
"""Levels that a picture varies beyond its lowest frequencies, below which it is a copy of nothing but the same pixels: of
less than that, compression leaves nothing to be compared."""

DIMMED = 0.8
"""The share of that which is enough for one of two: a copy that was darkened varies less."""

NOISE = 1.5
"""Levels of error that compression makes of nothing, which are not held against a pair."""

BLOCK, FLOOR, SHARE = 8, 8.0, 0.5
"""Pixels on a side of a block; what error each may have: levels, and the share of how much it varies."""

TINT = 24.0
"""Levels by which the colours of a field may differ: a tenth brighter moves them by 13 at most."""

USUAL = 0.985
"""The similarity at which a pair may have these errors. What one leaves unexplained of the other is nearly in proportion to
what lies between their correlation and 1: so are the squares of these errors; of `NOISE` there is never more."""

FITTED = "size, brightness, contrast and sharpness"
"""In what two pictures may differ, in a few words: these are fitted before they are compared."""

SAME = 9
"""Decimals of a similarity: beyond them is what arithmetic leaves of the same pixels."""


@dataclass(frozen=True, eq=False)
class Card:
    """What is kept of a picture to compare it by."""

    luma: NDArray[np.uint8]
    """(height, width), `CARD` at most."""
    tints: NDArray[np.uint8] | None
    """(2, 4, 4): mean blue and red difference of each field, of 128 where there is none; None for a gray picture."""


@dataclass(frozen=True)
class Verified:
    """What came of comparing two pictures."""

    left: float
    """The share of the structure of one that the other, fitted, does not explain: 1 less the square of their correlation."""
    noise: float
    """The share of it that compression makes of nothing."""
    worst: float
    """The error of the block that agrees least over what it may be at the usual similarity."""
    structure: float
    """Levels that the less plain of the two varies beyond its lowest frequencies."""
    tint: float
    """Levels by which their colours differ most; 0 where one has none."""

    @property
    def similarity(self) -> float:
        """0 to 1: the least of what their structure, their worst block and their colours say.

        >>> Verified(left=0.0, noise=0.001, worst=1.0, structure=40.0, tint=0.0).similarity
        0.985
        """
        apart = max(self._apart, (1 - USUAL) * self.worst**2, (1 - USUAL) * (self.tint / TINT) ** 2)
        return round(max(1 - apart, 0.0), SAME)

    @property
    def _apart(self) -> float:
        """1 less the threshold t at which what is left is what may be: 1 - t² and the noise, of which less goes with a t
        above the usual one, and nothing with 1.
        """
        apart = 1 - math.sqrt(1 - max(self.left - self.noise, 0.0))
        if apart > 1 - USUAL:
            return apart
        may = 2 + self.noise / (1 - USUAL)
        return (may - math.sqrt(max(may**2 - 4 * self.left, 0.0))) / 2

    def holds(self, threshold: float) -> bool:
        """Whether they are copies of each other."""
        return self.structure >= PLAIN and self.similarity >= threshold


def cards(images: Images) -> list[Card]:
    """Those of all pictures."""
    made: list[Card | None] = [None] * len(images)
    for (rows, luma), (_, pixels) in zip(images.luma, images.stacks(), strict=True):
        height, width = min(luma.shape[1], CARD), min(luma.shape[2], CARD)
        small = luma if (height, width) == luma.shape[1:] else np.rint(shrunk(luma, height, width)).astype(np.uint8)
        tints = _tints(pixels) if pixels.shape[-1] >= 3 and min(height, width) >= TINTS else [None] * len(rows)
        for at, row in enumerate(rows.tolist()):
            made[row] = Card(small[at], tints[at])
    return [card for card in made if card is not None]


def _tints(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8] | None]:
    """Of each picture the colours of its fields; None where it has none."""
    red, green, blue = (shrunk(pixels[..., at], TINTS, TINTS) for at in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    both = np.stack([0.564 * (blue - luma), 0.713 * (red - luma)], axis=1)
    coloured = (np.abs(both) > 2).any(axis=(1, 2, 3))
    fields = np.clip(np.rint(both + 128), 0, 255).astype(np.uint8)
    return [field if has else None for field, has in zip(fields, coloured.tolist(), strict=True)]


def verify(first: Card, second: Card, turns: Sequence[int] = TURNS["none"]) -> Verified:
    """How alike two pictures are, the first turned in each of these ways; the best of them.

    >>> rings = np.add.outer(np.arange(32) ** 2, np.arange(32) ** 2) % 200
    >>> one = Card(rings.astype(np.uint8), None)
    >>> verify(one, Card((rings * 0.8 + 20).astype(np.uint8), None)).holds(0.97)
    True
    >>> verify(one, Card(rings[::-1].astype(np.uint8), None)).holds(0.97)
    False
    """
    found = [_compared(*pair) for turn in turns for pair in _ways(first, second, turn)]
    best = max(found, key=lambda one: one.similarity)
    return replace(best, structure=max(one.structure for one in found))


def _ways(first: Card, second: Card, turn: int) -> list[tuple[Card, Card]]:
    """Either may be the one that is fitted to the other: the darker of two is cut off nowhere."""
    one = first
    if turn:
        luma = np.ascontiguousarray(turned(first.luma[None], turn)[0])
        one = Card(luma, turned(first.tints, turn) if first.tints is not None else None)
    return [(one, second), (second, one)]


def _compared(first: Card, second: Card) -> Verified:
    height, width = (min(a, b) for a, b in zip(first.luma.shape, second.luma.shape, strict=True))
    one, other = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    kernel.shrink(np.ascontiguousarray(first.luma), one)
    kernel.shrink(np.ascontiguousarray(second.luma), other)
    told, room = np.empty(3), np.empty((2, height, width))
    kernel.compare(one, other, _lowest(height), _lowest(width), BLOCK, FLOOR, SHARE, room, told)
    tint = 0.0
    if first.tints is not None and second.tints is not None:
        tint = float(np.abs(first.tints.astype(np.float64) - second.tints).max())
    left, worst, levels = told.tolist()
    return Verified(left, (NOISE / levels) ** 2 if levels else 0.0, worst, levels, tint)


@lru_cache(maxsize=CARD)
def _lowest(size: int) -> NDArray[np.float64]:
    """(3, size): the cosines of the lowest frequencies, of length 1."""
    frequencies, places = np.arange(min(LOWEST, size))[:, None], np.arange(size)
    waves = np.cos(np.pi * frequencies * (2 * places + 1) / (2 * size))
    return np.ascontiguousarray(waves / np.sqrt((waves**2).sum(axis=1, keepdims=True)))


def structure(luma: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How many levels pictures (n, h, w) vary beyond their lowest frequencies, (n,)."""
    return np.sqrt((detail(luma.astype(np.float64)) ** 2).mean(axis=(1, 2)))


def detail(luma: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of pictures (n, h, w) without their lowest frequencies."""
    tall, wide = _lowest(luma.shape[1]), _lowest(luma.shape[2])
    low = np.matmul(np.matmul(tall, luma), wide.T)
    left: NDArray[np.float64] = luma - np.matmul(np.matmul(tall.T, low), wide)
    return left
