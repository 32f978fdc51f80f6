"""`Images`: the pictures of a batch, decoded once, and laid together by shape so that work goes over many at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.images.decoding import BadPicture, Told, decode, decode_open
from dataqual.kernels.pictures import fill_luma
from dataqual.lazy import lazy

__all__ = ["Images", "Stack", "Told"]

Pixels = NDArray[np.uint8]
Made = TypeVar("Made")


class Stack(NamedTuple):
    """Pictures of one shape: their rows in the batch, int64 (n,), and their pixels, uint8 (n, height, width, channels)."""

    rows: NDArray[np.int64]
    pixels: Pixels


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures as pixels of 8 bits with 1 channel (gray), 3 (red, green, blue) or 4 (alpha behind them).

    A picture has a row; those of one shape lie in one `Stack`, in the order of their rows.

    >>> images = Images.of([np.zeros((2, 3), np.uint8), np.full((2, 3, 3), 255, np.uint8), np.ones((2, 3), np.uint8)])
    >>> len(images), images[1].shape, images.channels.tolist()
    (3, (2, 3, 3), [1, 3, 1])
    >>> [(rows.tolist(), pixels.shape) for rows, pixels in images.stacks()]
    [([0, 2], (2, 2, 3, 1)), ([1], (1, 2, 3, 3))]
    """

    _stacks: tuple[Stack, ...]
    told: Sequence[Told]
    """Of each, what its file said: format, mode, bits, frames, the ending of its name."""
    _encoded: Sequence[bytes | None]
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, pictures: Any) -> Images:
        """Pictures from uint8 (or bool) arrays (height, width) or (height, width, 1 to 4 channels), bytes, paths, or Pillow's
        own, mixed at will; one array (pictures, height, width[, channels]) is as many. Images stay as they are.

        InputError says at which row something is no picture, and why.
        """
        if isinstance(pictures, Images):
            return pictures
        if isinstance(pictures, np.ndarray) and pictures.dtype != object:
            return cls.of_array(pictures)
        if isinstance(pictures, str | bytes | os.PathLike) or not isinstance(pictures, Iterable):
            shown = type(pictures).__name__
            raise InputError(f"expected a column of pictures, got one {shown}: put it into a list")
        parts = [_picture(picture, row) for row, picture in enumerate(pictures)]
        return cls.laid([part[0] for part in parts], [part[1] for part in parts], [part[2] for part in parts])

    @classmethod
    def of_array(cls, pixels: NDArray[Any]) -> Images:
        """The pictures of one array, uint8 (pictures, height, width) or (pictures, height, width, channels); not copied.

        >>> Images.of_array(np.zeros((5, 28, 28), np.uint8)).widths.tolist()
        [28, 28, 28, 28, 28]
        """
        if pixels.ndim not in (3, 4):
            raise InputError(
                f"an array of shape {pixels.shape}, which is not (pictures, height, width) or (pictures, height, width, channels)"
            )
        try:
            pixels = normal(pixels, several=True)
        except BadPicture as bad:
            raise InputError(f"an array of pictures: {bad.reason}") from None
        count = len(pixels)
        return cls((Stack(np.arange(count), pixels),) if count else (), [ARRAY] * count, [None] * count)

    @classmethod
    def laid(cls, pictures: Sequence[Pixels], told: Sequence[Told], encoded: Sequence[bytes | None]) -> Images:
        """Pictures of normal pixels, with what their files said and their bytes."""
        shapes: dict[tuple[int, ...], list[int]] = {}
        for row, picture in enumerate(pictures):
            shapes.setdefault(picture.shape, []).append(row)
        stacks = [
            Stack(
                np.array(rows, np.int64),
                np.stack([pictures[row] for row in rows]) if len(rows) > 1 else pictures[rows[0]][None],
            )
            for rows in shapes.values()
        ]
        return cls(tuple(stacks), list(told), list(encoded))

    @classmethod
    def joined(cls, parts: Sequence[Images]) -> Images:
        """The pictures of all parts, one part behind the other; a single part stays as it is."""
        if len(parts) == 1:
            return parts[0]
        shapes: dict[tuple[int, ...], list[Stack]] = {}
        before = 0
        for part in parts:
            for rows, pixels in part.stacks():
                shapes.setdefault(pixels.shape[1:], []).append(Stack(rows + before, pixels))
            before += len(part)
        stacks = [
            same[0] if len(same) == 1 else Stack(*(np.concatenate(both) for both in zip(*same, strict=True)))
            for same in shapes.values()
        ]
        told = [one for part in parts for one in part.told]
        return cls(tuple(stacks), told, [one for part in parts for one in part._encoded])

    def __len__(self) -> int:
        return len(self.told)

    def __getitem__(self, row: int) -> Pixels:
        """The pixels of one picture, (height, width, channels)."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"picture {row} of {len(self)}")
        return self._stacks[self._stack[row]].pixels[self._place[row]]

    def stacks(self) -> Iterator[Stack]:
        """All pictures, those of one shape together."""
        return iter(self._stacks)

    @lazy
    def luma(self) -> tuple[Stack, ...]:
        """How light every pixel is, 0 to 255, as `stacks` but of shape (n, height, width); alpha is not looked at."""
        return tuple(Stack(rows, luma_of(pixels)) for rows, pixels in self._stacks)

    @lazy
    def heights(self) -> NDArray[np.int64]:
        """Of each picture, (n,)."""
        return self._of_shape(1)

    @lazy
    def widths(self) -> NDArray[np.int64]:
        """Of each picture, (n,)."""
        return self._of_shape(2)

    @lazy
    def channels(self) -> NDArray[np.int64]:
        """Of each picture, (n,): 1, 3 or 4."""
        return self._of_shape(3)

    @property
    def formats(self) -> list[str]:
        """How each was encoded: "png", "jpeg", …; "array" where it came as pixels."""
        return [told.format for told in self.told]

    def encoded(self, row: int) -> bytes | None:
        """The very bytes a picture came in; None where it came as pixels."""
        return self._encoded[row]

    def take(self, rows: NDArray[np.int64]) -> Images:
        """The pictures in these rows, in this order, some perhaps more than once."""
        rows = np.asarray(rows, np.int64)
        stacks = []
        for number, stack in enumerate(self._stacks):
            new = np.flatnonzero(self._stack[rows] == number)
            if len(new):
                stacks.append(Stack(new, stack.pixels[self._place[rows[new]]]))
        chosen = rows.tolist()
        return Images(tuple(stacks), [self.told[row] for row in chosen], [self._encoded[row] for row in chosen])

    def replaced(self, pictures: Mapping[int, Pixels]) -> Images:
        """With other pixels in these rows, of whatever shape; they have no bytes any more, and what their files said stays.

        >>> after = Images.of_array(np.zeros((2, 3, 3), np.uint8)).replaced({1: np.ones((2, 2, 1), np.uint8)})
        >>> after[0].shape, after[1].shape, after[1].max()
        ((3, 3, 1), (2, 2, 1), np.uint8(1))
        """
        if not pictures:
            return self
        new = np.zeros(len(self), bool)
        new[list(pictures)] = True
        shapes: dict[tuple[int, ...], list[Stack]] = {}
        for rows, pixels in self._stacks:
            if (stays := ~new[rows]).any():
                shapes[pixels.shape[1:]] = [
                    Stack(rows[stays], pixels[stays]) if not stays.all() else Stack(rows, pixels)
                ]
        for row, picture in sorted(pictures.items()):
            shapes.setdefault(picture.shape, []).append(Stack(np.array([row]), picture[None]))
        stacks = []
        for same in shapes.values():
            rows, pixels = (np.concatenate(both) for both in zip(*same, strict=True)) if len(same) > 1 else same[0]
            order = np.argsort(rows)
            stacks.append(Stack(rows[order], pixels[order]) if len(same) > 1 else Stack(rows, pixels))
        encoded = [None if row in pictures else data for row, data in enumerate(self._encoded)]
        return Images(tuple(stacks), self.told, encoded)

    def once(self, make: Callable[[Images], Made]) -> Made:
        """What `make` makes of these pictures, made when it is first asked for and kept for all who ask."""
        if make not in self._kept:
            self._kept[make] = make(self)
        made: Made = self._kept[make]
        return made

    def spread(
        self, values: Iterable[NDArray[Any]], dtype: Any = np.float64, shape: tuple[int, ...] = ()
    ) -> NDArray[Any]:
        """One array (n, *shape) over all pictures from one per stack, (n of the stack, *shape), in the order of the stacks."""
        parts = list(values)
        out = np.zeros((len(self), *shape), dtype)
        for (rows, _), part in zip(self._stacks, parts, strict=True):
            out[rows] = part
        return out

    def _of_shape(self, axis: int) -> NDArray[np.int64]:
        return self.spread((np.full(len(pixels), pixels.shape[axis]) for _, pixels in self._stacks), np.int64)

    @lazy
    def _stack(self) -> NDArray[np.int64]:
        return self.spread((np.full(len(rows), at) for at, (rows, _) in enumerate(self._stacks)), np.int64)

    @lazy
    def _place(self) -> NDArray[np.int64]:
        return self.spread((np.arange(len(rows)) for rows, _ in self._stacks), np.int64)


ARRAY = Told("array")


def luma_of(pixels: Pixels) -> Pixels:
    """How light every pixel is: (n, height, width, channels) to (n, height, width); gray ones are not copied.

    >>> luma_of(np.array([[[[255, 0, 0], [255, 255, 255]]]], np.uint8)).tolist()
    [[[76, 255]]]
    """
    if pixels.shape[-1] == 1:
        return pixels[..., 0]
    flat = np.ascontiguousarray(pixels).reshape(-1, pixels.shape[-1])
    luma = np.empty(len(flat), np.uint8)
    fill_luma(flat, luma)
    return luma.reshape(pixels.shape[:-1])


def normal(pixels: NDArray[Any], several: bool = False) -> Pixels:
    """Pixels of one picture, or of several, as uint8 with 1, 3 or 4 channels; BadPicture where they are none.

    bool is black and white; of two channels the second is alpha.

    >>> normal(np.array([[True, False]])).tolist()
    [[[255], [0]]]
    """
    wanted = 3 + several
    if pixels.ndim == wanted - 1:
        pixels = pixels[..., None]
    if pixels.ndim != wanted or pixels.shape[-1] not in (1, 2, 3, 4):
        shape = "(height, width) or (height, width, channels) with 1 to 4 channels"
        raise BadPicture("not a picture", f"an array of shape {pixels.shape}, which is not {shape}")
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype != np.uint8:
        raise BadPicture("not a picture", f"an array of {pixels.dtype}, not of uint8 from 0 to 255")
    if pixels.shape[-1] == 2:
        pixels = pixels[..., [0, 0, 0, 1]]
    return pixels


def _picture(picture: Any, row: int) -> tuple[Pixels, Told, bytes | None]:
    """Pixels, what was told, and bytes of whatever a picture may be; InputError with its row."""
    try:
        if isinstance(picture, np.ndarray):
            return normal(picture), ARRAY, None
        if isinstance(picture, bytes | bytearray | memoryview):
            data = bytes(picture)
            return *decode(data), data
        if isinstance(picture, str | os.PathLike):
            with open(picture, "rb") as file:
                data = file.read()
            pixels, told = decode(data)
            return pixels, replace(told, suffix=os.path.splitext(os.fspath(picture))[1].lower()), data
        if hasattr(picture, "getbands"):
            return *decode_open(picture), None
        if hasattr(picture, "__array__"):
            return normal(np.asarray(picture)), ARRAY, None
    except BadPicture as bad:
        raise InputError(f"row {row}: {bad.reason}") from None
    except OSError as error:
        raise InputError(f"row {row}: {picture}: cannot be read ({error.strerror})") from None
    raise InputError(
        f"row {row}: {type(picture).__name__}, which is no picture: an array, bytes, a path or one of Pillow's"
    )
