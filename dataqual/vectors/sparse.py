"""`Sparse`: a matrix that is mostly zero, row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import vectors


@dataclass(frozen=True, eq=False)
class Sparse:
    """Compressed rows: row i has `values[indptr[i]:indptr[i + 1]]` in the columns `indices` of the same places.

    >>> matrix = Sparse.of(np.array([[0.0, 2.0], [1.0, 0.0]]))
    >>> (matrix @ np.array([[1.0], [10.0]])).ravel().tolist(), matrix.transposed_dot(np.array([[1.0], [10.0]])).ravel().tolist()
    ([20.0, 1.0], [10.0, 2.0])
    """

    values: NDArray[np.float64]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int64]
    shape: tuple[int, int]

    @classmethod
    def of(cls, dense: NDArray[np.float64]) -> Sparse:
        """That of an array, (rows, columns)."""
        rows, columns = np.nonzero(dense)
        indptr = np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int64)
        return cls(
            np.asarray(dense[rows, columns], np.float64),
            columns.astype(np.int32),
            indptr,
            (dense.shape[0], dense.shape[1]),
        )

    def __len__(self) -> int:
        return self.shape[0]

    def beside(self, dense: NDArray[Any]) -> Sparse:
        """With the columns of an array (rows, more) behind its own, zeros among them too.

        >>> Sparse.of(np.array([[0.0, 2.0], [1.0, 0.0]])).beside(np.array([[5.0], [0.0]])).dense().tolist()
        [[0.0, 2.0, 5.0], [1.0, 0.0, 0.0]]
        """
        more = dense.shape[1]
        indptr = np.concatenate([[0], np.cumsum(self.row_counts + more)]).astype(np.int64)
        values, indices = np.empty(int(indptr[-1])), np.empty(int(indptr[-1]), np.int32)
        own = np.arange(len(self.values)) + more * self.rows
        values[own], indices[own] = self.values, self.indices
        new = (indptr[1:] - more)[:, None] + np.arange(more)
        values[new], indices[new] = dense, self.shape[1] + np.arange(more)
        return Sparse(values, indices, indptr, (self.shape[0], self.shape[1] + more))

    def __matmul__(self, dense: NDArray[np.float64]) -> NDArray[np.float64]:
        """Times an array (columns,) or (columns, k)."""
        right = np.ascontiguousarray(dense if dense.ndim == 2 else dense[:, None], np.float64)
        out = np.zeros((self.shape[0], right.shape[1]))
        vectors.dot(self.rows.astype(np.int32), self.indices, self.values, right, out)
        return out if dense.ndim == 2 else out[:, 0]

    def transposed_dot(self, dense: NDArray[np.float64]) -> NDArray[np.float64]:
        """The transposed matrix times an array (rows,) or (rows, k)."""
        right = np.ascontiguousarray(dense if dense.ndim == 2 else dense[:, None], np.float64)
        out = np.zeros((self.shape[1], right.shape[1]))
        vectors.dot(self.indices, self.rows.astype(np.int32), self.values, right, out)
        return out if dense.ndim == 2 else out[:, 0]

    @property
    def row_counts(self) -> NDArray[np.int64]:
        """Entries of each row."""
        return np.diff(self.indptr)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self)), self.row_counts)

    def column_sums(self) -> NDArray[np.float64]:
        """(columns,)"""
        return np.bincount(self.indices, self.values, self.shape[1]).astype(np.float64)

    def column_counts(self) -> NDArray[np.int64]:
        """In how many rows each column has an entry, (columns,)."""
        return np.bincount(self.indices, minlength=self.shape[1])

    def take(self, rows: NDArray[np.int64]) -> Sparse:
        """These rows, in this order."""
        counts = self.row_counts[rows]
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        at = np.arange(int(indptr[-1])) - np.repeat(indptr[:-1] - self.indptr[rows], counts)
        return Sparse(self.values[at], self.indices[at], indptr, (len(rows), self.shape[1]))

    def scaled(self, factors: NDArray[np.float64]) -> Sparse:
        """Every row times its factor, (rows,)."""
        return replace(self, values=self.values * np.repeat(factors, self.row_counts))

    def unit(self) -> Sparse:
        """Every row with the length 1; rows of zeros stay."""
        lengths = np.sqrt(np.bincount(self.rows, self.values**2, len(self)))
        return self.scaled(1 / np.where(lengths > 0, lengths, 1.0))

    def dense(self) -> NDArray[np.float64]:
        """As an array, (rows, columns); for small ones."""
        out = np.zeros(self.shape)
        out[self.rows, self.indices] = self.values
        return out
