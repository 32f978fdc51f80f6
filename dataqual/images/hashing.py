"""`picture_hashes` and `picture_digests`: equal pixels, equal hashes."""

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


def picture_digests(images: Images) -> NDArray[np.uint64]:
    """128 bits of the shape and pixels of each picture, (pictures, 2): nobody has yet found two that have the same by chance.

    >>> bool((picture_digests(Images.of([np.zeros((1, 2), np.uint8)])) == picture_digests(Images.of([np.zeros((2, 1), np.uint8)]))).any())
    False
    """
    out = np.zeros((len(images), 2), np.uint64)
    for rows, pixels in images.stacks():
        salt = repr(pixels.shape[1:]).encode()
        for row, picture in zip(rows.tolist(), pixels, strict=True):
            found = blake2b(np.ascontiguousarray(picture).tobytes(), digest_size=16, key=salt)
            out[row] = np.frombuffer(found.digest(), "<u8")
    return out
