"""Pictures that are made by whole numbers alone, so that they are the same everywhere: those of the reference values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def noise(height: int, width: int, channels: int, seed: int) -> Pixels:
    n = height * width * channels
    x = (np.arange(n, dtype=np.uint64) + np.uint64(seed * 7919)) * np.uint64(6364136223846793005)
    x += np.uint64(1442695040888963407)
    x ^= x >> np.uint64(29)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(32)
    return (x >> np.uint64(40)).astype(np.uint8).reshape(height, width, channels)


def waves(height: int, width: int, seed: int) -> Pixels:
    y, x = np.indices((height, width))
    channels = [(x * 3 + y * (k + 1) + (x * y) // (17 + k) + seed * 31) // 2 % 256 for k in range(3)]
    return np.stack(channels, -1).astype(np.uint8)


def pictures() -> dict[str, Pixels]:
    """By the name under which `cleanvision.json` has what cleanvision 0.3.7 (with Pillow 13.0.0) measured of them."""
    half = waves(128, 128, 6)
    half[:, 40:] = 17
    return {
        "noise": noise(50, 70, 3, 1),
        "gray noise": noise(90, 200, 1, 2)[..., 0],
        "waves": waves(256, 256, 1),
        "tall waves": waves(300, 80, 2),
        "wide waves": waves(40, 400, 3),
        "dark": waves(64, 64, 4) // 8,
        "light": 255 - waves(64, 64, 5) // 16,
        "smooth": np.indices((120, 120)).sum(0).astype(np.uint8),
        "blank": np.full((33, 47, 3), 200, np.uint8),
        "two shades": (np.indices((80, 100)).sum(0) % 2 * 255).astype(np.uint8),
        "dot": np.array([[[7, 80, 200]]], np.uint8),
        "half even": half,
        "edge": (np.indices((70, 70))[1] > 33).astype(np.uint8) * 180,
    }
