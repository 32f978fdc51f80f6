"""Whether loss falls at all with parameters and with tokens, by the runs alone: every law of ours says that it does."""

from __future__ import annotations

import numpy as np

from studies.fitting.runs import Floats, Runs

ENOUGH = 3
"""Steps from which on rising in half of them or more is told."""


def steps(runs: Runs, of: Floats, others: tuple[Floats, ...]) -> tuple[int, int]:
    """How often loss rose from one value of `of` to the next where all `others` are equal, and how many such steps there are.

    Replicates count as their mean.

    >>> runs = Runs.of([1e6, 1e6, 1e6, 2e6], [1e7, 2e7, 4e7, 1e7], [3.0, 3.1, 2.9, 2.8])
    >>> steps(runs, runs.tokens, (runs.parameters,))
    (1, 2)
    """
    rose = many = 0
    cell = np.unique(np.stack(others), axis=1, return_inverse=True)[1].reshape(-1)
    for one in np.unique(cell):
        rows = cell == one
        at, code = np.unique(of[rows], return_inverse=True)
        mean = np.bincount(code.reshape(-1), np.log(runs.loss[rows])) / np.bincount(code.reshape(-1))
        rose, many = rose + int((np.diff(mean) > 0).sum()), many + len(at) - 1
    return rose, many


def rising(runs: Runs) -> list[str]:
    """A sentence for parameters and for tokens each, where loss rose in half of the steps or more: to look at, for a few steps rise by chance, too."""
    repeats, grade = runs.tokens / runs.unique, runs.grade.astype(np.float64)
    found = {
        "tokens": steps(runs, runs.tokens, (runs.parameters, repeats.round(3), grade)),
        "parameters": steps(runs, runs.parameters, (runs.tokens, runs.unique, grade)),
    }
    return [
        f"more {what} did not always lower loss: from one amount to the next, all else equal, it rose in {rose} of {many} steps, "
        "by chance or not; a law in which loss falls cannot say so"
        for what, (rose, many) in found.items()
        if many >= ENOUGH and 2 * rose >= many
    ]
