"""How large pictures are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Side(ImageSignal):
    """Side of a square of as many pixels: the square root of width times height.

    >>> Side()([np.zeros((4, 9), np.uint8)]).tolist()
    [6.0]
    """

    worse: ClassVar[Worse | None] = "low"

    unit: ClassVar[str] = "pixels"

    def measure(self, images: Images) -> NDArray[Any]:
        return np.asarray(np.sqrt(images.widths) * np.sqrt(images.heights))
