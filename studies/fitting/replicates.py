"""What repeating a run says: how much loss varies by itself, and whether a law misses more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from studies.fitting.runs import Codes, Floats, Runs
from studies.fitting.tails import f_tail

PRIOR = 4.0
"""Degrees of freedom with which a size's own variance is drawn to that of all: with few seeds it is mostly chance."""


@dataclass(frozen=True)
class PureError:
    """Variation of log loss among replicates of one cell (same N, D, U and grade)."""

    squares: float
    df: int

    @property
    def sd(self) -> float | None:
        """Standard deviation; None where nothing was repeated."""
        return float(np.sqrt(self.squares / self.df)) if self.df else None


def pure_error(runs: Runs) -> PureError:
    """Pooled over all cells.

    >>> runs = Runs.of([1e6, 1e6, 1e6], [1e7, 1e7, 2e7], [3.0, 3.3, 2.9])
    >>> pure_error(runs).df, round(pure_error(runs).sd, 4)
    (1, 0.0674)
    """
    deviation, cells = _deviations(runs)
    return PureError(float((deviation**2).sum()), len(runs) - len(np.unique(cells)))


def weights(runs: Runs) -> Floats | None:
    """For least squares, mean 1: those given, else 1 / variance by size from replicates; None if neither is there."""
    if runs.weights is not None:
        return runs.weights / runs.weights.mean()
    whole = pure_error(runs)
    if whole.df < PRIOR or whole.squares <= 0:
        return None
    deviation, cells = _deviations(runs)
    variance = np.empty(len(runs))
    for size in np.unique(runs.parameters):
        rows = runs.parameters == size
        df = rows.sum() - len(np.unique(cells[rows]))
        variance[rows] = ((deviation[rows] ** 2).sum() + PRIOR * whole.squares / whole.df) / (df + PRIOR)
    return (1 / variance) / (1 / variance).mean()


def lack_of_fit(runs: Runs, residuals: Floats, weight: Floats | None, free: int) -> dict[str, Any] | None:
    """F-test of the law's error against pure error, from the residuals of (weighted) least squares.

    None where there are no replicates, or no more cells than free parameters. Replicates that share a trunk's noise
    from stop to stop make it reject a little too readily.
    """
    deviation, cells = _deviations(runs)
    w = np.ones(len(runs)) if weight is None else weight
    pure_df = len(runs) - len(np.unique(cells))
    misfit_df = len(np.unique(cells)) - free
    pure = float((w * deviation**2).sum())
    if pure_df < 1 or misfit_df < 1 or pure <= 0:
        return None
    f = max(0.0, float((w * residuals**2).sum()) - pure) / misfit_df / (pure / pure_df)
    p = f_tail(f, misfit_df, pure_df)
    return {"f": f, "p": p, "df": [misfit_df, pure_df], "rejected": p < 0.05}


def _deviations(runs: Runs) -> tuple[Floats, Codes]:
    """Log loss minus its cell's mean, and the cells."""
    cells, value = runs.cells(), np.log(runs.loss)
    means = np.bincount(cells, value) / np.bincount(cells)
    return value - means[cells], cells
