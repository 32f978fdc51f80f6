"""Residuals as if each trunk had been predicted from the others: a fit lies nearer to its own runs than to new ones."""

from __future__ import annotations

import numpy as np

from studies.fitting.runs import Codes, Floats

LEVERAGE = 0.1
"""A trunk that determines a parameter alone leaves no residual to enlarge: its correction ends at 1 / this."""


def enlarged(by: Floats, residuals: Floats, trunk: Codes) -> Floats:
    """(I - H_trunk)^-1 r, to first order (CR3), of residuals (n,) and derivatives (n, p) by what was fitted."""
    bread = np.linalg.pinv(by.T @ by)
    out = residuals.copy()
    for one in np.unique(trunk):
        rows = trunk == one
        left, axes = np.linalg.eigh(np.eye(int(rows.sum())) - by[rows] @ bread @ by[rows].T)
        out[rows] = axes @ ((axes.T @ residuals[rows]) / np.clip(left, LEVERAGE, 1.0))
    return out
