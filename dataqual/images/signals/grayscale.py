"""Which pictures are gray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.pixels import COLOURED, colours
from dataqual.images.signal import ImageSignal


@dataclass(frozen=True)
class Grayscale(ImageSignal):
    """1 for a picture without colour, else 0: every pixel has red = green = blue, or `by: mode` is stored as gray.

    `by: mode` asks for Pillow's mode "L", as cleanvision does, so that colour saved as gray counts and gray saved as colour does not.

    >>> Grayscale()([np.zeros((2, 2), np.uint8), np.full((2, 2, 3), 9, np.uint8), np.array([[[1, 2, 3]]], np.uint8)]).tolist()
    [1, 1, 0]
    """

    by: Literal["pixels", "mode"] = "pixels"

    def measure(self, images: Images) -> NDArray[Any]:
        if self.by == "mode":
            modes = np.array([told.mode for told in images.told], dtype=str)
            return np.asarray((modes == "L") | ((modes == "") & (images.channels == 1))).astype(np.int64)
        return np.asarray(images.once(colours)[:, COLOURED] == 0).astype(np.int64)
