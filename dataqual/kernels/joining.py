"""Sets of documents that are joined pair by pair, as a forest of numbers (Tarjan 1975)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int64], i: int) -> int:  # pragma: no cover - compiled
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def join(
    parent: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> None:  # pragma: no cover - compiled
    """Join the sets of `first[i]` and `second[i]`; the root of a set is its lowest number."""
    for i in range(len(first)):
        a, b = _root(parent, first[i]), _root(parent, second[i])
        if a < b:
            parent[b] = a
        else:
            parent[a] = b


@njit(cache=True, nogil=True)
def flatten(parent: NDArray[np.int64]) -> None:  # pragma: no cover - compiled
    """Let every number name the root of its set."""
    for i in range(len(parent)):
        parent[i] = _root(parent, i)
