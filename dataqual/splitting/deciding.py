"""Which part each cluster goes to: by its hash, or within a stratum by the rank of it, so that shares hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.drawing import uniform
from dataqual.splitting.keys import hashed
from dataqual.splitting.shares import Splitting

NONE = "(none)"
"""The stratum of documents without a value."""


def by_rank(
    how: Splitting,
    chances: NDArray[np.uint64],
    sizes: NDArray[np.int64],
    strata: Sequence[str],
    stratum: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Clusters of several by their hash; then single documents, by its rank, so that the shares of a stratum hold.

    What is left over, less than a document for each part, goes by chance: or else many small strata would all give
    it to the same part.
    """
    part = how.part(uniform(chances))
    several = sizes > 1
    shares = np.array([how.parts[name] for name in how.names])
    wanted = np.bincount(stratum, sizes, len(strata))[:, None] * shares
    np.subtract.at(wanted, (stratum[several], part[several]), sizes[several])
    wanted = wanted.clip(min=1e-12)  # a part that has too much already gets none
    borders = (np.cumsum(wanted, axis=1) / wanted.sum(axis=1, keepdims=True))[:, :-1]
    singles = np.flatnonzero(~several)
    singles = singles[np.lexsort((chances[singles], stratum[singles]))]
    own = stratum[singles]
    totals = np.bincount(own, minlength=len(strata))
    rank = np.arange(len(singles)) - (np.cumsum(totals) - totals)[own]
    shift = uniform(how.mixed(hashed(strata), "stratum"))[own]
    points = (rank + shift) / totals[own]
    part[singles] = (points[:, None] >= borders[own]).sum(axis=1)
    return part


def strata_of(of: NDArray[np.int64], values: Sequence[str | None]) -> tuple[list[str], NDArray[np.int64]]:
    """The strata by name, and that of each cluster: the commonest value of its documents, the first by name of equals.

    >>> strata_of(np.array([0, 0, 0, 1]), ["b", "a", "b", None])[1].tolist()
    [2, 0]
    """
    if not values:
        return [], np.zeros(int(of.max(initial=-1)) + 1, np.int64)
    named = pl.Series([NONE if value is None else value for value in values], dtype=pl.String)
    names = sorted(named.unique().to_list())
    codes = named.replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy()
    pairs, counts = np.unique(of * len(names) + codes, return_counts=True)
    best = np.lexsort((pairs, -counts, pairs // len(names)))
    clusters, at = np.unique(pairs[best] // len(names), return_index=True)
    assert len(clusters) == int(of.max()) + 1
    return names, pairs[best][at] % len(names)
