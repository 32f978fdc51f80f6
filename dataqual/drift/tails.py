"""Tails of the distributions that tests rest on, without scipy: normal, chi-square, Kolmogorov, hypergeometric."""

from __future__ import annotations

import math

import numpy as np


def normal(z: float) -> float:
    """The chance that a standard normal number is at least as far from 0 as `z`, on either side.

    >>> round(normal(1.959964), 4)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


def chi_square(value: float, degrees: float) -> float:
    """The chance that chi-square with that many degrees of freedom, whole or not, is `value` or more (DLMF 8.2, by series or fraction).

    >>> round(chi_square(3.841459, 1), 4), round(chi_square(18.307038, 10), 4), chi_square(0, 0)
    (0.05, 0.05, 1.0)
    """
    a, x = degrees / 2, value / 2
    if a <= 0 or x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for k in range(1, 100_000):
            term *= x / (a + k)
            total += term
            if term < total * 1e-16:
                break
        return max(0.0, 1 - front * total)
    b = x + 1 - a
    c, d = 1e300, 1 / b
    fraction = d
    for k in range(1, 100_000):
        b += 2
        part = -k * (k - a)
        d, c = 1 / (part * d + b), b + part / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return min(1.0, front * fraction)


def kolmogorov(distance: float, first: int, second: int) -> float:
    """The chance of a Kolmogorov-Smirnov distance of `distance` or more between samples of one continuous distribution.

    Asymptotic, with Stephens' correction for small samples (Stephens 1970); ties make it larger than the true chance.

    >>> round(kolmogorov(0.136, 200, 200), 2)
    0.04
    """
    root = math.sqrt(first * second / (first + second))
    x = (root + 0.12 + 0.11 / root) * distance
    if x < 0.3:
        return 1.0
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101)))


def fisher(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """Fisher's exact test of two shares: the chance of a table that is no likelier than this one, its sums given.

    >>> round(fisher(8, 10, 1, 6), 4)
    0.035
    """
    total, both = hits + other_hits, n + other_n
    low, high = max(0, total - other_n), min(n, total)
    k = np.arange(low, high)
    # from one table to the next: P(k + 1) / P(k)
    steps = np.log((total - k) * (n - k)) - np.log((k + 1) * (both - n - total + k + 1.0))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(logs - logs.max())
    here = chances[hits - low]
    return float(min(1.0, chances[chances <= here * (1 + 1e-9)].sum() / chances.sum()))
