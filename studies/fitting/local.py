"""What the runs near a point say by themselves, without a law: for when the law is rejected."""

from __future__ import annotations

from typing import Any

import numpy as np

from studies.fitting.runs import Runs
from studies.fitting.tails import t_quantile

NEAR = 4.0
"""Runs within this factor of the point in N and D count as near; all of the grade's if those are too few."""


def local_elasticities(runs: Runs, parameters: float, tokens: float) -> dict[str, Any]:
    """d ln L / d ln N, D and epochs by a straight line through the reference grade's runs near a point.

    Epochs at equal D: what repeating costs. Intervals are HC3 (MacKinnon & White 1985). Columns that do not vary, or
    cannot be told apart, are left out.
    """
    rows = np.flatnonzero(runs.grade == 0)
    near = rows[(np.abs(np.log(runs.parameters[rows] / parameters)) < np.log(NEAR) + 1e-9)
                & (np.abs(np.log(runs.tokens[rows] / tokens)) < np.log(NEAR) + 1e-9)]  # fmt: skip
    rows = near if len(near) >= 8 else rows
    columns = {"parameters": runs.parameters, "tokens": runs.tokens, "epochs": runs.tokens / runs.unique}
    kept: dict[str, Any] = {}
    for name, column in columns.items():
        trial = np.stack([np.ones(len(rows)), *kept.values(), np.log(column[rows])], axis=1)
        if np.linalg.matrix_rank(trial - np.append(0, trial[:, 1:].mean(axis=0)), tol=1e-3) == trial.shape[1]:
            kept[name] = np.log(column[rows])
    design = np.stack([np.ones(len(rows)), *(column - column.mean() for column in kept.values())], axis=1)
    spare = len(rows) - design.shape[1]
    if spare < 1:
        return {}
    bread = np.linalg.inv(design.T @ design)
    line = bread @ design.T @ np.log(runs.loss[rows])
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    residual = (np.log(runs.loss[rows]) - design @ line) / np.maximum(1 - leverage, 0.1)
    spread = np.sqrt(np.diag(bread @ (design.T * residual**2) @ design @ bread)) * t_quantile(0.975, spare)
    return {
        name: {
            "value": float(line[at]),
            "interval": [float(line[at] - spread[at]), float(line[at] + spread[at])],
            "n": len(rows),
        }
        for at, name in enumerate(kept, start=1)
    }
