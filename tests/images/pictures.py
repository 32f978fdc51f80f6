"""Pictures for tests: drawn, so that what is in them is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.images.image import Images
from dataqual.text import Text

SHAPES = ("bar", "disk", "ring")


def shapes(n: int, *, side: int = 28, colours: bool = False, seed: int = 0) -> tuple[NDArray[np.uint8], list[str]]:
    """`n` pictures with a lying bar, a disk or a ring somewhere on them, a little noise, and what each shows."""
    random = np.random.default_rng(seed)
    names = [SHAPES[at % len(SHAPES)] for at in range(n)]
    down, right = np.mgrid[:side, :side]
    out = np.empty((n, side, side), np.float64)
    for at, name in enumerate(names):
        y, x = random.uniform(0.4, 0.6, 2) * side
        size = random.uniform(0.2, 0.3) * side
        away = np.hypot(down - y, right - x)
        inside = {"bar": (abs(down - y) < size / 3) & (abs(right - x) < size * 1.5), "disk": away < size,
                  "ring": abs(away - size) < size / 4}[name]  # fmt: skip
        out[at] = np.where(inside, 220, 20) + random.normal(0, 12, inside.shape)
    gray = np.clip(np.round(out), 0, 255).astype(np.uint8)
    return (np.stack([gray, gray // 2, 255 - gray], -1) if colours else gray), names


def batch_of(pictures: Any, labels: Sequence[str] | None = None, ids: Sequence[str] | None = None) -> Batch:
    """One batch of pictures, the records 1 and so on of one file."""
    images = Images.of(pictures)
    columns = {"id": ids, "label": labels}
    frame = pl.DataFrame(
        {name: pl.Series(list(values), dtype=pl.String) for name, values in columns.items() if values is not None}
    )
    text = Text.of([""] * len(images))
    return Batch(0, text, np.zeros(len(images), np.int32), np.arange(1, len(images) + 1), (), frame, images=images)


def pixels_of(batch: Batch) -> list[NDArray[np.uint8]]:
    """The pictures of a batch."""
    assert batch.images is not None
    return [batch.images[row] for row in range(len(batch))]
