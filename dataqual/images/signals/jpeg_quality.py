"""With which quality a JPEG was saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class JpegQuality(ImageSignal):
    """Quality from 1 to 100 that the tables of a JPEG stand for, by libjpeg's formula; 100 for a picture that is no JPEG.

    >>> JpegQuality()([np.zeros((2, 2), np.uint8)]).tolist()
    [100]
    """

    worse: ClassVar[Worse | None] = "low"

    def measure(self, images: Images) -> NDArray[Any]:
        return np.array([told.quality for told in images.told], np.int64)
