"""A quantile sketch of bounded size that any split of the data merges to without loss.

DDSketch (Masson, Rim and Lee 2019, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
guarantees") with a fixed range of bins, so that a state is an array of counts and merging is addition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.sketching import CELL, count_bins

ACCURACY = 0.01
"""Relative error of a quantile: one per cent is finer than any decision taken from it, in 2,100 bins."""
SMALLEST, LARGEST = 1e-6, 1e12
"""Smaller values count as 0, larger ones as this; a share of one in a million and a terabyte."""
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)
_FIRST = math.ceil(math.log(SMALLEST) / _LOG_GAMMA)
BINS = math.ceil(math.log(LARGEST) / _LOG_GAMMA) - _FIRST + 2
_FINE = 1 << 30
_EXACT = 2.0**53
"""Below this a float holds every whole number."""


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
        array = np.ascontiguousarray(values, np.float64)
        counts = np.zeros(BINS, np.int64)
        if not len(array):
            return cls(counts, None, None, 0, 0)
        found = np.empty(3)
        fraction = count_bins(array, array.view(np.int64), *_cells(), _FINE, counts, found)
        low, high, whole = found.tolist()
        if low < 0:
            raise ValueError(f"{low} is negative; signals count, and a sketch holds what is counted")
        exact = int(whole) if high * len(array) < _EXACT else sum(map(int, np.floor(array).tolist()))
        return cls(counts, low, high, exact, fraction)

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

    @property
    def deviation(self) -> float | None:
        """Their standard deviation (of a sample: n - 1), within about one per cent of their size; None of fewer than two.

        >>> round(Sketch.of([1, 2, 3, 4]).deviation, 1)
        1.3
        """
        mean, n = self.mean, self.n
        if mean is None or n < 2:
            return None
        used = np.flatnonzero(self.counts)
        return float(math.sqrt((self.counts[used] * (_middles()[used] - mean) ** 2).sum() / (n - 1)))

    @property
    def whole_numbers(self) -> bool:
        """Whether all are whole numbers, so that no other quantile can be."""
        return self.fraction == 0

    def quantile(self, q: float) -> float | None:
        """The `q`-quantile, within one per cent; None of nothing.

        Of whole numbers it is one: exact up to fifty, beyond within one more than one per cent.

        >>> Sketch.of([0, 1, 1, 7, 1200]).quantile(0.5), Sketch.of([0.5, 1, 1, 7]).quantile(0.5)
        (1.0, 0.99...)
        """
        around = self.around(q)
        if around is None:
            return None
        middle = float(_middles()[self._bin(q)])
        return float(np.clip(np.rint(middle) if self.whole_numbers else middle, *around))

    def around(self, q: float) -> tuple[float, float] | None:
        """The least and the largest number that the `q`-quantile can be; None of nothing.

        >>> Sketch.of([1, 40, 60, 90]).around(0.5), Sketch.of([1, 40, 60, 4000]).around(0.7), Sketch.of([0, 0, 1]).around(0.5)
        ((40.0, 40.0), (60.0, 60.0), (0.0, 0.0))
        """
        if self.low is None or self.high is None:
            return None
        position = self._bin(q)
        low, high = float(_tops(position - 1)), float(_tops(position)) if position else SMALLEST
        if self.whole_numbers:
            low, high = (math.floor(low) + 1.0, math.floor(high)) if position else (0.0, 0.0)
        return float(np.clip(low, self.low, self.high)), float(np.clip(high, self.low, self.high))

    def _bin(self, q: float) -> int:
        return int(np.searchsorted(np.cumsum(self.counts), q * (self.n - 1), side="right"))

    def histogram(self, most: int = 40) -> dict[str, Any]:
        """At most `most` bars: `edges` (k + 1), `counts` (k) and the `scale` on which they are equally wide.

        Logarithmic where the largest value, or most values, are many times the small ones, never for shares; bars of whole
        numbers begin at whole numbers. A bar holds what is at least its left edge and below its right one, the last
        one its right edge too; a bin that lies in several bars is spread over them evenly.
        """
        if self.low is None or self.high is None:
            return {"edges": [], "counts": [], "scale": "linear"}
        whole = self.fraction == 0 and 1 < self.high < _EXACT  # shares may all be 0 or 1
        usual = self.quantile(0.05) or 0.0
        wide = usual >= 1 and (self.quantile(0.95) or 0.0) > 15 * usual
        scale = "log" if self.high > 1 and (wide or self.high > 100 * max(usual, 1)) else "linear"
        start = 1.0 if whole else min(usual or self.high, self.high / 1e4)
        edges = _edges(self.low, self.high, most, max(start, self.low) if scale == "log" else None, whole=whole)
        below = np.rint(np.interp(edges, *self._cumulative(whole=whole))).astype(np.int64)
        below[0], below[-1] = 0, self.n
        return {"edges": edges.tolist(), "counts": np.diff(below).tolist(), "scale": scale}

    def _cumulative(self, *, whole: bool) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Where the bins in use begin and end, and how many numbers are below each of these places.

        Whole numbers up to fifty have a bin each, which then begins at the number and ends at the next.
        """
        used = np.flatnonzero(self.counts)
        places = np.stack([_tops(used - 1), _tops(used)])
        if whole:
            places = np.floor(places) + 1
            places[0, used == 0] = 0
        below = np.cumsum(self.counts[used])
        high = self.high + 1 if whole and self.high is not None else self.high
        return np.clip(places, self.low, high).T.ravel(), np.stack([below - self.counts[used], below]).T.ravel()


