"""`squares`: pictures of whatever size as one array of small squares, which is what features are made of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError

WHITE = 255.0
"""What lies behind what is transparent: as browsers and most viewers show it."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Red, green and blue in the brightness of a picture (ITU-R BT.601), as Pillow's mode L has it."""
AT_ONCE = 1 << 22
"""Numbers in one array: 16 MB of float32."""


def squares(images: Any, side: int, channels: int) -> NDArray[np.float32]:
    """Each picture stretched to `side` x `side`, (n, channels, side, side), from 0 to 1; channels are 1, gray, or 3.

    `images` is an `Images`, an array uint8 (n, height, width) or (n, height, width, channels), or a list of pictures. A
    pixel is the mean of what it covers (area averaging), or between its neighbours where pictures grow.

    >>> squares(np.array([[[0, 255], [255, 0]]], np.uint8), 1, 1).round(2).tolist()
    [[[[0.5]]]]
    """
    out = np.empty((len(images), channels, side, side), np.float32)
    for rows, stack in stacks(images):
        step = max(1, AT_ONCE // max(1, stack[0].size))
        for first in range(0, len(rows), step):
            small = resized(stack[first : first + step], side, side, channels)
            out[rows[first : first + step]] = np.clip(small / np.float32(255), 0, 1)
    return out


def resized(stack: NDArray[np.uint8], high: int, wide: int, channels: int) -> NDArray[np.float32]:
    """Pictures (n, height, width, channels) as (n, channels, high, wide) from 0 to 255, gray or RGB, in the same way."""
    planes = coloured(stack, channels).transpose(0, 3, 1, 2)
    found: NDArray[np.float32] = np.matmul(
        np.matmul(_weights(stack.shape[1], high), planes), _weights(stack.shape[2], wide).T
    )
    return found


def stacks(images: Any) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """The rows of pictures of one shape, and these as uint8 (n, height, width, channels); InputError for what is none."""
    own = getattr(images, "stacks", None)
    if callable(own):
        yield from own()
        return
    if isinstance(images, np.ndarray) and images.dtype != object:
        if len(images):
            yield np.arange(len(images)), _stack(images)
        return
    shapes: dict[tuple[int, ...], list[int]] = {}
    for row, image in enumerate(images):
        shapes.setdefault(_stack(np.asarray(image)[None]).shape[1:], []).append(row)
    for rows in shapes.values():
        yield np.array(rows, np.int64), _stack(np.stack([np.asarray(images[row]) for row in rows]))


def channels_of(images: Any) -> int:
    """3 where any picture has colours, else 1."""
    return 3 if any(stack.shape[3] > 2 for _, stack in stacks(images)) else 1


def coloured(stack: NDArray[np.uint8], channels: int) -> NDArray[np.float32]:
    """(n, height, width, channels) of gray or RGB, 0 to 255, whatever the stack has; what is transparent is on white."""
    own = stack.astype(np.float32)
    if own.shape[3] in (2, 4):
        opaque = own[..., -1:] / np.float32(255)
        own = own[..., :-1] * opaque + WHITE * (1 - opaque)
    if channels == 1 and own.shape[3] == 3:
        return np.asarray((own @ LUMA)[..., None])
    return np.repeat(own, 3, 3) if channels == 3 and own.shape[3] == 1 else own


def _stack(images: NDArray[Any]) -> NDArray[np.uint8]:
    stack = images[..., None] if images.ndim == 3 else images
    if stack.dtype != np.uint8 or stack.ndim != 4 or stack.shape[3] not in (1, 2, 3, 4) or not all(stack.shape[1:3]):
        raise InputError(
            f"an array {images.dtype} {images.shape} holds no pictures; expected uint8 (n, height, width) or"
            " (n, height, width, channels) with 1 to 4 channels"
        )
    return stack


@lru_cache(maxsize=64)
def _weights(size: int, side: int) -> NDArray[np.float32]:
    """(side, size): what each old pixel adds to each new one; a triangle as wide as the larger of the two kinds."""
    scale = size / side
    centres = (np.arange(side) + 0.5) * scale - 0.5
    if scale >= 1:  # the share of each old pixel within the new one
        left, right = np.arange(side)[:, None] * scale, (np.arange(side)[:, None] + 1) * scale
        old = np.arange(size)[None, :]
        weights = np.clip(np.minimum(right, old + 1) - np.maximum(left, old), 0, None)
    else:
        weights = np.clip(1 - np.abs(centres[:, None] - np.arange(size)[None, :]), 0, None)
    found: NDArray[np.float32] = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    return found
