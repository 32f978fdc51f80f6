"""How far light and dark lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import counts, luma_levels
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Contrast(ImageSignal):
    """Standard deviation of how light the pixels are, 0 (one shade) to 0.5 (half black, half white): RMS contrast (Peli 1990).

    >>> Contrast()([np.array([[0, 255]], np.uint8), np.full((2, 2), 7, np.uint8)]).tolist()
    [0.5, 0.0]
    """

    worse: ClassVar[Worse | None] = "low"

    def measure(self, images: Images) -> NDArray[Any]:
        found, total = images.once(luma_levels), np.maximum(counts(images), 1)
        level = np.arange(256)
        mean = found @ level / total
        return np.asarray(np.sqrt(np.maximum(found @ level**2 / total - mean**2, 0)) / 255)
