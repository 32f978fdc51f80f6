"""How much the levels of pixels tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import levels
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Entropy(ImageSignal):
    """Bits per value of the counts of all levels, those of red, green and blue side by side; 0 for one shade of gray (Shannon 1948).

    As Pillow's `entropy` has it, without alpha; at most 8 for gray and 9.58 for colour. cleanvision says of less than 3 that there is little in it.

    >>> Entropy()([np.full((2, 2), 7, np.uint8), np.array([[0, 255]], np.uint8), np.array([[[0, 9, 99]]], np.uint8)]).round(3).tolist()
    [0.0, 1.0, 1.585]
    """

    worse: ClassVar[Worse | None] = "low"

    unit: ClassVar[str] = "bits"

    def measure(self, images: Images) -> NDArray[Any]:
        found = images.once(levels).reshape(len(images), 768)
        share = found / np.maximum(found.sum(axis=1), 1)[:, None]
        bits = -(share * np.log2(np.where(share > 0, share, 1))).sum(axis=1)
        return np.asarray(np.maximum(bits, 0))
