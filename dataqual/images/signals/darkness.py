"""How dark pictures are where they are lightest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import usual_percentiles
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Darkness(ImageSignal):
    """One less the brightness of the 99th of a hundred pixels: near 1 only where next to nothing is light; 1 without pixels.

    cleanvision calls a picture dark above 0.68.

    >>> import numpy as np
    >>> Darkness()([np.zeros((9, 9), np.uint8), np.full((9, 9), 204, np.uint8)]).round(6).tolist()
    [1.0, 0.2]
    """

    worse: ClassVar[Worse | None] = "high"

    def measure(self, images: Images) -> NDArray[Any]:
        return 1 - images.once(usual_percentiles)[:, 1]
