"""How much of JPEG's blocks shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import steps
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Blockiness(ImageSignal):
    """How much larger steps between pixels are over the borders of blocks of 8 by 8 than elsewhere, 0 to 1.

    The difference of the two means by their sum, 0 where it is negative; after Wang, Bovik and Evans (2000), which compares the same means. It tells of a JPEG whose blocks begin at the corner: crop or scale one, and the
    blocks are elsewhere. 0 for pictures of less than 32 pixels in width or height, which have too few borders.

    >>> rows = np.repeat(np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8), 8, axis=0)
    >>> Blockiness()([np.repeat(rows, 8, axis=1), np.indices((64, 64)).sum(axis=0).astype(np.uint8)]).round(2).tolist()
    [1.0, 0.0]
    """

    worse: ClassVar[Worse | None] = "high"

    def measure(self, images: Images) -> NDArray[Any]:
        border, borders, others, rest = images.once(steps).T
        b, e = border / np.maximum(borders, 1), others / np.maximum(rest, 1)
        large = np.minimum(images.widths, images.heights) >= 32
        return np.asarray(np.where(large & (b > e), (b - e) / np.maximum(b + e, 1e-12), 0.0))
