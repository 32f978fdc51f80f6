"""Loops over the pixels of pictures of one shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit


@njit(nogil=True, cache=True)
def fill_luma(pixels: NDArray[np.uint8], luma: NDArray[np.uint8]) -> None:
    """How light every pixel is: ITU-R BT.601, in the whole numbers of Pillow's `convert("L")`.

    `pixels` is (pixels, channels) with 3 or 4 channels, of which the fourth is not looked at; `luma` is (pixels,).
    """
    for i in range(pixels.shape[0]):
        red, green, blue = np.uint32(pixels[i, 0]), np.uint32(pixels[i, 1]), np.uint32(pixels[i, 2])
        total = red * np.uint32(19595) + green * np.uint32(38470) + blue * np.uint32(7471) + np.uint32(0x8000)
        luma[i] = np.uint8(total >> np.uint32(16))
