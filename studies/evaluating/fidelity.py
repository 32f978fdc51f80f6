"""How near made pictures are to held-out real ones, on their features: FID, FID∞, KID, and whether they are copies.

FID = |m1 - m2|² + Tr(S1 + S2 - 2 (S1 S2)^½) of two sets of features (Heusel et al. 2017, arXiv:1706.08500), with the
unbiased covariance, as in its authors' code. It is biased upward by about a constant over the number of pictures, which
differs from model to model; FID∞ is the end of a straight line in 1/N (Chong & Forsyth 2020, arXiv:1911.07023). KID is
the unbiased estimate of the squared MMD with the kernel (x·y/d + 1)³ (Bińkowski et al. 2018, arXiv:1801.01401); it may be
below 0. All are of one extractor of features, and mean nothing beside those of another one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SIZES = 5
"""Numbers of pictures, from a quarter of all to all of them, through which the line of FID∞ goes."""
GROUPS = 10
"""Of the jackknife: each leaves out a tenth of the pictures."""
NORMAL = 1.959964
"""Standard errors on either side of a value in a 95 % interval."""
DEGREE = 3
"""Of KID's kernel."""
WIDE = 256
"""Features from which FID has no interval: that of Inception's 2,048 would take an hour."""
PAIRED = 2_000
"""Pictures of either kind that KID pairs at most: four million pairs, and their memory."""


@dataclass(frozen=True)
class Reading:
    """A value, its 95 % interval where it has one, and the number of made pictures it rests on."""

    value: float
    interval: tuple[float, float] | None
    n: int

    def facts(self) -> dict[str, object]:
        """As plain values."""
        return {"value": self.value, "interval": self.interval and list(self.interval), "n": self.n}


