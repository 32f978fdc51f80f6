"""How much of a picture can be seen through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images, Stack
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class TransparencyShare(ImageSignal):
    """Share of pixels that are not wholly opaque; 0 for a picture without alpha.

    >>> TransparencyShare()([np.array([[[1, 2, 3, 255], [1, 2, 3, 0]]], np.uint8), np.zeros((2, 2), np.uint8)]).tolist()
    [0.5, 0.0]
    """

    def measure(self, images: Images) -> NDArray[Any]:
        return images.spread(map(_seen_through, images.stacks()))


def _seen_through(stack: Stack) -> NDArray[Any]:
    _, height, width, channels = stack.pixels.shape
    if channels < 4 or not height * width:
        return np.zeros(len(stack.rows))
    return np.asarray((stack.pixels[..., 3] < 255).mean(axis=(1, 2)))
