"""Two samples of numbers, as counts of the same ordered bins: how far one is shifted, and whether chance would do.

All is of ranks, so no unit and no outlier matters. Numbers of one bin count as equal, which both tests allow for; the bins
of `dataqual.sketch` are 2 % wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.drift import tails
from dataqual.reading import Z

FEW = 20
"""Numbers on the smaller side below which ranks are permuted: the normal distribution is then far off where there are ties."""
PERMUTATIONS = 1999


@dataclass(frozen=True)
class Shift:
    """What becomes of the numbers from the first sample to the second."""

    delta: float
    """Cliff's delta (Cliff 1993): the chance that a number of the second is larger, less the chance that it is smaller; -1 to 1."""
    interval: tuple[float, float]
    """95 %, not symmetrical (Feng and Cliff 2004)."""
    ks: float
    """The largest distance of the two cumulative distributions (Kolmogorov-Smirnov), 0 to 1."""
    p: float
    """Twice the smaller p of the Mann-Whitney test, which sees shifts, and Kolmogorov-Smirnov's, which sees shapes."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"delta": self.delta, "interval": list(self.interval), "ks": self.ks, "p": self.p}


def shift(first: NDArray[Any], second: NDArray[Any]) -> Shift:
    """The shift between two arrays of counts, (bins,) each, neither of them empty.

    >>> found = shift(np.array([3, 2, 0]), np.array([0, 1, 4]))
    >>> round(found.delta, 2), round(found.ks, 2)
    (0.92, 0.8)
    """
    n, m = int(first.sum()), int(second.sum())
    used = (first + second) > 0
    a, b = first[used].astype(np.float64), second[used].astype(np.float64)
    up, down = np.cumsum(a), np.cumsum(b)
    above = (m - 2 * down + b) / m  # of each bin: share of the second that is larger less that which is smaller
    below = (2 * up - a - n) / n
    delta = float(a @ above) / n
    distance = float(np.abs(up / n - down / m).max(initial=0.0))
    p = min(_mann_whitney(a, b, delta), tails.kolmogorov(distance, n, m))
    return Shift(
        delta, _interval(delta, _spread(a, above, n) + _spread(b, below, m), min(n, m)), distance, min(1.0, 2 * p)
    )


def _spread(counts: NDArray[np.float64], places: NDArray[np.float64], size: int) -> float:
    """The variance of the mean of `places` (DeLong et al. 1988)."""
    if size < 2:
        return 1.0
    mean = float(counts @ places) / size
    return float(counts @ (places - mean) ** 2) / (size - 1) / size


def _interval(delta: float, variance: float, least: int) -> tuple[float, float]:
    """Cliff's interval, which stays within -1 and 1; of samples that do not overlap, what their size allows."""
    if abs(delta) >= 1 - 1e-12:
        end = (least - Z * Z) / (least + Z * Z)
        return (end, 1.0) if delta > 0 else (-1.0, -end)
    square, below = Z * Z * variance, 1 - delta * delta
    width = Z * math.sqrt(variance) * math.sqrt(below * below + square)
    middle, scale = delta - delta**3, below + square
    return max(-1.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def _mann_whitney(a: NDArray[np.float64], b: NDArray[np.float64], delta: float) -> float:
    """Two-sided p of the Mann-Whitney U test: normal, corrected for ties and continuity; of few numbers by permutation."""
    n, m = a.sum(), b.sum()
    both, ties = n + m, a + b
    if min(n, m) < FEW:
        return _permuted(a, ties.astype(np.int64))
    variance = n * m / 12 * ((both + 1) - float((ties**3 - ties).sum()) / (both * (both - 1)))
    if variance <= 0:
        return 1.0
    away = max(abs(delta) * n * m / 2 - 0.5, 0.0)
    return tails.normal(away / math.sqrt(variance))


def _permuted(a: NDArray[np.float64], ties: NDArray[np.int64]) -> float:
    """The share of permutations whose ranks are as far from the middle, the given one among them."""
    middles = np.cumsum(ties) - (ties - 1) / 2 - (ties.sum() + 1) / 2
    drawn = np.random.default_rng(0).multivariate_hypergeometric(ties, int(a.sum()), PERMUTATIONS, method="marginals")
    away = abs(float(a @ middles)) * (1 - 1e-9)
    return float(1 + (np.abs(drawn @ middles) >= away).sum()) / (1 + PERMUTATIONS)


def coarse(first: NDArray[Any], second: NDArray[Any], most: int = 10) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both counts in at most `most` coarser bins that hold about equal parts of the first, as PSI wants them.

    No bin is cut, so many equal numbers stay together and there may be fewer.

    >>> [part.tolist() for part in coarse(np.array([50, 20, 20, 10]), np.array([10, 20, 30, 40]), 2)]
    [[50, 50], [10, 90]]
    """
    n = first.sum()
    middle = np.cumsum(first) - first / 2
    group = np.minimum((middle * most / max(n, 1)).astype(np.int64), most - 1)
    _, group = np.unique(group, return_inverse=True)
    return np.bincount(group, first).astype(np.int64), np.bincount(group, second).astype(np.int64)
