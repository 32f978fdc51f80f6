"""The step `spoil_blur`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.errors import SpecError
from dataqual.images.steps._pictures import check_share, spoilt
from dataqual.ledger import Edited
from dataqual.operators import Step, ViewName

REACH = 4
"""Standard deviations after which a weight is less than half a level of 255."""


@dataclass(frozen=True)
class SpoilBlur(Step):
    """Blur a share of the pictures, the `dose`, by a Gaussian of `sigma` pixels; beyond its border a picture is mirrored.

    >>> from dataqual.images.steps.spoil_blur import blurred
    >>> blurred(np.array([[0.0, 0, 255, 0, 0]])[None, ..., None], 0.5).round()[0, 0, :, 0].tolist()
    [0.0, 27.0, 201.0, 27.0, 0.0]
    """

    idempotent: ClassVar[bool] = False
    rewrites: ClassVar[bool] = True
    view: ClassVar[ViewName] = "image"

    dose: float
    sigma: float = 1.5
    seed: int = 0

    def __post_init__(self) -> None:
        check_share(self.dose, "dose")
        if not 0 < self.sigma <= 100:
            raise SpecError(f"sigma is {self.sigma:g}; it is above 0, and 100 pixels at most")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        how = f"blurred by {self.sigma:g} pixels"
        return spoilt(batch, self.dose, "spoil_blur", self.seed, how, lambda pictures, _: blurred(pictures, self.sigma))


def blurred(pictures: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Pictures (n, height, width, channels) convolved with a Gaussian of so many pixels."""
    down, right = _weights(pictures.shape[1], sigma), _weights(pictures.shape[2], sigma)
    planes = pictures.transpose(0, 3, 1, 2)
    return np.matmul(np.matmul(down, planes), right.T).transpose(0, 2, 3, 1)


@lru_cache(maxsize=64)
def _weights(size: int, sigma: float) -> NDArray[np.float64]:
    """(size, size): what each old pixel of a line adds to each new one; beyond its ends the line is mirrored."""
    reach = int(np.ceil(REACH * sigma))
    away = np.arange(-reach, reach + 1)
    weight = np.exp(-0.5 * (away / sigma) ** 2)
    places = np.arange(size)[:, None] + away[None, :]
    folded = places % (2 * size)
    folded = np.where(folded < size, folded, 2 * size - 1 - folded)
    found = np.zeros((size, size))
    np.add.at(found, (np.repeat(np.arange(size), len(away)), folded.ravel()), np.tile(weight / weight.sum(), size))
    return found
