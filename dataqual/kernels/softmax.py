"""Softmax regression over rows that are mostly zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit


@njit(cache=True, nogil=True, inline="always")
def _softmax(
    values: NDArray[np.float64],
    indices: NDArray[np.int32],
    indptr: NDArray[np.int64],
    weights: NDArray[np.float64],
    row: int,
    scores: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The chance of every class for one row, into `scores`."""
    classes = weights.shape[1]
    constant = weights.shape[0] - 1
    for c in range(classes):
        scores[c] = weights[constant, c]
    for k in range(indptr[row], indptr[row + 1]):
        column, value = indices[k], values[k]
        for c in range(classes):
            scores[c] += value * weights[column, c]
    most = scores[0]
    for c in range(1, classes):
        most = max(most, scores[c])
    total = 0.0
    for c in range(classes):
        scores[c] = np.exp(scores[c] - most)
        total += scores[c]
    for c in range(classes):
        scores[c] /= total


@njit(cache=True, nogil=True, inline="always")
def _settled(z: float, q: float, v: float) -> float:  # pragma: no cover - compiled
    """v with v + q exp(v) = z, by Newton's method from a guess; never above what it can be, from where it would come back slowly."""
    most = np.log(z / q) if z > q > 0.0 else min(z, 0.0)
    for _ in range(30):
        v = min(v, most)
        e = q * np.exp(v)
        step = (v + e - z) / (1.0 + e)
        v -= step
        if abs(step) < 1e-7:
            break
    return v


@njit(cache=True, nogil=True)
def ascend(
    values: NDArray[np.float64],
    indices: NDArray[np.int32],
    indptr: NDArray[np.int64],
    rows: NDArray[np.int64],
    order: NDArray[np.int64],
    squares: NDArray[np.float64],
    weights: NDArray[np.float64],
    chances: NDArray[np.float64],
    scores: NDArray[np.float64],
    aims: NDArray[np.float64],
) -> float:  # pragma: no cover - compiled
    """One pass of dual coordinate ascent over `rows` in this `order`; the gap between loss and dual that it met, in all.

    `chances` (rows, classes) are the dual variables of each row, `squares` (rows,) its squared length; `weights` (width + 1,
    classes), the constant last, which stays, are the sum of each row times what its chances lack of its label. The gap is that of
    Kullback and Leibler between the chances of a row and those that the weights give it. Room for (classes,) `scores`, `aims`.
    """
    classes, gap = weights.shape[1], 0.0
    for at in range(len(order)):
        i = order[at]
        row, q = rows[i], squares[i]
        for c in range(classes):
            scores[c] = weights[weights.shape[0] - 1, c]
        for k in range(indptr[row], indptr[row + 1]):
            column, value = indices[k], values[k]
            for c in range(classes):
                scores[c] += value * weights[column, c]
        most, total = scores[0], 0.0
        for c in range(1, classes):
            most = max(most, scores[c])
        for c in range(classes):
            total += np.exp(scores[c] - most)
        level = most + np.log(total)
        for c in range(
            classes
        ):  # new chances are softmax(aims - q chances): in each class one number, on a common level
            own = chances[i, c]
            log = np.log(max(own, 1e-300))
            gap += own * (log - scores[c] + level)
            aims[c] = scores[c] + q * own
            scores[c] = log
        for _ in range(20):
            total, slope = 0.0, 0.0
            for c in range(classes):
                scores[c] = _settled(aims[c] - level, q, scores[c])
                e = np.exp(scores[c])
                total += e
                slope += e / (1.0 + q * e)
            if abs(total - 1.0) < 1e-7:
                break
            level += (total - 1.0) / slope
        for c in range(classes):
            own = np.exp(scores[c]) / total
            aims[c] = chances[i, c] - own
            chances[i, c] = own
        for k in range(indptr[row], indptr[row + 1]):
            column, value = indices[k], values[k]
            for c in range(classes):
                weights[column, c] += value * aims[c]
    return gap


@njit(cache=True, nogil=True)
def predict(
    values: NDArray[np.float64],
    indices: NDArray[np.int32],
    indptr: NDArray[np.int64],
    rows: NDArray[np.int64],
    weights: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The chance of every class for `rows`, (rows, classes)."""
    for i in range(len(rows)):
        _softmax(values, indices, indptr, weights, rows[i], out[i])
