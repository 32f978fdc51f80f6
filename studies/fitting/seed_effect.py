"""What trials of one size and seed have in common by chance, and runs from which it is taken off.

They begin with the same weights, so their losses err together: differences of grades vary less than each loss, and several
trials of a seed tell less of sizes than as many of different seeds. Taken off is, of every row, a part of the mean residual
of its seed, so large that what is left of two trunks does not go together any more (quasi-demeaning; Fuller & Battese 1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studies.fitting.runs import Codes, Floats, Runs

SEEDS, SPARE = 4, 4
"""Seeds with several trunks, and trunks beyond the first of each, from which the share is estimated at least."""
FAR = 3.0
"""Standard deviations (by the median) at which a trunk's mean is cut, so that a diverged run tells nothing of seeds."""
NORMAL = 1.4826


@dataclass(frozen=True)
class SeedEffect:
    """What is taken off: `part` of the mean of each seed, in which every trunk counts alike."""

    share: float
    """Of the variance of a trunk, what its seed explains: 0 to 1."""
    seeds: int
    mean: Floats
    """(n, seeds): how much a row counts in the mean of its seed."""
    part: Floats
    """(seeds, n): the part of that mean which a row loses."""

    def off(self, values: Floats) -> Floats:
        """Values (..., n) without what their seeds have in common."""
        found: Floats = values - values @ self.mean @ self.part
        return found

    def on(self, values: Floats) -> Floats:
        """The inverse of `off`."""
        part = self.part.max(axis=1, keepdims=True)
        found: Floats = values + values @ self.mean @ (self.part / (1 - part))
        return found


def seed_effect(runs: Runs, residuals: Floats) -> SeedEffect | None:
    """The effect seen in residuals (n,) of log loss; None where seeds are unknown or few, or have nothing in common.

    By moments: what trunks vary within a seed, and what the means of seeds vary beyond that.
    """
    if runs.seed is None:
        return None
    trunk, first = _codes(runs.trunk)
    seed, _ = _codes(runs.seed[first])  # of each trunk
    rows, trunks = np.bincount(trunk), np.bincount(seed)
    several = trunks > 1
    spare = int((trunks - 1).sum())
    if several.sum() < SEEDS or spare < SPARE:
        return None
    each = np.bincount(trunk, residuals) / rows
    reach = FAR * NORMAL * float(np.median(np.abs(each)))
    each = np.clip(each, -reach, reach)
    middle = np.bincount(seed, each) / trunks
    own = float(((each - middle[seed]) ** 2).sum()) / spare
    common = float((middle[several] ** 2 - own / trunks[several]).mean())
    if common <= 0 or own <= 0:
        return None
    part = 1 - np.sqrt(own / (own + trunks * common))
    member = (seed[trunk] == np.arange(len(trunks))[:, None]).astype(np.float64)
    weight = 1 / (rows[trunk] * trunks[seed[trunk]])
    return SeedEffect(common / (common + own), len(trunks), member.T * weight[:, None], member * part[:, None])


def _codes(values: Codes) -> tuple[Codes, Codes]:
    """Codes 0, 1, … of values, and where each stands first."""
    _, first, code = np.unique(values, return_index=True, return_inverse=True)
    return code.reshape(-1), first
