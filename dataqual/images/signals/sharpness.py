"""How much fine detail there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import laplacian_variance
from dataqual.images.signal import ImageSignal
from dataqual.operators import Worse


@dataclass(frozen=True)
class Sharpness(ImageSignal):
    """Variance of the Laplacian (Pech-Pacheco 2000): low where no edge is sharp, in a blurred picture or an even one.

    Four neighbours, the picture mirrored about its last pixels, as OpenCV's `Laplacian` has it. It grows with contrast and noise and falls
    with enlarging, so it compares pictures of one kind and size.

    >>> import numpy as np
    >>> Sharpness()([np.full((8, 8), 9, np.uint8), np.array([[0, 1, 0, 1]], np.uint8)]).tolist()
    [0.0, 4.0]
    """

    worse: ClassVar[Worse | None] = "low"

    def measure(self, images: Images) -> NDArray[Any]:
        return images.once(laplacian_variance)
