"""How light pictures are where they are darkest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import usual_percentiles
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Lightness(ImageSignal):
    """Brightness of the 5th of a hundred pixels: near 1 only where next to nothing is dark; 0 without pixels.

    cleanvision calls a picture light above 0.95.

    >>> import numpy as np
    >>> Lightness()([np.full((9, 9), 255, np.uint8), np.zeros((9, 9), np.uint8)]).tolist()
    [1.0, 0.0]
    """

    worse: ClassVar[Worse | None] = "high"

    def measure(self, images: Images) -> NDArray[Any]:
        return images.once(usual_percentiles)[:, 0]
