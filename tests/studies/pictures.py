"""What tests of picture studies share: small pictures whose kinds a tiny network can tell, and a task over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual.images.features import PrincipalComponents
from studies.data.picture_file import LEVELS, WINDOW, PictureFile
from studies.data.windows import Order
from studies.learner import Judging, Task

SIDE = 8
BATCH = 32


def bars(count: int, seed: int = 0) -> tuple[NDArray[np.uint8], list[str]]:
    """Gray pictures (count, 8, 8) of one bright bar, upright or lying, with what each is; no two are alike."""
    random = np.random.Generator(np.random.Philox(seed))
    pictures = random.integers(0, 60, (count, SIDE, SIDE)).astype(np.uint8)
    at, lying = random.integers(1, SIDE - 2, count), random.random(count) < 0.5
    for picture, where, flat in zip(pictures, at, lying, strict=True):
        (picture if flat else picture.T)[where : where + 2] += np.uint8(180)
    return pictures, ["lying" if flat else "upright" for flat in lying]


def file_of(path: Path, pictures: NDArray[np.uint8]) -> PictureFile:
    """The pictures as a study has them."""
    path.write_bytes(pictures.tobytes())
    return PictureFile.laid(path, SIDE, SIDE, 1)


def task(folder: Path, size: int, unique: int = 40, stops: tuple[int, ...] = (50 * BATCH, 60 * BATCH)) -> Task:
    """Train on 60 bars, judged on 40 others by their principal components."""
    pictures, _ = bars(100)
    train, held_out = file_of(folder / "train.u8", pictures[:60]), file_of(folder / "held.u8", pictures[60:])
    found = PrincipalComponents.fit(pictures[:60], dimensions=8)
    found.save(folder / "extractor.npz")
    judging = Judging(folder / "extractor.npz", found.name, 40)
    order = Order(1, unique)
    return Task(size, LEVELS, WINDOW, BATCH, train, order, stops, {"raw": held_out}, seed=2, judging=judging)
