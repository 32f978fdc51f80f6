"""The largest singular values and vectors of a sparse matrix, by random projections."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import vectors
from dataqual.vectors.sparse import Sparse

SPARE = 10
"""Directions beyond those wanted (Halko, Martinsson and Tropp 2011, 4.2, advise five to ten)."""


@dataclass(frozen=True, eq=False)
class Svd:
    """`left` (rows, k) times `values` (k,), descending, times the transposed `right` (columns, k) is nearly the matrix."""

    left: NDArray[np.float64]
    values: NDArray[np.float64]
    right: NDArray[np.float64]

    @property
    def coordinates(self) -> NDArray[np.float64]:
        """The rows in the space of the directions, (rows, k): in latent semantic analysis, the documents."""
        return self.left * self.values

    def project(self, matrix: Sparse) -> NDArray[np.float64]:
        """Other rows in the same space, (rows, k); its own rows come out nearly as `coordinates` has them."""
        return matrix @ self.right


def truncated(matrix: Sparse, rank: int, *, seed: int = 0, rounds: int = 4) -> Svd:
    """The `rank` largest, or as many as there are (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1).

    The largest entry of every left vector is positive, so that signs do not depend on chance.

    >>> matrix = np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    >>> truncated(Sparse.of(matrix), 2).values.round(6).tolist()
    [3.0, 2.0]
    """
    width = min(rank + SPARE, *matrix.shape)
    if width == 0 or not len(matrix.values):
        return Svd(np.zeros((matrix.shape[0], 0)), np.zeros(0), np.zeros((matrix.shape[1], 0)))
    space = matrix @ np.random.default_rng(seed).standard_normal((matrix.shape[1], width))
    for _ in range(rounds):
        space = matrix @ matrix.transposed_dot(_orthonormal(space))
    space = _orthonormal(space)
    small = np.ascontiguousarray(matrix.transposed_dot(space).T)  # (width, columns)
    squares, turns = np.linalg.eigh(_products(small, small))
    order = [at for at in np.argsort(-squares)[:rank] if squares[at] > squares[-1] * 1e-18]
    values = np.sqrt(squares[order])
    turned = np.ascontiguousarray(turns[:, order].T)  # (kept, width)
    left = _products(space, turned)
    right = _products(np.ascontiguousarray(small.T), turned) / values
    kept = len(values)
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(kept)])
    return Svd(left * signs, values, right * signs)


def _orthonormal(space: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.ascontiguousarray(space.T)
    vectors.orthonormal(rows)
    return np.ascontiguousarray(rows.T)


def _products(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty((len(first), len(second)))
    vectors.products(np.ascontiguousarray(first), second, out)
    return out