@dataclass(frozen=True)
class Moments:
    """Mean (d,) and unbiased covariance (d, d) of features (n, d); n is at least 2."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, features: npt.ArrayLike) -> Moments:
        """Of features, (n, d)."""
        rows = np.asarray(features, np.float64)
        if rows.ndim != 2 or len(rows) < 2:
            raise ValueError(f"features (n, d) with n of 2 or more, not {rows.shape}")
        mean = rows.mean(axis=0)
        return cls(mean, (rows - mean).T @ (rows - mean) / (len(rows) - 1))


def distance(one: Moments, other: Moments) -> float:
    """FID of two Gaussians; never below 0.

    Tr (S1 S2)^½ is the sum of the roots of the eigenvalues of S1^½ S2 S1^½, which is symmetric: no root of a matrix
    that is not, and so no complex one.

    >>> distance(Moments(np.zeros(2), np.eye(2)), Moments(np.array([3.0, 4.0]), 4 * np.eye(2)))
    27.0
    """
    values, vectors = np.linalg.eigh(one.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    roots = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other.covariance @ root), 0.0)).sum()
    apart = ((one.mean - other.mean) ** 2).sum()
    return max(0.0, float(apart + np.trace(one.covariance) + np.trace(other.covariance) - 2 * roots))


def fid(real: npt.ArrayLike, made: npt.ArrayLike) -> float:
    """FID of features (n, d) of real pictures and (m, d) of made ones."""
    return distance(Moments.of(real), Moments.of(made))


def measured(real: npt.ArrayLike, made: npt.ArrayLike) -> dict[str, Reading]:
    """`fid`, `fid_infinity` and `kid` of made pictures against real ones, each with its interval."""
    x, y = np.asarray(real, np.float64), np.asarray(made, np.float64)
    return {"fid": jackknifed(fid, x, y), "fid_infinity": fid_infinity(x, y), "kid": kid(x, y)}


def fid_infinity(real: npt.ArrayLike, made: npt.ArrayLike) -> Reading:
    """Where FID ends with endless made pictures: the line in 1/N through prefixes of a quarter to all of them.

    The real pictures stay the same, so what is left of the bias is theirs, alike for all models.
    """
    return jackknifed(_extrapolated, np.asarray(real, np.float64), np.asarray(made, np.float64))


def _extrapolated(real: Floats, made: Floats) -> float:
    reference = Moments.of(real)
    sizes = np.unique(np.linspace(max(2, len(made) // 4), len(made), SIZES).astype(int))
    if len(sizes) < 2:
        return distance(reference, Moments.of(made))
    found = [distance(reference, Moments.of(made[:size])) for size in sizes]
    return float(np.polyfit(1.0 / sizes, found, 1)[1])


def jackknifed(of: Callable[[Floats, Floats], float], real: Floats, made: Floats) -> Reading:
    """A statistic of two sets with an interval by the jackknife that leaves out a tenth of either in turn (Wu 1986).

    Sets too small to leave a tenth out have no interval, and more features than `WIDE` have none.
    """
    whole = of(real, made)
    if min(len(real), len(made)) < 2 * GROUPS or real.shape[1] > WIDE:
        return Reading(whole, None, len(made))
    variance = 0.0
    for fixed, moved, first in ((made, real, True), (real, made, False)):
        group = np.arange(len(moved)) % GROUPS
        left = [of(moved[group != g], fixed) if first else of(fixed, moved[group != g]) for g in range(GROUPS)]
        variance += (GROUPS - 1) / GROUPS * float(((np.array(left) - np.mean(left)) ** 2).sum())
    off = NORMAL * math.sqrt(variance)
    return Reading(whole, (whole - off, whole + off), len(made))


def kid(real: npt.ArrayLike, made: npt.ArrayLike) -> Reading:
    """Unbiased squared MMD with the kernel (x·y/d + 1)³; its interval by leaving out each picture in turn.

    >>> round(kid([[0.0], [2.0]], [[1.0], [3.0]]).value, 3)  # (1 + 64) - (1+1+27+343)/2, by hand
    -121.0
    """
    x, y = np.asarray(real, np.float64)[:PAIRED], np.asarray(made, np.float64)[:PAIRED]
    within_x, within_y, between = _kernel(x, x), _kernel(y, y), _kernel(x, y)
    np.fill_diagonal(within_x, 0.0)
    np.fill_diagonal(within_y, 0.0)
    n, m = len(x), len(y)
    sums = within_x.sum(), within_y.sum(), between.sum()
    value = sums[0] / (n * (n - 1)) + sums[1] / (m * (m - 1)) - 2 * sums[2] / (n * m)
    if min(n, m) < 4:
        return Reading(float(value), None, m)
    rest_y, rest_x = sums[1] / (m * (m - 1)), sums[0] / (n * (n - 1))
    without_x = (sums[0] - 2 * within_x.sum(1)) / ((n - 1) * (n - 2)) + rest_y
    without_x -= 2 * (sums[2] - between.sum(1)) / ((n - 1) * m)
    without_y = (sums[1] - 2 * within_y.sum(1)) / ((m - 1) * (m - 2)) + rest_x
    without_y -= 2 * (sums[2] - between.sum(0)) / (n * (m - 1))
    variance = (n - 1) / n * ((without_x - without_x.mean()) ** 2).sum()
    variance += (m - 1) / m * ((without_y - without_y.mean()) ** 2).sum()
    off = NORMAL * math.sqrt(variance)
    return Reading(float(value), (float(value - off), float(value + off)), m)


def _kernel(x: Floats, y: Floats) -> Floats:
    made: Floats = (x @ y.T / x.shape[1] + 1) ** DEGREE
    return made


def memorised(train: npt.ArrayLike, held_out: npt.ArrayLike, made: npt.ArrayLike) -> Reading:
    """The share of made pictures nearer to a training picture than to a held-out one, among as many of each.

    Of a model that generalises it is a half on average, however bad its pictures are; of one that repeats what it has
    seen it is 1. (Of the same kind as the test of Meehan et al. 2020, arXiv:2004.05675.) That needs vectors in which
    training and held-out pictures are alike, so none that were learnt from one of the two: pixels. The interval is that
    of a jackknife over all three sets, for which twenty of each are the least.

    >>> memorised([[0.0], [1.0]], [[5.0], [6.0]], [[0.1], [0.9], [5.2]]).value
    0.666...
    """
    x, h, y = (np.asarray(rows, np.float64) for rows in (train, held_out, made))
    many = min(len(x), len(h))
    near, far = _squares(y, x[:many]), _squares(y, h[:many])

    def share(to_train: Floats, to_held_out: Floats) -> float:
        return float((to_train.min(axis=1) < to_held_out.min(axis=1)).mean())

    value = share(near, far)
    if min(many, len(y)) < 2 * GROUPS:
        return Reading(value, None, len(y))
    columns, rows = np.arange(many) % GROUPS, np.arange(len(y)) % GROUPS
    nearer = near.min(axis=1) < far.min(axis=1)
    without = (
        [share(near[:, columns != g], far) for g in range(GROUPS)],
        [share(near, far[:, columns != g]) for g in range(GROUPS)],
        [float(nearer[rows != g].mean()) for g in range(GROUPS)],
    )
    variance = sum((GROUPS - 1) / GROUPS * float(((np.array(w) - np.mean(w)) ** 2).sum()) for w in without)
    off = NORMAL * math.sqrt(variance)
    return Reading(value, (max(0.0, value - off), min(1.0, value + off)), len(y))


def _squares(points: Floats, among: Floats) -> Floats:
    """The squared distance of each point from each of the others, (points, others)."""
    squares: Floats = (points**2).sum(1)[:, None] + (among**2).sum(1)[None] - 2 * points @ among.T
    return squares
