"""How blurred pictures are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import small_edges
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Blurriness(ImageSignal):
    """One less cleanvision's score of blurring (version 0.3.7), 0 to 1; it calls a picture blurry above 0.71.

    Of the picture shrunk to 64 pixels: 1 - e^(-s/100), s the standard deviation of its edges, and 1 - e^(-t/100), t that of the counts of its
    levels, which counts from `few_levels` on, so that drawings of few shades are not called blurry. 1 without pixels.

    >>> Blurriness()([np.full((8, 8), 9, np.uint8), np.eye(8, dtype=np.uint8) * 255]).round(3).tolist()
    [0.956, 0.43]
    """

    worse: ClassVar[Worse | None] = "high"

    few_levels: float = 0.18

    def measure(self, images: Images) -> NDArray[Any]:
        edges, spread = images.once(small_edges).T
        score, by_levels = 1 - np.exp(-edges / 100), 1 - np.exp(-spread / 100)
        by_levels[by_levels <= self.few_levels] = 0
        return np.asarray(1 - np.minimum(score + by_levels, 1))
