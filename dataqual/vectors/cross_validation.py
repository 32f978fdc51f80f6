"""Cross-validation: folds that depend on no order and part no copies, and what models say of documents they never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.mixing import splitmix64
from dataqual.vectors.logistic import STRENGTH, Logistic
from dataqual.vectors.sparse import Sparse

FOLDS = 5
"""As cleanlab and scikit-learn have it: each model learns from four fifths."""


def folds(
    keys: NDArray[np.uint64],
    labels: NDArray[np.int64],
    *,
    together: NDArray[np.int64] | None = None,
    count: int = FOLDS,
    seed: int = 0,
) -> NDArray[np.int64]:
    """The fold of each document, 0 to `count` - 1, (documents,): stratified, and the same in whatever order they come.

    `keys` are hashes of what tells documents apart, such as their ids or texts; those of equal keys fall into one fold,
    and so do those with the same number `together`, such as copies. Within each label, groups are dealt out in turn in
    the order of their hashes; a group counts as its first by hash.

    >>> keys = np.arange(6, dtype=np.uint64)
    >>> labels = np.array([0, 0, 0, 0, 1, 1])
    >>> folds(keys, labels, count=2).tolist()
    [1, 0, 1, 0, 0, 1]
    >>> folds(keys, labels, together=np.array([0, 0, 2, 3, 4, 5]), count=2).tolist()
    [0, 0, 0, 1, 1, 0]
    """
    mixed = splitmix64(keys ^ splitmix64(np.array([seed], np.uint64)))
    if together is None:
        _, group = np.unique(mixed, return_inverse=True)
    else:
        _, group = np.unique(together, return_inverse=True)
    order = np.lexsort((labels, mixed))
    of_group, at = np.unique(group[order], return_index=True)
    first = order[at]
    dealt = np.lexsort((mixed[first], labels[first]))
    fold = np.empty(len(of_group), np.int64)
    fold[dealt] = np.arange(len(dealt)) % count
    return fold[group]


def held_out(
    features: Sparse,
    labels: NDArray[np.int64],
    classes: int,
    fold: NDArray[np.int64],
    *,
    strength: float = STRENGTH,
    run: Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]] = map,
) -> NDArray[np.float64]:
    """The chance of each class for each document, (documents, classes), by the model that learnt from the other folds.

    `run` is `map`, or an engine's that works on several folds at once.
    """

    def one(held: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        own = np.flatnonzero(fold == held)
        model = Logistic.fit(features, labels, classes, rows=np.flatnonzero(fold != held), strength=strength)
        return own, model.probabilities(features, own)

    out = np.empty((len(features), classes))
    for own, found in run(one, np.unique(fold).tolist()):
        out[own] = found
    return out
