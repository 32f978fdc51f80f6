"""The step `spoil_pixel_noise`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.drawing import stream
from dataqual.images.steps._pictures import check_share, spoilt
from dataqual.ledger import Edited
from dataqual.operators import Step, ViewName


@dataclass(frozen=True)
class SpoilPixelNoise(Step):
    """Add Gaussian noise to a share of the pictures, the `dose`; `deviation` is its standard deviation over black to white.

    Each channel of each pixel has noise of its own, as a sensor in the dark has; what leaves black to white is cut off.
    """

    idempotent: ClassVar[bool] = False
    rewrites: ClassVar[bool] = True
    view: ClassVar[ViewName] = "image"

    dose: float
    deviation: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        check_share(self.dose, "dose")
        check_share(self.deviation, "deviation")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        how = f"noise of {self.deviation:g} of black to white"
        return spoilt(batch, self.dose, "spoil_pixel_noise", self.seed, how, self._noisy)

    def _noisy(self, pictures: NDArray[np.float64], keys: NDArray[np.uint64]) -> NDArray[np.float64]:
        each = [normal(key, pictures[0].size).reshape(pictures.shape[1:]) for key in keys.tolist()]
        return pictures + 255 * self.deviation * np.stack(each)


def normal(key: int, n: int) -> NDArray[np.float64]:
    """`n` numbers of a standard normal distribution that belong to a key (Box and Muller 1958).

    >>> found = normal(7, 10_000)
    >>> round(float(found.mean()), 2), round(float(found.std()), 2)
    (0.01, 1.01)
    """
    half = -(-n // 2)
    radius = np.sqrt(-2 * np.log1p(-stream(key, half, "radius")))
    angle = 2 * np.pi * stream(key, half, "angle")
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:n]
