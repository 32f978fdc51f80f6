"""How much of a picture is of one colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import commonest, counts
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class SingleColorShare(ImageSignal):
    """Share of pixels of the commonest colour, told apart by 32 levels a channel: 1 for a blank picture, and without pixels.

    >>> SingleColorShare()([np.zeros((4, 4), np.uint8), np.array([[0, 0, 99, 200]], np.uint8)]).tolist()
    [1.0, 0.5]
    """

    worse: ClassVar[Worse | None] = "high"

    def measure(self, images: Images) -> NDArray[Any]:
        total = counts(images)
        return np.asarray(np.where(total > 0, images.once(commonest) / np.maximum(total, 1), 1.0))
