"""`lbfgs`: the lowest point of a smooth convex function."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

KEPT = 8
"""Steps that are remembered: between the 5 and 20 of Liu and Nocedal 1989, for whom more brought little."""


def lbfgs(
    function: Callable[[Vector, Vector], float], start: Vector, *, steps: int = 100, tolerance: float = 1e-4
) -> Vector:
    """Where `function` is lowest, by limited-memory BFGS (Liu and Nocedal 1989); it gives a value and fills in the gradient.

    It ends when a step gains less than `tolerance` of the value, or after so many `steps`.

    >>> def parabola(x, gradient):
    ...     gradient[:] = 2 * (x - 3)
    ...     return float(((x - 3) ** 2).sum())
    >>> lbfgs(parabola, np.zeros(2)).round(4).tolist()
    [3.0, 3.0]
    """
    x, gradient = start.copy(), np.empty_like(start)
    new, new_gradient, room = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    value = function(x, gradient)
    kept: deque[tuple[Vector, Vector, float]] = deque(maxlen=KEPT)
    for step in range(steps):
        if not gradient.any():
            break
        direction = _times_inverse(gradient, kept, room)
        slope = -_dot(direction, gradient)
        size = 1.0 if step else min(1.0, 1 / float(np.abs(gradient).sum()))
        for _ in range(30):  # Armijo's rule, halving
            np.multiply(direction, -size, out=new)
            new += x
            new_value = function(new, new_gradient)
            if new_value <= value + 1e-4 * size * slope:
                break
            size /= 2
        else:
            break
        moved, changed = new - x, new_gradient - gradient
        if (curved := _dot(moved, changed)) > 1e-12 * _dot(changed, changed):
            kept.append((moved, changed, 1 / curved))
        x, new, gradient, new_gradient = new, x, new_gradient, gradient
        gained, value = value - new_value, new_value
        if gained <= tolerance * abs(value):
            break
    return x


def _times_inverse(gradient: Vector, kept: deque[tuple[Vector, Vector, float]], room: Vector) -> Vector:
    """The gradient times what the last steps tell of the inverse Hessian (the two-loop recursion of Nocedal 1980)."""
    q = gradient.copy()
    shares = []
    for moved, changed, rho in reversed(kept):
        shares.append(share := rho * _dot(moved, q))
        q -= np.multiply(changed, share, out=room)
    if kept:
        _, changed, rho = kept[-1]
        q /= rho * _dot(changed, changed)
    for (moved, changed, rho), share in zip(kept, reversed(shares), strict=True):
        q += np.multiply(moved, share - rho * _dot(changed, q), out=room)
    return q


def _dot(a: Vector, b: Vector) -> float:
    """Without BLAS, whose threads would add up in another order, and take turns spinning for so little."""
    return float(np.einsum("i,i->", a, b))
