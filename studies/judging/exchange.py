"""What data is worth in compute, by a fitted law: quality multipliers, equivalents, the ceiling, and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dataqual.lazy import lazy
from studies.fitting.intervals import Draws
from studies.fitting.law import Inputs
from studies.fitting.model import QUALITY
from studies.fitting.optimum import Budgets
from studies.fitting.robust import Fit
from studies.fitting.runs import Floats, Runs

REACH = 4.0
"""Sizes are tried up to this factor beyond the least and the largest that were trained."""
FAR = 2.0
"""An operating point, or epochs, beyond the runs by more than this factor is extrapolation: no verdict."""
TIMES = (2.0, 4.0, 10.0)
"""k of the data-equivalents of k times the compute."""
MOST = 1_000
"""Draws that go through a search for the best size."""
STEP = 1e-4
"""In ln, for derivatives."""


CROSSED = 17
"""Amounts of compute at which two grades are compared: between them the difference is drawn straight."""
MILLION = 1e6
HALVINGS = 40
"""Of ln q, when it is sought: 10^-11 of it is left."""
QUALITY_WALL = 900.0
"""q is looked for from 1/1000 to 1000; what comes this near to an end was not found."""


@dataclass(frozen=True)
class OperatingPoint:
    """Where the questions are asked: a run of the reference grade that somebody might make."""

    parameters: float
    tokens: float
    unique: float
    flops: float
    gpu_hours: float | None = None
    size: str | None = None

    @classmethod
    def of(cls, runs: Runs) -> OperatingPoint:
        """The costliest run of the reference grade; among those within a tenth of its cost that with most unique tokens."""
        rows = np.flatnonzero(runs.grade == 0)
        rows = rows[runs.flops[rows] >= 0.9 * runs.flops[rows].max()]
        row = max(rows, key=lambda i: (runs.unique[i], runs.flops[i]))
        n, d, u, c = (float(column[row]) for column in (runs.parameters, runs.tokens, runs.unique, runs.flops))
        return cls(n, d, u, c)

    def facts(self) -> dict[str, Any]:
        """As plain values."""
        return {name: getattr(self, name) for name in ("size", "parameters", "tokens", "unique", "flops", "gpu_hours")}


@dataclass(frozen=True)
class Exchange:
    """Questions to one law about one operating point. `yields`: tokens that each grade makes of one raw corpus, in any unit."""

    draws: Draws
    point: OperatingPoint
    yields: Mapping[str, float | None] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """All answers, as study.json has them; unknown, unbounded and undefined are None."""
        runs = self.draws.fit.runs
        facts = {
            "law": self.draws.fit.law.name,
            "reference": runs.grades[0],
            "operating_point": self.point.facts(),
            "grades": {name: self.grade(code) for code, name in enumerate(runs.grades)},
            "data_for_compute": [{"k": k} | self.data_for_compute(k) for k in TIMES],
            "half_data": self.half_data(),
            "ceiling": self.ceiling(),
            "break_even": self.break_even(),
            "elasticities": self.elasticities(),
            "verdicts": [self.double_data(), *(self.better_grade(code) for code in range(1, len(runs.grades)))],
        }
        return facts

    @property
    def knows_repeats(self) -> bool:
        """Whether the law has a term for repeats, which it has only if some run repeated its tokens."""
        return self.draws.fit.law.name == "data_constrained"

    @property
    def knows_tokens(self) -> bool:
        """Whether the law tells tokens from parameters."""
        return self.draws.fit.law.name != "power"

    # Numbers

    def grade(self, code: int) -> dict[str, Any]:
        """Worth of a grade: q at equal tokens, net worth of the raw document (q x tokens), compute multiplier."""
        name, share = self.draws.fit.runs.grades[code], self.share(code)
        known = self.yields.get(name)
        q = self.worth(code, 1.0)
        multiplier = self.estimate(lambda theta: self.compute_multiplier(theta, code))
        if q["value"] is None:
            multiplier = q
        return {
            "q": q,
            "token_yield": known,
            "net_worth": self.worth(code, share or np.nan),
            "compute_multiplier": multiplier,
            "gpu_hours_saved": _saved(multiplier, self.point.gpu_hours),
            "crossover": self.crossover(code) if code else None,
        }

    def worth(self, code: int, share: float) -> dict[str, Any]:
        """q times a share; unknown where q ended at an end of its box, or its interval reaches both; one that reaches one is open."""

        def of(theta: Floats) -> Floats:
            q = self.quality(theta, code)
            within: Floats = np.where(q < QUALITY_WALL, np.where(q > 1 / QUALITY_WALL, q, 0.0), np.inf) * share
            return within

        found = self.estimate(of)
        q = float(self.quality(self.draws.fit.theta[None], code)[0])
        low, high = found["interval"] or (None, 0.0)
        if high is None and (low is None or low * QUALITY_WALL <= share):
            return found | {"value": None, "interval": None}
        return found if 1 / QUALITY_WALL < q < QUALITY_WALL else found | {"value": None}

    def share(self, code: int) -> float | None:
        """Unique tokens of a grade over those of the reference, from the same raw corpus; None if unknown."""
        grades = self.draws.fit.runs.grades
        own, reference = self.yields.get(grades[code]), self.yields.get(grades[0])
        if code == 0:
            return 1.0
        return None if own is None or not reference else own / reference

    def quality(self, theta: Floats, code: int) -> Floats:
        """q (batch,) of a grade; of one with a floor or an exponent of its own, that of a token at the operating point."""
        if not self.draws.fit.model.places(code):
            return self.factor(theta, code)
        point = _column(Inputs.at(self.point.parameters, self.point.tokens, self.point.unique, self.point.flops))
        goal = self.draws.fit.log_losses(theta, point, np.array([code]))
        low, high = np.full((len(theta), 1), -QUALITY), np.full((len(theta), 1), QUALITY)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            worse = self.draws.fit.law.log_loss(self.law(theta), point.better(middle)) > goal
            low, high = np.where(worse, middle, low), np.where(worse, high, middle)
        return np.exp((low + high) / 2)[:, 0]

    def factor(self, theta: Floats, code: int) -> Floats:
        """What tokens of a grade are multiplied by in its own law, (batch,)."""
        return np.exp(self.draws.fit.model.shift(theta, code))[:, 0]

    def compute_multiplier(self, theta: Floats, code: int) -> Floats:
        """Compute with which the reference reaches the grade's loss at the operating point's, over that compute.

        Each with the unique tokens that one raw corpus gives it (equal if yields are unknown); inf where the
        reference never gets there. Without a term for repeats data are unlimited, and it is q (the theorem), unless the grade has a floor
        or an exponent of its own.
        """
        if code == 0 or not (self.knows_repeats or self.draws.fit.model.places(code)):
            return self.quality(theta, code)
        own, unique = (
            ((self.share(code) or 1.0) * self.point.unique, self.point.unique)
            if self.knows_repeats
            else (np.inf, np.inf)
        )
        loss = self.budgets(theta, code=code).best(self.point.flops, own, self.factor(theta, code))[0]
        return self.budgets(theta).compute_for(loss, self.point.flops, unique) / self.point.flops

    def crossover(self, code: int) -> dict[str, Any]:
        """Compute up to which a grade beats the reference, each with the unique tokens of one raw corpus.

        The corpus is that which gives the reference the operating point's unique tokens; both are spent at their best. Looked for
        from the least compute of the runs to twice the largest (`range`). `pays` is "below" the value, "above" it,
        "throughout", "nowhere", or None where the law cannot tell; an end of the interval that lies beyond the range is
        None. An answer rests on q being the same at every compute, unless the law gives grades an exponent or a floor of their own.
        """
        flops, share = self.draws.fit.runs.flops, self.share(code)
        ends = [float(flops.min()), FAR * float(flops.max())]
        nothing = {"value": None, "interval": None, "n": self.n, "range": ends, "pays": None}
        if not self.knows_repeats:
            return nothing | {"says": self.no_repeats}
        if share is None:
            return nothing | {"says": "the yields of the grades are unknown"}
        compute: Floats = np.geomspace(ends[0], ends[1], CROSSED)
        own = self.crossed(self.draws.fit.theta[None], code, compute)
        pays = "below" if own[0, 0] < 0 else "above"
        lasting = own[0, 0] * own[0, -1] > 0
        found = self.estimate(lambda theta: _turn(compute, self.crossed(theta, code, compute), pays == "below"))
        if lasting:
            found |= {"value": None, "pays": "throughout" if pays == "below" else "nowhere"}
        else:
            found["pays"] = pays
        return nothing | found

    def crossed(self, theta: Floats, code: int, compute: Floats) -> Floats:
        """Least loss of a grade less that of the reference, (batch, compute)."""
        mine, theirs, factor = self.budgets(theta, code=code), self.budgets(theta), self.factor(theta, code)
        own = (self.share(code) or 1.0) * self.point.unique
        columns = [mine.best(c, own, factor)[0] - theirs.best(c, self.point.unique)[0] for c in compute]
        return np.stack(columns, axis=1)

    def break_even(self) -> dict[str, Any]:
        """GPU-hours that a million further unique tokens are worth: the most one may pay for them, at the operating point.

        Where a per cent more unique data does what m per cent more compute does, U / 100 tokens are worth m C / 100.
        """
        hours, says = self.point.gpu_hours, None
        if not self.knows_repeats:
            says = self.no_repeats
        elif hours is None:
            says = "no run has a clock"
        if says is not None or hours is None:
            return {"value": None, "interval": None, "n": self.n, "says": says}
        each = hours * MILLION / self.point.unique
        return self.estimate(lambda theta: self.by_unique(theta) / self.by_compute(theta) * each, positive=False)

    def data_for_compute(self, k: float) -> dict[str, Any]:
        """How many times the unique tokens, at the same compute, give the loss of k times the compute.

        None with a reason where no amount does, or where the law has no term for repeats.
        """
        if not self.knows_repeats:
            return {"value": None, "interval": None, "n": self.n, "says": self.no_repeats}

        def times(theta: Floats) -> Floats:
            budgets = self.budgets(theta)
            goal = budgets.best(k * self.point.flops, self.point.unique)[0]
            return budgets.unique_for(goal, self.point.flops, self.point.unique) / self.point.unique

        found = self.estimate(times)
        if found["value"] is None and np.isinf(times(self.draws.fit.theta[None])[0]):
            found["says"] = f"no amount of unique data at the same compute makes up for {k:g} times the compute"
        return found

    def half_data(self) -> dict[str, Any]:
        """How many times the compute makes up for half of the unique tokens; None with a reason as of `data_for_compute`."""
        if not self.knows_repeats:
            return {"value": None, "interval": None, "n": self.n, "says": self.no_repeats}

        def times(theta: Floats) -> Floats:
            budgets = self.budgets(theta)
            goal = budgets.best(self.point.flops, self.point.unique)[0]
            return budgets.compute_for(goal, self.point.flops, self.point.unique / 2) / self.point.flops

        found = self.estimate(times)
        if found["value"] is None and np.isinf(times(self.draws.fit.theta[None])[0]):
            found["says"] = "no amount of compute makes up for half of the unique data"
        return found

    def ceiling(self) -> dict[str, Any]:
        """Least loss with the operating point's unique tokens, any number of parameters and epochs.

        Without a term for repeats: one epoch, endless parameters; repeats could only lower it.
        """
        if not self.knows_tokens:
            return {
                "value": None,
                "interval": None,
                "unique": None,
                "n": self.n,
                "says": "the law has no term for tokens",
            }
        endless = Inputs.at(1e40, 1e40, self.point.unique, 1e80)
        if not self.knows_repeats:
            endless = Inputs.at(1e40, self.point.unique, self.point.unique, 1e80)
        found = self.estimate(
            lambda theta: np.exp(self.draws.fit.law.log_loss(self.law(theta), _column(endless)))[:, 0]
        )
        return found | {"unique": self.point.unique}

    def elasticities(self) -> dict[str, Any]:
        """d ln L / d ln of parameters, tokens (fresh), and at best allocation of compute and unique tokens; and MRS.

        `exchange` is (dL / d ln U) / (dL / d ln C): by how many per cent compute must grow to do what one per cent more
        unique data does.
        """
        point = self.point

        def by(n: float, d: float) -> Callable[[Floats], Floats]:
            def slope(theta: Floats) -> Floats:
                ends = [Inputs.at(point.parameters * np.exp(s * n), point.tokens * np.exp(s * d),
                                 point.unique * np.exp(s * d), point.flops * np.exp(s * (n + d)))
                        for s in (-STEP, STEP)]  # fmt: skip
                low, high = (self.draws.fit.law.log_loss(self.law(theta), _column(end))[:, 0] for end in ends)
                return (high - low) / (2 * STEP)

            return slope

        found = {"parameters": by(1, 0), "tokens": by(0, 1)} if self.knows_tokens else {"compute": by(1, 0)}
        if self.knows_repeats:
            found |= {"compute": self.by_compute, "unique": self.by_unique}
            found |= {"exchange": lambda theta: self.by_unique(theta) / self.by_compute(theta)}
        return {name: self.estimate(of, positive=False) for name, of in found.items()}

    def by_compute(self, theta: Floats) -> Floats:
        """d ln L / d ln C at best allocation, U as it is."""
        low, high = (
            self.budgets(theta).best(self.point.flops * np.exp(s), self.point.unique)[0] for s in (-0.01, 0.01)
        )
        return np.log(high / low) / 0.02

    def by_unique(self, theta: Floats) -> Floats:
        """d ln L / d ln U at best allocation, C as it is."""
        low, high = (
            self.budgets(theta).best(self.point.flops, self.point.unique * np.exp(s))[0] for s in (-0.01, 0.01)
        )
        return np.log(high / low) / 0.02

    # Verdicts

    def double_data(self) -> dict[str, Any]:
        """Whether doubling unique data lowers loss more than doubling compute."""
        claim = "doubling unique data lowers loss more than doubling compute"
        return {"claim": claim, "what": "double_data"} | self.verdict(2.0 * self.point.unique, None)

    def better_grade(self, code: int) -> dict[str, Any]:
        """Whether grade g, with its own q and its own unique tokens, lowers loss more than doubling compute."""
        name, share = self.draws.fit.runs.grades[code], self.share(code)
        claim = f"training on grade {name} lowers loss more than doubling compute"
        found = self.verdict((share or 1.0) * self.point.unique, code)
        if share is None:
            found["reason"] += "; its yield is unknown and taken as the reference's"
        return {"claim": claim, "what": f"grade:{name}"} | found

    def verdict(self, unique: float, code: int | None) -> dict[str, Any]:
        """SUPPORTED, REFUTED or UNDECIDED by the 95 % interval of loss(2 C, U) - loss(C, other data).

        Without a term for repeats the pessimist (repeats are worthless) and the optimist (as good as fresh) are both
        asked, and only what both say is said.
        """
        if why := self.beyond():
            return _undecided(why, self.n)
        readings = self.readings(unique, code)
        low, high = min(r[1] for r in readings), max(r[2] for r in readings)
        known = np.ptp([r[0] for r in readings]) <= 1e-2 * (high - low)
        verdict = "SUPPORTED" if low > 0 else "REFUTED" if high < 0 else "UNDECIDED"
        apart = any(r[1] > 0 for r in readings) or any(r[2] < 0 for r in readings)
        if verdict == "UNDECIDED":
            reason = "the interval of the difference contains 0" if known and not apart else self.unsettled()
        else:
            reason = f"the whole interval of the difference lies {'above' if verdict == 'SUPPORTED' else 'below'} 0"
        if code is None and verdict == "REFUTED" and not self.binds():
            reason += ": at this compute unique data is not what runs short"
        value = readings[-1][0] if known or self.knows_repeats else None
        return {
            "verdict": verdict,
            "difference": {"value": value, "interval": [low, high], "n": self.n},
            "reason": reason,
        }

    def readings(self, unique: float, code: int | None) -> list[tuple[float, float, float]]:
        """`difference` and its interval in every reading; the verdict goes by the hull of the intervals."""

        def reading(more: float, other: float) -> tuple[float, float, float]:
            return self.draws.interval(
                lambda theta: self.difference(theta, unique, code, more, other), positive=False, most=MOST
            )

        return [reading(more, other) for more, other in self.caps()]

    def difference(
        self, theta: Floats, unique: float, code: int | None, more: float = np.inf, other: float = np.inf
    ) -> Floats:
        """loss(2 C, U) - loss(C, other data), (batch,), with at most so many epochs on either side."""
        factor = self.factor(theta, code or 0)
        gpus = self.budgets(theta, more).best(2 * self.point.flops, self.point.unique)[0]
        return gpus - self.budgets(theta, other, code or 0).best(self.point.flops, unique, factor)[0]

    def caps(self) -> list[tuple[float, float]]:
        """Most epochs for more GPUs and for other data, in the readings that must agree.

        With a term for repeats: as far as it was studied (and twice that), and without limit. Without one: repeats
        are worthless for one side and as good as fresh for the other, and the reverse.
        """
        runs = self.draws.fit.runs
        if not self.knows_repeats:
            return [(1.0, np.inf), (np.inf, 1.0)]
        studied = FAR * float((runs.tokens / runs.unique).max())
        return [(studied, studied), (np.inf, np.inf)]

    def unsettled(self) -> str:
        """Why readings that differ leave the question open."""
        if not self.knows_repeats:
            return self.no_repeats
        runs = self.draws.fit.runs
        return f"extrapolation: it rests on more than {FAR:g} times the {(runs.tokens / runs.unique).max():.3g} epochs studied"

    def binds(self) -> bool:
        """Whether the best run at the operating point's compute would like more unique tokens than it has."""
        budgets = self.budgets(self.draws.fit.theta[None], np.inf if self.knows_repeats else 1.0)
        free, held = (budgets.best(self.point.flops, u)[0][0] for u in (np.inf, self.point.unique))
        return bool(held > free * (1 + 1e-9))

    def beyond(self) -> str | None:
        """Why the question is not the runs' to answer, in words; None if it is."""
        runs, law = self.draws.fit.runs, self.draws.fit.law.name
        if not self.knows_tokens:
            return f"law {law} has no term for tokens: all runs have one size, or one number of tokens, or are too few"
        if stuck := at_the_wall(self.draws.fit):
            name, what = next(iter(stuck.items()))
            return f"{name} is at the end of what is searched: the runs do not tell how loss depends on {what}"
        if self.draws.noiseless:
            return "the law passes through the runs: they show no noise, so how sure the difference is cannot be identified"
        columns = {"parameters": runs.parameters, "tokens": runs.tokens, "unique": runs.unique}
        for name, column in columns.items():
            value = getattr(self.point, name)
            if value > FAR * column.max() or value < column.min() / FAR:
                span = f"{column.min():.3g} to {column.max():.3g}"
                return f"extrapolation: the operating point has {value:.3g} {name}, the runs {span}"
        return None

    # Tools

    @property
    def no_repeats(self) -> str:
        """Why a law without repeats cannot tell."""
        return "no run repeats its tokens, so what further epochs are worth is not known: the answer rests on that"

    @property
    def n(self) -> int:
        """Runs behind every number."""
        return len(self.draws.fit.runs)

    @property
    def per(self) -> float:
        """Compute over N D at the operating point."""
        return self.point.flops / (self.point.parameters * self.point.tokens)

    @lazy
    def sizes(self) -> tuple[float, float]:
        """Sizes that may be chosen."""
        sizes = self.draws.fit.runs.parameters
        return float(sizes.min()) / REACH, float(sizes.max()) * REACH

    def law(self, theta: Floats) -> Floats:
        """The law's own coordinates: those of the reference."""
        return theta[:, : len(self.draws.fit.law.coordinates)]

    def budgets(self, theta: Floats, epochs: float = np.inf, code: int = 0) -> Budgets:
        """The law of a grade asked for budgets, at these coordinates; its tokens are to be multiplied by `factor`."""
        model = self.draws.fit.model
        return Budgets(model.law, model.law_of(theta, code), self.sizes, self.per, epochs)

    def estimate(self, of: Callable[[Floats], Floats], *, positive: bool = True) -> dict[str, Any]:
        """Value, 95 % interval and n; what is not finite is None, and an interval without any end is None."""
        value, low, high = self.draws.interval(of, positive=positive, most=MOST)
        if np.isnan(value):
            return {"value": None, "interval": None, "n": self.n}
        ends = [finite(low), finite(high)]
        return {"value": finite(value), "interval": None if ends == [None, None] else ends, "n": self.n}


