"""How many pictures a file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Frames(ImageSignal):
    """Pictures in the file, of which the first is looked at: more than 1 for an animation, or a TIFF of several pages.

    >>> Frames()([np.zeros((2, 2), np.uint8)]).tolist()
    [1]
    """

    worse: ClassVar[Worse | None] = "high"

    unit: ClassVar[str] = "pictures"

    def measure(self, images: Images) -> NDArray[Any]:
        return np.array([told.frames for told in images.told], np.int64)
