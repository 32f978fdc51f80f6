"""Which files are not what their names say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Mislabelled(ImageSignal):
    """1 for a picture whose name ends as that of another format, such as a JPEG called .png, else 0.

    >>> Mislabelled()([np.zeros((2, 2), np.uint8)]).tolist()
    [0]
    """

    worse: ClassVar[Worse | None] = "high"

    def measure(self, images: Images) -> NDArray[Any]:
        return np.array([told.mislabelled for told in images.told], np.int64)