def exchange(
    draws: Draws, point: OperatingPoint | None = None, yields: Mapping[str, float | None] | None = None
) -> dict[str, Any]:
    """The part `exchange` of study.json for one held-out set, from the draws of the law that is used."""
    return Exchange(draws, point or OperatingPoint.of(draws.fit.runs), yields or {}).facts()


def curves(
    draws: Draws, sizes: Mapping[str, float] | None = None, points: int = 24, unique: float = np.inf
) -> list[dict[str, Any]]:
    """Loss against compute of runs that see each token once, up to `unique` of them and those again; a curve with its 95 % band per grade and size (label -> N)."""
    runs = draws.fit.runs
    labels = sizes or {f"{size:.4g}": float(size) for size in np.unique(runs.parameters)}
    found = []
    for code, name in enumerate(runs.grades):
        for label, size in labels.items():
            rows = np.abs(np.log(runs.parameters / size)) < 1e-3
            per = float(np.median((runs.flops / (runs.parameters * runs.tokens))[rows])) if rows.any() else 6.0
            tokens = np.geomspace(runs.tokens.min(), runs.tokens.max(), points)
            at = Inputs.at(np.full(points, size), tokens, np.minimum(tokens, unique), per * size * tokens)
            codes = np.full(points, code)
            line, cloud = (
                np.exp(draws.fit.log_losses(theta, at, codes)) for theta in (draws.fit.theta[None], draws.theta)
            )
            line = line[0]
            low, high = np.quantile(cloud, [0.025, 0.975], axis=0)
            ends = [(line + draws.widening * (end - line)).tolist() for end in (low, high)]
            found.append({"grade": name, "size": label, "kind": "fit", "flops": (per * size * tokens).tolist(),
                          "loss": line.tolist(), "low": ends[0], "high": ends[1]})  # fmt: skip
    return found


