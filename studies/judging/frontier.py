"""The least loss that compute buys, a line for each grade and amount of unique data: what the page draws first."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from studies.fitting.intervals import between
from studies.fitting.runs import Floats
from studies.judging.exchange import FAR, Exchange

SHARES = (1.0, 0.5)
"""Of the raw corpus behind the operating point: all of it, and half."""
POINTS, DRAWS = 17, 300
"""On a line, and draws behind its band: a line takes a tenth of a second."""


def frontiers(exchange: Exchange, without: Container[str] = ()) -> list[dict[str, Any]]:
    """Lines of least loss from the least compute of the runs to twice the largest, with their 95 % bands.

    Each is of a grade and of the unique tokens that a share of one raw corpus gives it (`share` 1 is the corpus behind
    the operating point), parameters and epochs at their best. Where no run repeats its tokens, each is seen once at
    most. None where the law does not tell tokens from parameters; a grade of unknown yield counts as having all. No line
    for the grades `without`.
    """
    runs = exchange.draws.fit.runs
    if not exchange.knows_tokens:
        return []
    flops: Floats = np.geomspace(float(runs.flops.min()), FAR * float(runs.flops.max()), POINTS)
    found = []
    for code, name in enumerate(runs.grades):
        for share in SHARES if name not in without else ():
            unique = share * (exchange.share(code) or 1.0) * exchange.point.unique
            line = _losses(exchange, exchange.draws.fit.theta[None], code, unique, flops)[0]
            cloud = _losses(exchange, exchange.draws.theta[:DRAWS], code, unique, flops)
            ends = [between(line[i], cloud[:, i], exchange.draws.widening, positive=True) for i in range(POINTS)]
            low, high = ([end[side] for end in ends] for side in (0, 1))
            known = not exchange.draws.noiseless
            found.append({
                "grade": name, "share": share, "unique": unique, "flops": flops.tolist(), "loss": line.tolist(),
                "low": low if known else None, "high": high if known else None,
            })  # fmt: skip
    return found


def _losses(exchange: Exchange, theta: Floats, code: int, unique: float, flops: Floats) -> Floats:
    """Least loss (batch, compute)."""
    budgets = exchange.budgets(theta, np.inf if exchange.knows_repeats else 1.0, code)
    factor = exchange.factor(theta, code)
    return np.stack([budgets.best(c, unique, factor)[0] for c in flops], axis=1)
