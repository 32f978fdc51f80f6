"""What a plan can be expected to tell: the study again and again with the oracle in the learner's place, fitted as any other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dataqual.errors import SpecError
from studies.design.rates import ARM
from studies.design.trial import Trial
from studies.fitting import law as laws
from studies.fitting.intervals import Draws, draw
from studies.fitting.robust import fit, too_little
from studies.fitting.runs import Floats, Runs
from studies.judging.judge import label
from studies.judging.tables import ORDER, fresh
from studies.learners.oracle import Oracle

SIMULATIONS, DRAWS = 12, 200
"""Studies simulated, and draws for the interval of each: half a second each."""
WORTH = 0.7
"""What a token of every other grade is worth in the simulations, of one of the reference."""
NOISE, AT, BY = 0.012, 100_000, 0.35
"""Standard deviation of the log loss of a trunk at a size, and the power by which it falls with the parameters: with
them the A/A arm of the embedded study comes out as wide as it really was, 0.92 to 1.11 and 0.95 to 1.18."""
STOPS = 0.004
"""The same of one stop within a trunk."""


@dataclass(frozen=True)
class Expected:
    """The interval of one worth, over the simulated studies."""

    grade: str
    again: bool
    """Whether it is the A/A arm: the reference against itself."""
    truth: float
    interval: tuple[float, float] | None
    """The truth times the median of (low, high) over the estimate; None where most studies could tell nothing."""
    worst: float | None
    """The 90th percentile of high over low."""
    told: int
    """Studies, of `of`, in which the interval was bounded."""
    of: int


def expect(
    trials: Sequence[Trial], reference: str, *, simulations: int = SIMULATIONS, draws: int = DRAWS, worth: float = WORTH
) -> list[Expected]:
    """The worths that these trials will be asked for; [] where no law can be fitted to them."""
    trials = [trial for trial in trials if trial.arm != ARM]
    studies = [simulate(trials, reference, number, worth) for number in range(simulations)]
    grades = studies[0].grades[1:]
    try:
        found = [_intervals(runs, draws, number) for number, runs in enumerate(studies)]
    except SpecError:
        return []
    return [_expected(grade, [row[grade] for row in found], 1.0 if _again(grade) else worth) for grade in grades]


def simulate(trials: Sequence[Trial], reference: str, number: int, worth: float = WORTH) -> Runs:
    """The runs of one study: every trial's points by the oracle, the noise its own."""
    rows: list[tuple[float, float, float, float, float, str, str, int]] = []
    for trial in trials:
        shape = trial.shape
        oracle = Oracle(
            quality={} if trial.grade == reference else {trial.train.sha256: worth},
            trunk_noise=NOISE * (AT / shape.parameters) ** BY,
            stop_noise=STOPS,
        )
        seed = dataclasses.replace(trial.order, seed=trial.order.seed + 10_000_019 * (number + 1))
        task = dataclasses.replace(
            trial.task(), size=shape.parameters, order=seed, seed=trial.seed + number, held_out={"raw": trial.train}
        )
        name = label({"grade": trial.grade, "arm": trial.arm})
        rows += [
            (
                p.parameters,
                p.tokens,
                p.unique,
                p.tokens * shape.flops_per_token,
                p.losses["raw"],
                name,
                trial.key,
                trial.seed,
            )
            for p in oracle.points(task)
        ]
    n, d, u, c, loss, grade, trunk, seeds = zip(*rows, strict=True)
    return Runs.of(n, d, loss, unique=u, flops=c, grade=grade, reference=reference, trunk=trunk, seed=seeds)


def _intervals(runs: Runs, draws: int, seed: int) -> dict[str, tuple[float, float, float]]:
    """Value and interval of the worth of each grade by the law that a study would use; SpecError where it has none."""
    for name in ORDER:
        law, own = laws.find(name), fresh(runs) if name == "chinchilla" and runs.repeats else runs
        if not too_little(law, own, len(law.coordinates) + len(own.grades) - 1):
            found = draw(fit(law, own), draws, seed)
            return {
                grade: found.interval(partial(_worth, found, code)) for code, grade in enumerate(own.grades) if code
            }
    raise SpecError("no law can be fitted to so few runs")


def _worth(found: Draws, code: int, theta: Floats) -> Floats:
    return np.exp(theta[:, len(found.fit.law.coordinates) + code - 1])


def _expected(grade: str, rows: Sequence[tuple[float, float, float]], truth: float) -> Expected:
    value, low, high = np.array(rows).T
    told = (low > 1e-3) & (high < 1e3) & np.isfinite(high)
    again, name = _again(grade), grade.split(" (")[0] if _again(grade) else grade
    if told.sum() <= len(rows) / 2:
        return Expected(name, again, truth, None, None, int(told.sum()), len(rows))
    ends = tuple(truth * float(np.median(end[told] / value[told])) for end in (low, high))
    worst = float(np.quantile(high[told] / low[told], 0.9))
    return Expected(name, again, truth, (ends[0], ends[1]), worst, int(told.sum()), len(rows))


def _again(grade: str) -> bool:
    return grade.endswith(" (again)")
