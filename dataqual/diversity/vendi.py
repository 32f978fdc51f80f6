"""The Vendi score: how many different documents a set is worth (Friedman and Dieng 2023)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.words import Words
from dataqual.kernels import diversity as kernels


def score(kernel: NDArray[np.float64], q: float = 1.0) -> float:
    """The effective number of items by their similarities `kernel` (n, n), of 1 on the diagonal; 0 of nothing.

    The exponential of the Rényi entropy of order `q` of its eigenvalues through n; `q` may be infinite (Pasarkar and
    Dieng 2024).

    >>> round(score(np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1.0]])), 4)
    2.1573
    """
    return _effective(np.linalg.eigvalsh(kernel / max(len(kernel), 1)), q)


def score_of_vectors(vectors: NDArray[np.float64], q: float = 1.0) -> float:
    """The same for the cosines of vectors (n, d), by the smaller of the two matrices that have these eigenvalues.

    >>> round(score_of_vectors(np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 3.0]])), 4)
    1.8899
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(lengths > 0, lengths, 1.0)
    small = unit.T @ unit if unit.shape[1] < len(unit) else unit @ unit.T
    return _effective(np.linalg.eigvalsh(small / max(len(unit), 1)), q)


def ngram_kernel(words: Words, first: int, end: int, lengths: Sequence[int] = (1, 2)) -> NDArray[np.float64]:
    """Cosines of the counts of n-grams, the mean over the lengths, (documents, documents) for those from `first` to `end`.

    A document without any n-gram of a length is like itself, and like no other.
    """
    kernel = np.zeros((end - first, end - first))
    for n in lengths:
        table = words.table(n, first, end).unit()
        kernels.gram(table.indptr, table.indices, table.values, words.room(n, 1)[:, 0], kernel)
    kernel /= len(lengths)
    np.fill_diagonal(kernel, 1.0)
    return kernel


def _effective(eigenvalues: NDArray[Any], q: float) -> float:
    used = eigenvalues[eigenvalues > 1e-12]
    if not len(used):
        return 0.0
    if math.isinf(q):
        return float(1 / used.max())
    if q == 1:
        return float(np.exp(-(used * np.log(used)).sum()))
    return float(np.exp(np.log((used**q).sum()) / (1 - q)))
