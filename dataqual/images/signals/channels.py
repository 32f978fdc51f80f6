"""Of how many numbers a pixel is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class Channels(ImageSignal):
    """Numbers per pixel: 1 (gray), 3 (colour) or 4 (colour and alpha); palettes count as the colours in them.

    >>> import numpy as np
    >>> Channels()([np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3), np.uint8)]).tolist()
    [1, 3]
    """

    def measure(self, images: Images) -> NDArray[Any]:
        return images.channels
