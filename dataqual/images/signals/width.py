"""How wide pictures are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class Width(ImageSignal):
    """Columns of pixels, after the picture was turned as its camera said.

    >>> import numpy as np
    >>> Width()([np.zeros((4, 9), np.uint8)]).tolist()
    [9]
    """

    unit: ClassVar[str] = "pixels"

    def measure(self, images: Images) -> NDArray[Any]:
        return images.widths
