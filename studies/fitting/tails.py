"""Quantiles and tails of Student's t and Fisher's F, without scipy: they follow from the incomplete beta function."""

from __future__ import annotations

from dataqual.intervals import incomplete_beta


def f_tail(f: float, a: float, b: float) -> float:
    """Probability that F with a and b degrees of freedom exceeds `f`.

    >>> round(f_tail(3.0, 4, 20), 4)
    0.0432
    """
    if f <= 0:
        return 1.0
    return incomplete_beta(b / 2, a / 2, b / (b + a * f))


def t_quantile(p: float, df: float) -> float:
    """The `p` quantile of Student's t, p above one half.

    >>> round(t_quantile(0.975, 10), 4), round(t_quantile(0.975, 1e9), 4)
    (2.2281, 1.96)
    """
    low, high = 0.0, 1e4
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if f_tail(middle * middle, 1, df) / 2 > 1 - p else (low, middle)
    return (low + high) / 2
