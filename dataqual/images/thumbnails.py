"""`thumbnail`: a picture small enough to stand in a page, as a PNG made here, so that no package is needed for it."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from dataqual.images.encoding import png
from dataqual.images.squares import resized

SIDE = 64
"""Longer side of a thumbnail in pixels; smaller pictures stay as they are, and a page shows them enlarged."""


def thumbnail(picture: NDArray[np.uint8], side: int = SIDE) -> str:
    """A picture (height, width, channels), no longer than `side`, as the address of an image in HTML; alpha is on white.

    >>> thumbnail(np.zeros((1, 1, 1), np.uint8))[:32]
    'data:image/png;base64,iVBORw0KGg'
    """
    high, wide, channels = picture.shape
    wanted = 3 if channels > 2 else 1
    scale = min(1.0, side / max(high, wide, 1))
    small = resized(picture[None], max(1, round(high * scale)), max(1, round(wide * scale)), wanted)[0]
    pixels = np.clip(np.rint(small), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()
