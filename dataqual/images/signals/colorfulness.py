"""How colourful pictures look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import colours, counts
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class Colorfulness(ImageSignal):
    """How colourful a picture looks, 0 for gray, about 60 for a colourful photograph (Hasler and Süsstrunk 2003).

    √(σ² of red-green + σ² of yellow-blue) + 0.3 √(μ² of both), on levels of 0 to 255.

    >>> Colorfulness()([np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8), np.zeros((2, 2), np.uint8)]).round(2).tolist()
    [293.25, 0.0]
    """

    def measure(self, images: Images) -> NDArray[Any]:
        total = np.maximum(counts(images), 1)
        _, rg, rg2, yb, yb2, _ = images.once(colours).T / total
        spread = np.sqrt(np.maximum(rg2 - rg**2, 0) + np.maximum(yb2 - yb**2, 0))
        return np.asarray(spread + 0.3 * np.sqrt(rg**2 + yb**2))
