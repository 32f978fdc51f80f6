"""How bright the darker or lighter pixels are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.images.image import Images
from dataqual.images.pixels import USUAL, brightness_percentiles, usual_percentiles
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class BrightnessPercentile(ImageSignal):
    """A percentile of the perceived brightness of the pixels, 0 to 1, linear between two of them; 0 without pixels.

    As cleanvision has it (version 0.3.7): few dark pixels at the 99th make a picture dark, many light ones at the 5th light.

    >>> import numpy as np
    >>> BrightnessPercentile(percentile=25)([np.array([[0, 51, 102, 153, 204]], np.uint8)]).round(6).tolist()
    [0.2]
    """

    percentile: float = 50.0

    def __post_init__(self) -> None:
        if not 0 <= self.percentile <= 100:
            raise SpecError(f"percentile is {self.percentile:g}; it is from 0 to 100")

    def measure(self, images: Images) -> NDArray[Any]:
        if self.percentile in USUAL:
            return images.once(usual_percentiles)[:, USUAL.index(self.percentile)]
        return brightness_percentiles(images, (self.percentile,))[:, 0]