def _bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    with np.errstate(divide="ignore"):
        bins = np.ceil(np.log(np.minimum(values, LARGEST)) / _LOG_GAMMA) - _FIRST + 1
    return np.where(values < SMALLEST, 0, bins).astype(np.int64)


@cache
def _cells() -> tuple[int, int, NDArray[np.int64], NDArray[np.int64]]:
    """What `count_bins` needs to know of the bins: they are wider than cells, so a cell has one border at most."""
    least, most = (int(np.float64(end).view(np.int64)) for end in (SMALLEST, LARGEST))
    around = [_tops(np.arange(BINS)) * (1 + off) for off in (-1e-12, 1e-12)]
    below, above = (tops.view(np.int64) for tops in around)
    while (above - below > 1).any():  # down to the last float of each bin, as the logarithm has it
        middle = below + (above - below) // 2
        inside = _bins(middle.view(np.float64)) <= np.arange(BINS)
        below, above = np.where(inside, middle, below), np.where(inside, above, middle)
    first = np.arange(least >> CELL, (most >> CELL) + 1) << CELL
    base = _bins(np.clip(first, least, most).view(np.float64))
    return least, most, base, below[base]


def _tops(bins: NDArray[np.int64] | int) -> NDArray[np.float64]:
    """The largest number of each bin; that of bin 0 is taken for 0, as is what would be before it."""
    powers = np.asarray(bins, np.float64) - 1.0 + _FIRST
    tops: NDArray[np.float64] = np.where(bins <= 0, 0.0, np.exp(powers * _LOG_GAMMA))
    return tops


def _middles() -> NDArray[np.float64]:
    powers = np.arange(BINS, dtype=np.float64) - 1.0 + _FIRST
    return np.where(np.arange(BINS) == 0, 0.0, np.exp(powers * _LOG_GAMMA) * 2 / (_GAMMA + 1))


def _edges(low: float, high: float, most: int, start: float | None, *, whole: bool) -> NDArray[np.float64]:
    """Borders of at most `most` bars from `low` to `high`; with `start` equally wide on a logarithmic scale from there."""
    if start is not None:
        edges = np.geomspace(start, high, most + 1)
        edges[0], edges[-1] = low if low > 0 else start, high
        edges = np.ceil(edges) if whole else edges
        edges = np.concatenate([[0.0], edges[1:]]) if low < edges[0] else edges
    elif whole:
        step = math.ceil((high - low + 1) / most)
        edges = np.arange(low, high + step + 1, step)
    else:
        edges = np.linspace(low, high if high > low else low + max(low, 0.01), most + 1)
    return np.unique(edges)
