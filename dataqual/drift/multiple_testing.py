"""Many tests at once: which of them may be believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(chances: Sequence[float | None]) -> list[float | None]:
    """The adjusted p of each test: the least rate of false discoveries at which it counts (Benjamini and Hochberg 1995).

    None, where there was no test, stays None.

    >>> benjamini_hochberg([0.01, None, 0.04, 0.03, 0.5])
    [0.04, None, 0.05333333333333334, 0.05333333333333334, 0.5]
    """
    tested = [at for at, chance in enumerate(chances) if chance is not None]
    values = np.array([chances[at] for at in tested], np.float64)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    adjusted: list[float | None] = [None] * len(chances)
    for at, value in zip(order.tolist(), least.tolist(), strict=True):
        adjusted[tested[at]] = value
    return adjusted
