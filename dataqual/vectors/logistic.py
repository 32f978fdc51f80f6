"""`Logistic`: softmax regression over sparse rows, with a ridge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import softmax
from dataqual.mixing import splitmix64
from dataqual.vectors.sparse import Sparse

STRENGTH = 10.0
"""Of the data against the ridge (scikit-learn's C): benchmarks/labels.py has the log-loss on held-out documents."""


GAP, SLOPE, PASSES = 1e-5, 1e-4, 200
"""Loss a row, and documents too many or too few of a class by its chances, below which the answer is near enough: chances of
documents that were held out are then within 0.005 of the limit, on average within 0.001, after eight passes (20 classes) to
seventeen (two)."""


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
        answer, found by dual coordinate ascent (Yu, Huang and Lin 2011), the rows in an order that depends on what they hold. It ends
        when the loss is known to be within `GAP` a row of the least, or after `PASSES`.
        """
        rows = np.arange(len(features)) if rows is None else np.ascontiguousarray(rows, np.int64)
        own = np.ascontiguousarray(labels[rows], np.int64)
        n, counts = max(len(rows), 1), np.bincount(own, minlength=classes)
        values = features.values * math.sqrt(strength)  # so that the ridge is 1 / 2
        squares = np.bincount(features.rows, values**2, len(features))[rows].astype(np.float64)
        weights, chances = np.zeros((features.shape[1] + 1, classes)), np.zeros((len(rows), classes))
        chances[np.arange(len(rows)), own] = 1
        constant = _Constant(np.log((counts + 1) / (counts.sum() + classes)))
        scores, aims = np.empty(classes), np.empty(classes)
        key = _contents(features)[rows] + own.astype(np.uint64)
        for turn in range(PASSES):
            weights[-1] = constant.value
            gap = softmax.ascend(
                values, features.indices, features.indptr, rows, _order(key, turn), squares, weights, chances,
                scores, aims,
            )  # fmt: skip
            slope = chances.sum(axis=0) - counts
            if gap <= GAP * n and np.abs(slope).max(initial=0) <= SLOPE * n:
                break
            constant.step(slope, (chances * (1 - chances)).sum(axis=0))
        weights[:-1] *= math.sqrt(strength)
        return cls(weights)

    def probabilities(self, features: Sparse, rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """How likely each class is for `rows` (None: all), (rows, classes); each row sums to 1."""
        rows = np.arange(len(features)) if rows is None else np.ascontiguousarray(rows, np.int64)
        out = np.empty((len(rows), self.weights.shape[1]))
        softmax.predict(features.values, features.indices, features.indptr, rows, self.weights, out)
        return out


def _contents(features: Sparse) -> NDArray[np.uint64]:
    """A hash of each row, (rows,)."""
    cells = splitmix64(features.values.view(np.uint64) ^ splitmix64(features.indices.astype(np.uint64)))
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(cells, dtype=np.uint64)])
    return total[features.indptr[1:]] - total[features.indptr[:-1]]


def _order(key: NDArray[np.uint64], turn: int) -> NDArray[np.int64]:
    """Another order for each pass over the rows, the same in whatever order they come."""
    return np.argsort(splitmix64(key ^ splitmix64(np.array([turn], np.uint64))), kind="stable")


class _Constant:
    """The constant of each class, by Newton's method, a step beside each pass over the rows."""

    def __init__(self, value: NDArray[np.float64]) -> None:
        self.value = value
        self._before: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    def step(self, slope: NDArray[np.float64], curved: NDArray[np.float64]) -> None:
        """Downhill. The weights give way, so the step is up to twice as long where the last slopes say so: half the passes."""
        curved = np.maximum(curved, 1e-9)
        longer = np.ones_like(slope)
        if self._before is not None:
            value, other = self._before
            with np.errstate(divide="ignore", invalid="ignore"):
                seen = (self.value - value) / (slope - other) * curved
            longer = np.where(np.isfinite(seen), np.clip(seen, 1, 2), 1)
        self._before = self.value, slope
        moved = self.value - longer * slope / curved
        self.value = moved - moved.mean()
