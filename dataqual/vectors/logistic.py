"""`Logistic`: softmax regression over sparse rows, with a ridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import softmax
from dataqual.vectors.minimum import lbfgs
from dataqual.vectors.sparse import Sparse

STRENGTH = 10.0
"""Of the data against the ridge (scikit-learn's C): benchmarks/labels.py has the log-loss on held-out documents."""


@dataclass(frozen=True, eq=False)
class Logistic:
    """A weight for every column and class.

    >>> rows = Sparse.of(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
    >>> model = Logistic.fit(rows, np.array([0, 0, 1, 1]), 2)
    >>> model.probabilities(rows).round(1).tolist()
    [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]
    """

    weights: NDArray[np.float64]
    """(width + 1, classes): the constant is last."""

    @classmethod
    def fit(
        cls,
        features: Sparse,
        labels: NDArray[np.int64],
        classes: int,
        *,
        rows: NDArray[np.int64] | None = None,
        strength: float = STRENGTH,
    ) -> Self:
        """Learn from `rows` (None: all) of `features`, whose `labels` (rows of features,) are 0 to `classes` - 1.

        Minimises the sum of -ln p(label) plus |weights|² / (2 strength), the constant apart; convex, so there is one
        answer, found by L-BFGS.
        """
        rows = np.arange(len(features)) if rows is None else np.ascontiguousarray(rows, np.int64)
        own = np.ascontiguousarray(labels[rows], np.int64)
        shape = (features.shape[1] + 1, classes)
        scores, total, n = np.empty(classes), np.empty(1), max(len(rows), 1)
        ridge, scale = 1 / (strength * n), _scale(features, n, strength)

        arrays = (features.values, features.indices, features.indptr, rows, own)
        weights, room = np.empty(shape), np.empty(shape)

        def function(flat: NDArray[np.float64], flat_gradient: NDArray[np.float64]) -> float:
            gradient = flat_gradient.reshape(shape)
            np.multiply(flat.reshape(shape), scale, out=weights)
            softmax.loss(*arrays, weights, gradient, scores, total)
            gradient[:-1] += np.multiply(weights[:-1], ridge, out=room[:-1])
            gradient *= scale
            free = weights[:-1].ravel()
            return float(total[0]) + ridge / 2 * float(np.einsum("i,i->", free, free))

        start = np.zeros(shape)
        counts = np.bincount(own, minlength=classes)
        start[-1] = np.log((counts + 1) / (counts.sum() + classes)) / scale[-1]
        return cls(lbfgs(function, start.ravel()).reshape(shape) * scale)

    def probabilities(self, features: Sparse, rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """How likely each class is for `rows` (None: all), (rows, classes); each row sums to 1."""
        rows = np.arange(len(features)) if rows is None else np.ascontiguousarray(rows, np.int64)
        out = np.empty((len(rows), self.weights.shape[1]))
        softmax.predict(features.values, features.indices, features.indptr, rows, self.weights, out)
        return out


def _scale(features: Sparse, n: int, strength: float) -> NDArray[np.float64]:
    """(width + 1, 1): units of the weights in which the loss is about as curved along each: a third of the steps."""
    squares = np.bincount(features.indices, features.values**2, minlength=features.shape[1])
    curved = np.append(1 / (strength * n) + squares / (4 * len(features) or 1), 0.25)
    return (1 / np.sqrt(curved))[:, None]
