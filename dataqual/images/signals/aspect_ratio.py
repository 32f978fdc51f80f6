"""How far pictures are from square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class AspectRatio(ImageSignal):
    """The shorter side divided by the longer one: 1 for a square, near 0 for a strip, 0 for a picture without pixels.

    >>> AspectRatio()([np.zeros((4, 10), np.uint8), np.zeros((3, 3), np.uint8)]).tolist()
    [0.4, 1.0]
    """

    worse: ClassVar[Worse | None] = "low"

    def measure(self, images: Images) -> NDArray[Any]:
        short, long = np.minimum(images.widths, images.heights), np.maximum(images.widths, images.heights)
        return np.asarray(short / np.maximum(long, 1))
