"""What the steps on pictures share: the pictures of a batch, and the batch with some of them changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.drawing import document_keys, uniform
from dataqual.errors import SpecError
from dataqual.images.image import Images
from dataqual.ledger import Edited

Pixels = NDArray[np.uint8]
Spoil = Callable[[NDArray[np.float64], NDArray[np.uint64]], NDArray[np.float64]]
"""Pictures of one shape, (n, height, width, channels) from 0 to 255, and a number that is each one's own, for chance; the
pictures spoilt, which need not lie within 0 to 255. Alpha, if any, is not among the channels."""


def check_share(value: float, name: str) -> None:
    """SpecError unless it is from 0 to 1."""
    if not 0 <= value <= 1:
        raise SpecError(f"{name} is {value:g}, not from 0 to 1")


def pictures_of(batch: Batch, step: str) -> Images:
    """The pictures of a batch; SpecError where it is one of texts."""
    if batch.images is None:
        raise SpecError(f"{step} is a step for pictures, and these are texts")
    return batch.images


def spoilt(batch: Batch, dose: float, step: str, seed: int, how: str, spoil: Spoil) -> tuple[Batch, Sequence[Edited]]:
    """The batch with a share of its pictures spoilt, drawn by their addresses, and those that came out different.

    A larger dose takes the same pictures and more. `how` is what the ledger says was done.
    """
    images = pictures_of(batch, step)
    keys = document_keys(batch.file, batch.record, step, seed)
    drawn = uniform(keys) < dose
    new: dict[int, Pixels] = {}
    for rows, pixels in images.stacks():
        some = np.flatnonzero(drawn[rows])
        if not len(some):
            continue
        before = pixels[some]
        colours = before.shape[3] - (before.shape[3] in (2, 4))
        after = before.copy()
        found = spoil(before[..., :colours].astype(np.float64), keys[rows[some]])
        after[..., :colours] = np.clip(np.rint(found), 0, 255).astype(np.uint8)
        new |= {int(row): picture for row, picture in zip(rows[some], after, strict=True)}
    return edited(batch, new, step, how)


def edited(batch: Batch, pictures: Mapping[int, Pixels], step: str, how: str) -> tuple[Batch, Sequence[Edited]]:
    """What a step gives back that puts other pictures into some rows; of those that are as they were nothing is told."""
    images = pictures_of(batch, step)
    new = {row: picture for row, picture in sorted(pictures.items()) if not np.array_equal(picture, images[row])}
    if not new:
        return batch, []
    apart = np.array([_apart(images[row], picture) for row, picture in new.items()])
    evidence = [f"{how}: {value:.1f} of 255 levels away on average" for value in apart.tolist()]
    rows, after = np.array(list(new), np.int64), Images.of(list(new.values()))
    return batch.repictured(new), [Edited(batch.take(rows), step, step, apart, evidence, pictures=after)]


def _apart(one: Pixels, other: Pixels) -> float:
    """The mean distance of pixels in levels; 255 where the shapes differ."""
    if one.shape != other.shape:
        return 255.0
    return float(np.abs(one.astype(np.int16) - other).mean()) if one.size else 0.0
