"""The step `spoil_jpeg`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.errors import SpecError
from dataqual.images.steps._pictures import check_share, spoilt
from dataqual.ledger import Edited
from dataqual.operators import Step, ViewName

LUMINANCE = np.array([
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55], [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62], [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99],
], np.float64)  # fmt: skip
"""ITU-T T.81, table K.1: how coarsely brightness is told, lower frequencies first."""
CHROMINANCE = np.full((8, 8), 99.0)
CHROMINANCE[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]
"""ITU-T T.81, table K.2: the same of colour."""

TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]])
"""Red, green and blue to brightness and two differences of colour, which lie around 0 (JFIF 1.02)."""


@dataclass(frozen=True)
class SpoilJpeg(Step):
    """Put the blocks and fringes of a JPEG of low `quality`, 1 to 100, into a share of the pictures, the `dose`.

    What is lost when a picture is coded, at the tables and scale of libjpeg and with full colour (4:4:4), is lost here, so
    that the same numbers come out wherever it runs; the picture is written in the format it came in.
    """

    idempotent: ClassVar[bool] = False
    rewrites: ClassVar[bool] = True
    view: ClassVar[ViewName] = "image"

    dose: float
    quality: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        check_share(self.dose, "dose")
        if not 1 <= self.quality <= 100:
            raise SpecError(f"quality is {self.quality}; it is from 1 to 100")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        how = f"coded as JPEG of quality {self.quality}"
        return spoilt(batch, self.dose, "spoil_jpeg", self.seed, how, lambda pictures, _: coded(pictures, self.quality))


def coded(pictures: NDArray[np.float64], quality: int) -> NDArray[np.float64]:
    """Pictures (n, height, width, 1 or 3) as they come back from a JPEG."""
    if pictures.shape[3] == 1:
        return _quantised(pictures[..., 0] - 128, table(LUMINANCE, quality))[..., None] + 128
    told = pictures @ TO_YCC.T
    told[..., 0] -= 128
    tables = [table(base, quality) for base in (LUMINANCE, CHROMINANCE, CHROMINANCE)]
    back = np.stack([_quantised(np.rint(told[..., at]), one) for at, one in enumerate(tables)], -1)
    back[..., 0] += 128
    return np.rint(back) @ np.linalg.inv(TO_YCC).T


def table(base: NDArray[np.float64], quality: int) -> NDArray[np.float64]:
    """The steps of quantisation at a quality, as libjpeg scales them.

    >>> table(LUMINANCE, 50)[0, :3].tolist(), table(LUMINANCE, 10)[0, :3].tolist(), table(LUMINANCE, 100)[0, :3].tolist()
    ([16.0, 11.0, 10.0], [80.0, 55.0, 50.0], [1.0, 1.0, 1.0])
    """
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip(np.floor((base * scale + 50) / 100), 1, 255)


def _quantised(planes: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Planes (n, height, width) whose blocks of 8 x 8 were told by whole multiples of the steps; borders are repeated."""
    n, high, wide = planes.shape
    full = np.pad(planes, ((0, 0), (0, -high % 8), (0, -wide % 8)), mode="edge")
    blocks = full.reshape(n, full.shape[1] // 8, 8, full.shape[2] // 8, 8).transpose(0, 1, 3, 2, 4)
    found = _rounded(_COSINES @ blocks @ _COSINES.T / steps) * steps
    back = (_COSINES.T @ found @ _COSINES).transpose(0, 1, 3, 2, 4)
    return back.reshape(full.shape)[:, :high, :wide]


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """To whole numbers, halves away from 0, as libjpeg does; what is a half but for the last bits is one."""
    return np.sign(values) * np.floor(np.abs(values) + 0.5 + 1e-9)


def _cosines() -> NDArray[np.float64]:
    """The DCT-II of eight numbers, orthonormal (ITU-T T.81, A.3.3)."""
    k, at = np.arange(8)[:, None], np.arange(8)[None, :]
    found = np.cos((2 * at + 1) * k * np.pi / 16) / 2
    found[0] /= np.sqrt(2)
    return found


_COSINES = _cosines()
