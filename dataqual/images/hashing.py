"""`picture_hashes`: equal pixels, equal hashes."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dataqual.images.image import Images


def picture_hashes(images: Images) -> NDArray[np.uint64]:
    """A hash of the shape and pixels of each picture, (pictures,).

    >>> one, two, other = picture_hashes(Images.of([np.zeros((2, 3), np.uint8), np.zeros((2, 3, 1), np.uint8), np.zeros((3, 2), np.uint8)]))
    >>> one == two, one == other
    (np.True_, np.False_)
    """
    out = np.zeros(len(images), np.uint64)
    for rows, pixels in images.stacks():
        salt = repr(pixels.shape[1:]).encode()
        for row, picture in zip(rows.tolist(), pixels, strict=True):
            found = blake2b(np.ascontiguousarray(picture).tobytes(), digest_size=8, key=salt)
            out[row] = int.from_bytes(found.digest(), "little")
    return out
