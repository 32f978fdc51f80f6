"""A quantile sketch of bounded size that any split of the data merges to without loss.

DDSketch (Masson, Rim and Lee 2019, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
guarantees") with a fixed range of bins, so that a state is an array of counts and merging is addition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ACCURACY = 0.01
"""Relative error of a quantile: one per cent is finer than any decision taken from it, in 2,100 bins."""
SMALLEST, LARGEST = 1e-6, 1e12
"""Smaller values count as 0, larger ones as this; a share of one in a million and a terabyte."""
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)
_FIRST = math.ceil(math.log(SMALLEST) / _LOG_GAMMA)
BINS = math.ceil(math.log(LARGEST) / _LOG_GAMMA) - _FIRST + 2
_FINE = 1 << 30


@dataclass(frozen=True, eq=False)
class Sketch:
    """The distribution of non-negative numbers: counts per bin, extremes and an exact sum.

    >>> sketch = Sketch.of([1, 2, 3, 4]).merge(Sketch.of([100]))
    >>> sketch.n, sketch.mean, round(sketch.quantile(0.5), 1), sketch.high
    (5, 22.0, 3.0, 100.0)
    """

    counts: NDArray[np.int64]
    low: float | None
    high: float | None
    whole: int
    """Sum of the whole parts; with `fraction` (in units of 2**-30) it is exact, so merging has no order."""
    fraction: int

    @classmethod
    def of(cls, values: object) -> Sketch:
        """The sketch of an array-like of finite numbers that are not negative."""
        array = np.asarray(values, np.float64)
        if not len(array):
            return cls(np.zeros(BINS, np.int64), None, None, 0, 0)
        whole = np.floor(array)
        return cls(
            counts=np.bincount(_bins(array), minlength=BINS),
            low=float(array.min()),
            high=float(array.max()),
            whole=int(whole.astype(np.int64).sum()),
            fraction=int(np.rint((array - whole) * _FINE).astype(np.int64).sum()),
        )

    def merge(self, other: Sketch) -> Sketch:
        """The sketch of both."""
        if other.low is None or other.high is None:
            return self
        if self.low is None or self.high is None:
            return other
        return Sketch(
            self.counts + other.counts,
            min(self.low, other.low),
            max(self.high, other.high),
            self.whole + other.whole,
            self.fraction + other.fraction,
        )

    @property
    def n(self) -> int:
        """How many numbers."""
        return int(self.counts.sum())

    @property
    def total(self) -> float:
        """Their sum, to 2**-31 per number."""
        return self.whole + self.fraction / _FINE

    @property
    def mean(self) -> float | None:
        """Their mean; None of nothing."""
        return self.total / self.n if self.n else None

    def quantile(self, q: float) -> float | None:
        """The `q`-quantile, within one per cent; None of nothing."""
        if self.low is None or self.high is None:
            return None
        position = int(np.searchsorted(np.cumsum(self.counts), q * (self.n - 1), side="right"))
        return float(np.clip(_middles()[position], self.low, self.high))

    def histogram(self, most: int = 40) -> dict[str, Any]:
        """At most `most` bars: `edges` (k + 1), `counts` (k) and the `scale` on which they are equally wide.

        Logarithmic where the values span more than two decades above zero and leave out shares; bars of whole
        numbers begin at whole numbers.
        """
        if self.low is None or self.high is None:
            return {"edges": [], "counts": [], "scale": "linear"}
        used = np.flatnonzero(self.counts)
        values = np.clip(_middles()[used], self.low, self.high)
        if self.fraction == 0:
            values = np.rint(values)
        scale = "log" if self.high > 1 and self.high > 100 * max(self.quantile(0.05) or 0, 1) else "linear"
        edges = _edges(self.low, self.high, most, scale, whole=self.fraction == 0)
        at = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        counts = np.bincount(at, weights=self.counts[used], minlength=len(edges) - 1).astype(np.int64)
        return {"edges": edges.tolist(), "counts": counts.tolist(), "scale": scale}


def _bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    with np.errstate(divide="ignore"):
        bins = np.ceil(np.log(np.minimum(values, LARGEST)) / _LOG_GAMMA) - _FIRST + 1
    return np.where(values < SMALLEST, 0, bins).astype(np.int64)


def _middles() -> NDArray[np.float64]:
    powers = np.arange(BINS, dtype=np.float64) - 1.0 + _FIRST
    return np.where(np.arange(BINS) == 0, 0.0, np.exp(powers * _LOG_GAMMA) * 2 / (_GAMMA + 1))


def _edges(low: float, high: float, most: int, scale: str, *, whole: bool) -> NDArray[np.float64]:
    if low == high:
        high = low + (1.0 if whole or low >= 1 else max(low, 0.01))
    if scale == "log":
        edges = np.geomspace(max(low, 1.0 if whole else high / 1e4), high, most + 1)
        edges[0] = low if low > 0 else edges[0]
        edges = np.unique(np.ceil(edges)) if whole else edges
        return np.concatenate([[0.0], edges]) if low < edges[0] else edges
    if whole and high - low < most:
        return np.arange(low, high + 2)
    if whole:
        step = math.ceil((high - low + 1) / most)
        return np.arange(low, high + step + 1, step)
    linear: NDArray[np.float64] = np.linspace(low, high, most + 1)
    return linear
