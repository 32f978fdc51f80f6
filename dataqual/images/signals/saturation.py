"""How strong the colours are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import colours, counts
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class Saturation(ImageSignal):
    """Mean saturation of the pixels, 0 (gray) to 1 (pure colour): 1 - min / max of red, green and blue, as in HSV (Smith 1978).

    >>> Saturation()([np.array([[[255, 0, 0], [9, 9, 9]]], np.uint8), np.zeros((2, 2), np.uint8)]).tolist()
    [0.5, 0.0]
    """

    def measure(self, images: Images) -> NDArray[Any]:
        return np.asarray(images.once(colours)[:, 0] / np.maximum(counts(images), 1))
