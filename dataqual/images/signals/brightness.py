"""How bright pictures are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import mean_channels, perceived
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class Brightness(ImageSignal):
    """Perceived brightness of the mean colour, 0 (black) to 1 (white): √(0.241 r² + 0.691 g² + 0.068 b²); 0 without pixels.

    As cleanvision has it (version 0.3.7). Alpha is not looked at.

    >>> import numpy as np
    >>> Brightness()([np.full((2, 2), 255, np.uint8), np.zeros((2, 2, 3), np.uint8)]).round(6).tolist()
    [1.0, 0.0]
    """

    def measure(self, images: Images) -> NDArray[Any]:
        return perceived(*images.once(mean_channels).T)
