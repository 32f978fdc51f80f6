"""Whether one number tells what a grade is worth, or it has a floor or an exponent of its own: by the error on runs left out.

The law with one q a grade is nested in all others. Each is fitted without one trunk after the other and asked for it; a grade
has its own only where the error is lower by more than chance makes it (Student's t over trunks, 95 % for all that are tried in a
round together: Bonferroni).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from studies.fitting.minimising import minimise
from studies.fitting.model import Own
from studies.fitting.robust import Fit, fit, too_little
from studies.fitting.runs import Floats
from studies.fitting.tails import t_quantile

TRIED = ("E", "beta", "gamma")
"""What a grade may have for itself, in the laws that have it: the loss that nothing lowers, and how fast data lower loss."""
FEWEST = 8
"""Trunks from which on alternatives are tried: of fewer the error on one that is left out is mostly chance."""


@dataclass(frozen=True)
class Alternative:
    """What grades have for themselves, and by how much the law then misses each trunk that it has not seen."""

    own: Own
    errors: Floats
    """(trunks,): mean size of ln observed - ln predicted."""

    @property
    def error(self) -> float:
        """The mean over trunks."""
        return float(self.errors.mean())

    def gain(self, other: Alternative, tried: int = 1) -> tuple[float, float, float]:
        """By how much its error is lower than that of another, and the 95 % interval over trunks, for `tried` of them at once."""
        each = other.errors - self.errors
        off = t_quantile(1 - 0.025 / tried, len(each) - 1) * float(each.std(ddof=1)) / float(np.sqrt(len(each)))
        return float(each.mean()), float(each.mean()) - off, float(each.mean()) + off


@dataclass(frozen=True)
class Round:
    """What was tried beside a law: of every grade that has nothing yet each that it might have."""

    plain: Alternative
    others: tuple[Alternative, ...]

    @property
    def best(self) -> Alternative | None:
        """Of those that miss less than the plain law by more than chance the one that misses least."""
        better = (one for one in self.others if one.gain(self.plain, len(self.others))[1] > 0)
        return min(better, key=lambda one: one.error, default=None)


@dataclass(frozen=True)
class Choice:
    """Rounds of alternatives, each beside the best of the one before; the first is beside the law with one q a grade."""

    rounds: tuple[Round, ...]

    @property
    def own(self) -> Own:
        """What grades have for themselves in the law that is used."""
        return next((one.own for one in [each.best for each in reversed(self.rounds)] if one), ())

    def told(self) -> list[tuple[Alternative, Alternative]]:
        """The law without and with it, for each that is chosen."""
        return [(each.plain, one) for each in self.rounds if (one := each.best)]

    def facts(self) -> list[dict[str, Any]]:
        """As plain values; `error` on trunks that were left out, `gain` on the law beside which it was tried. The plain law is the first."""
        first = self.rounds[0].plain
        n = len(first.errors)
        rows = {}
        for each in self.rounds:
            for one in each.others:
                value, *ends = one.gain(each.plain)
                gain = {"value": value, "interval": ends, "n": n}
                rows[one.own[-1]] = {"error": one.error, "gain": gain, "n": n, "chosen": one.own[-1] in self.own}
        plain = {"parameter": None, "grade": None, "error": first.error, "gain": None, "n": n, "chosen": not self.own}
        return [plain, *({"parameter": name, "grade": grade, **row} for (name, grade), row in rows.items())]


def choice(found: Fit) -> Choice | None:
    """What was tried beside a fit; None where there is one grade, or too few runs."""
    runs, law = found.runs, found.law
    held = {name: found.parameters()[name] for name in found.frozen}
    if len(runs.grades) < 2 or runs.trunks < FEWEST:
        return None
    rounds: list[Round] = []
    best: Alternative | None = Alternative((), _errors(found))
    while best is not None and not too_little(law, runs, found.free + len(best.own) + 1):
        done = {grade for _, grade in best.own}
        pairs = [
            (name, grade) for grade in runs.grades[1:] if grade not in done for name in TRIED if name in law.names()
        ]
        owns = [(*best.own, pair) for pair in pairs]
        rounds.append(
            Round(best, tuple(Alternative(own, _errors(fit(law, runs, frozen=held, own=own))) for own in owns))
        )
        best = rounds[-1].best
    return Choice(tuple(rounds)) if rounds else None


def _errors(found: Fit) -> Floats:
    """How much each trunk is missed by the fit to all others, all at once from the fit to all.

    Seeds are left aside: what a trunk shares with others of its seed would tell of it.
    """
    trunk = np.unique(found.runs.trunk, return_inverse=True)[1].reshape(-1)
    out = trunk == np.arange(found.runs.trunks)[:, None]
    problem = replace(found.problem(np.log(found.runs.loss), np.where(out, 0.0, 1.0)), seeds=None)
    without = minimise(problem, np.repeat(found.theta[None], len(out), axis=0), steps=120, tolerance=1e-7)
    missed = np.abs(np.log(found.runs.loss) - found.model.values(without.theta))
    errors: Floats = (missed * out).sum(axis=1) / out.sum(axis=1)
    return errors