def at_the_wall(fit: Fit) -> dict[str, str]:
    """The exponents that ended at an end of their boxes, each with what it is the exponent of; empty where none did."""
    exponents = {"alpha": "parameters", "beta": "tokens", "gamma": "compute"}
    return {
        coordinate.name: exponents[coordinate.name]
        for place, coordinate in enumerate(fit.law.coordinates)
        if coordinate.name in exponents and not coordinate.low + 1e-4 < fit.theta[place] < coordinate.high - 1e-4
    }


def _turn(compute: Floats, difference: Floats, below: bool) -> Floats:
    """Where (batch,) the difference turns from below 0 to above it (or back, if not `below`), between points in a straight line.

    inf where it never does after having been on the first side, 0 where it was never there, NaN where it turns the other way.

    >>> at = np.array([1.0, 10.0, 100.0])
    >>> _turn(at, np.array([[-1.0, -1.0, 1.0], [-1.0, -1.0, -1.0], [1.0, 1.0, 1.0], [1.0, -1.0, -1.0]]), True).round(1)
    array([31.6,  inf,  0. ,  nan])
    """
    sign = difference if below else -difference
    logs, rows = np.log(compute), np.arange(len(sign))
    turns = (sign[:, :-1] <= 0) & (sign[:, 1:] > 0)
    last = turns.shape[1] - 1 - np.argmax(turns[:, ::-1], axis=1)
    before, after = sign[rows, last], sign[rows, last + 1]
    way = np.divide(before, before - after, out=np.zeros_like(before), where=before < after)
    at = np.exp(logs[last] + np.clip(way, 0, 1) * (logs[last + 1] - logs[last]))
    one_side = np.where((sign <= 0).all(axis=1), np.inf, np.where((sign > 0).all(axis=1), 0.0, np.nan))
    found: Floats = np.where(turns.any(axis=1), at, one_side)
    return found


def finite(value: float) -> float | None:
    """The number, or None where it is unbounded or undefined: JSON has neither."""
    return float(value) if np.isfinite(value) else None


def _column(at: Inputs) -> Inputs:
    return Inputs(*(np.atleast_1d(column) for column in at))


def _saved(multiplier: Mapping[str, Any], hours: float | None) -> dict[str, Any] | None:
    """GPU-hours that the reference would need on top, to reach the grade's loss."""
    if hours is None or multiplier["value"] is None:
        return None
    ends = multiplier["interval"] and [(end - 1) * hours if end is not None else None for end in multiplier["interval"]]
    return {"value": (multiplier["value"] - 1) * hours, "interval": ends, "n": multiplier["n"]}


def _undecided(reason: str, n: int) -> dict[str, Any]:
    return {"verdict": "UNDECIDED", "difference": {"value": None, "interval": None, "n": n}, "reason": reason}
