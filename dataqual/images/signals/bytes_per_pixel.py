"""How strongly pictures are compressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import counts
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class BytesPerPixel(ImageSignal):
    """Bytes of the file for each pixel; of a picture that came as an array its channels, and 0 without pixels.

    >>> BytesPerPixel()([np.zeros((2, 2, 3), np.uint8)]).tolist()
    [3.0]
    """

    worse: ClassVar[Worse | None] = "low"

    unit: ClassVar[str] = "bytes"

    def measure(self, images: Images) -> NDArray[Any]:
        total = counts(images)
        raw = total * images.channels
        sizes = [raw[row] if (data := images.encoded(row)) is None else len(data) for row in range(len(images))]
        return np.asarray(np.array(sizes, np.float64) / np.maximum(total, 1)) * (total > 0)
