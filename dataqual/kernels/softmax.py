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


@njit(cache=True, nogil=True)
def loss(
    values: NDArray[np.float64],
    indices: NDArray[np.int32],
    indptr: NDArray[np.int64],
    rows: NDArray[np.int64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    gradient: NDArray[np.float64],
    scores: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The mean negative log-likelihood of the labels of `rows` into `total`, and what it gains by each weight.

    `labels` (rows,); `weights` and `gradient` (width + 1, classes), the constant last; room for (classes,) `scores`.
    """
    gradient[:] = 0.0
    total[0] = 0.0
    classes, constant, share = weights.shape[1], weights.shape[0] - 1, 1.0 / max(len(rows), 1)
    for i in range(len(rows)):
        row = rows[i]
        _softmax(values, indices, indptr, weights, row, scores)
        total[0] -= np.log(max(scores[labels[i]], 1e-300)) * share
        scores[labels[i]] -= 1.0
        for c in range(classes):
            scores[c] *= share
            gradient[constant, c] += scores[c]
        for k in range(indptr[row], indptr[row + 1]):
            column, value = indices[k], values[k]
            for c in range(classes):
                gradient[column, c] += value * scores[c]


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
