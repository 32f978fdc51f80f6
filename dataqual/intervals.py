"""Exact intervals of shares and quantiles, at any confidence, and of the difference of two estimates; without scipy."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from dataqual.reading import Interval


@lru_cache(maxsize=4096)
def clopper_pearson(hits: float, n: float, confidence: float = 0.95) -> Interval | None:
    """The interval of a proportion that holds it at least as often as it says (Clopper and Pearson 1934); None of n = 0.

    Both may be fractions, where n is the size that a simple sample as informative as a clustered one would have.

    >>> tuple(round(x, 4) for x in clopper_pearson(1, 10))
    (0.0025, 0.445)
    """
    if n == 0:
        return None
    miss = (1 - confidence) / 2
    low = _where(lambda p: incomplete_beta(hits, n - hits + 1, p) > miss) if hits else 0.0
    high = _where(lambda p: incomplete_beta(hits + 1, n - hits, p) > 1 - miss) if hits < n else 1.0
    return low, high


def ranks(q: float, n: int, confidence: float = 0.95) -> tuple[int, int]:
    """Ranks (0 to n - 1) between whose values the `q`-quantile lies, whatever the distribution (David and Nagaraja 2003, 7.1).

    Where n is too small for an end at this confidence, it is -1 or n: no value is known to be beyond the quantile.

    >>> ranks(0.5, 100)
    (39, 60)
    >>> ranks(0.5, 3)
    (-1, 3)
    """
    miss = (1 - confidence) / 2

    def at_most(k: int) -> float:
        """Chance that at most k of n values lie below the quantile."""
        return 1.0 if k >= n else 0.0 if k < 0 else 1 - incomplete_beta(k + 1, n - k, q)

    low = _last(lambda k: at_most(k) <= miss, n)
    high = _last(lambda k: at_most(k) < 1 - miss, n) + 1
    return low, min(high, n)


def difference(now: float, around_now: Interval, before: float, around_before: Interval) -> Interval:
    """The interval of `now - before` from those of the two (Newcombe 1998, method 10; Zou and Donner 2008, MOVER).

    >>> first, second = clopper_pearson(30, 100), clopper_pearson(20, 100)
    >>> [round(x, 2) for x in difference(0.3, first, 0.2, second)]
    [-0.03, 0.22]
    """
    d = now - before
    low = d - math.hypot(now - around_now[0], around_before[1] - before)
    high = d + math.hypot(around_now[1] - now, before - around_before[0])
    return low, high


def ratio(
    above: ArrayLike, below: ArrayLike, of: int | None = None, confidence: float = 0.95
) -> tuple[float | None, Interval | None]:
    """Sum over sum of a sample of documents, each with its part of both, and its interval (Cochran 1977, 6.3 and 2.7).

    A mean where `below` is all ones. `of`: how many documents the sample was drawn from, none twice. None for a sum of
    nothing, no interval of fewer than two documents.

    >>> value, interval = ratio([1, 2, 3, 4], [1, 1, 1, 1])
    >>> value, tuple(round(end, 2) for end in interval)
    (2.5, (0.45, 4.55))
    """
    y, x = np.asarray(above, np.float64), np.asarray(below, np.float64)
    total = float(x.sum())
    if total <= 0:
        return None, None
    value = float(y.sum()) / total
    return value, around(value, (y - value * x) / total, of, confidence)


def around(value: float, moves: ArrayLike, of: int | None = None, confidence: float = 0.95) -> Interval | None:
    """The interval of an estimate by how far each document of a sample moves it: their sum is about 0 (Cochran 1977, 2.7).

    `of`: how many documents the sample was drawn from, none twice. None for fewer than two.
    """
    each = np.asarray(moves, np.float64)
    n = len(each)
    if n < 2:
        return None
    variance = n / (n - 1) * float((each**2).sum())
    if of:
        variance *= max(0.0, 1 - n / of)
    reach = t_of(confidence, n - 1) * math.sqrt(variance)
    return float(value - reach), float(value + reach)


@lru_cache(maxsize=4096)
def t_of(confidence: float, freedom: float) -> float:
    """Standard errors on both sides of an estimate whose error is itself estimated, with `freedom` degrees of freedom: Student's t.

    >>> [round(t_of(0.95, freedom), 2) for freedom in (1, 3, 10, 100)]
    [12.71, 3.18, 2.23, 1.98]
    """
    low, high = 0.0, 1e6
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > 1 - confidence else (low, middle)
    return (low + high) / 2


def z_of(confidence: float) -> float:
    """Standard errors on both sides of an estimate.

    >>> round(z_of(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def t_tail(t: float, freedom: float) -> float:
    """The chance that Student's t with so many degrees of freedom is as far from 0 as `t`, on either side.

    >>> round(t_tail(2.228, 10), 4)
    0.05
    """
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def quotient(a: float, around_a: Interval, b: float, around_b: Interval) -> Interval:
    """The interval of `a / b`, both above 0, from those of the two (Donner and Zou 2012, MOVER-R); no upper end: infinity.

    >>> [round(x, 2) for x in quotient(0.3, (0.22, 0.40), 0.2, (0.13, 0.29))]
    [0.92, 2.51]
    """
    (la, ua), (lb, ub) = around_a, around_b

    def root(x: float, y: float) -> float:
        return a * b + math.sqrt(max((a * b) ** 2 - x * (2 * a - x) * y * (2 * b - y), 0.0))

    low = max(0.0, la * (2 * a - la) / root(la, ub))
    return low, root(ua, lb) / (lb * (2 * b - lb)) if lb > 0 else math.inf


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) (DLMF 8.17.22, by Lentz's method).

    >>> round(incomplete_beta(2, 3, 0.4), 4)
    0.5248
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 20_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d, c = 1 / (1 + term * d), 1 + term / c
            change *= c * d
        value *= change
        if abs(change - 1) < 1e-15:
            break
    return front * value


def _where(beyond: Callable[[float], bool]) -> float:
    """Where a condition begins to hold between 0 and 1."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return (low + high) / 2


def _last(holds: Callable[[int], bool], n: int) -> int:
    """The last number from 0 to n - 1 for which a condition holds that holds up to some number; -1 where for none."""
    low, high = -1, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
