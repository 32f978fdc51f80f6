"""Pictures for tests: drawn, so that what is in them is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
