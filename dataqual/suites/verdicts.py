"""`Check`: bounds on what a gauge reads, and the verdict on it, which knows how sure the number is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dataqual.bounds import Bounds
from dataqual.intervals import difference
from dataqual.reading import Interval
from dataqual.suites.estimates import Estimate, Known
from dataqual.suites.gauges import Gauge, Grouped, Shown, Sight

Status = Literal["passed", "failed", "cannot tell"]
Unsure = Literal["pass", "fail", "cannot tell"]


@dataclass(frozen=True)
class Check:
    """Bounds on what a gauge reads.

    `sampled`: the corpus stands for a larger population, so that a number has the interval of an estimate at
    `confidence`; else it is exact, but for the error of sketches and estimates. `unsure` says what comes of a number
    that is beyond the bounds while its interval is not: by default it passes.
    """

    name: str
    gauge: Gauge[Any]
    bounds: Bounds
    severity: Literal["fail", "warn"] = "fail"
    about: str = ""
    sampled: bool = False
    confidence: float = 0.95
    unsure: Unsure = "pass"
    spec: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """As YAML has it."""
    says: str = ""
    """What the number is, before its bounds in a sentence."""
    mend: tuple[str, ...] = ()
    """The words of `dataqual clean` that mend it: ("--drop", NAME) or ("--recipe", YAML); empty where nothing does."""

    @property
    def expected(self) -> str:
        """In words.

        >>> from dataqual.suites.columns import HowMany
        >>> Check("records", HowMany(), Bounds(min=1), says="the number of records").expected
        'the number of records is >= 1'
        """
        return f"{self.says or self.name} is {self.bounds}"

    def judge(self, sight: Sight) -> Outcome:
        """The verdict on what was seen."""
        if isinstance(self.gauge, Grouped):
            return self._of_groups(sight)
        value, n, error = sight.estimate.seen
        why = str(sight.detail.get("why", ""))
        interval = sight.estimate.interval(self.confidence) if self.sampled else None
        around = interval or error
        if value is None or not n:
            return Outcome(self, "cannot tell", sight, around, why=why or f"there are no {self.gauge.of} to tell by")
        inside = bool(self.bounds.accept(value))
        sure = around is None or not _reaches(self.bounds, around, inside)
        if inside or (not sure and self.unsure == "pass"):
            return Outcome(self, "passed", sight, around, sure=sure, why=why)
        if not sure and self.unsure == "cannot tell":
            return Outcome(self, "cannot tell", sight, around, sure=False, why="the interval reaches the bound")
        return Outcome(self, "failed", sight, around, sure=sure, why=why)

    def _of_groups(self, sight: Sight) -> Outcome:
        groups = sight.detail["groups"]
        if not groups:
            what = "there are no groups" if groups is not None else f"there are more than {Grouped.MOST:,} groups"
            return Outcome(self, "cannot tell", sight, None, why=what)
        assert isinstance(self.gauge, Grouped)
        alone = replace(self, gauge=self.gauge.gauge)
        found = {name: alone.judge(own) for name, own in groups}
        order: list[Status] = ["failed", "cannot tell", "passed"]
        worst = min((outcome.status for outcome in found.values()), key=order.index)
        shown = [example for o in found.values() if o.status == "failed" for example in o.sight.examples]
        failing = [o.sight.failing for o in found.values() if o.sight.failing is not None]
        told = replace(sight, examples=shown[:3], failing=sum(failing) if failing else None)
        sure = all(outcome.sure for outcome in found.values() if outcome.status == worst)
        return Outcome(self, worst, told, None, sure=sure, groups=found)


@dataclass(frozen=True)
class Against:
    """What a check saw in a baseline, and by how much it has changed since."""

    before: Estimate
    change: float
    interval: Interval | None
    """Of the change, at a confidence that holds for all checks of the suite together."""
    worse: bool
    """Whether the interval lies on the side that is worse, whole."""


@dataclass(frozen=True)
class Outcome:
    """The verdict of one check, with all that it rests on."""

    check: Check
    status: Status
    sight: Sight
    interval: Interval | None
    """Of the number; None where it was counted."""
    sure: bool = True
    """Whether the whole interval lies on one side of the bounds."""
    why: str = ""
    groups: Mapping[str | None, Outcome] = field(default_factory=dict)
    against: Against | None = None

    @property
    def value(self) -> float | None:
        """The number that was seen."""
        return self.sight.estimate.seen[0]

    @property
    def n(self) -> int:
        """Of how many."""
        return self.sight.estimate.seen[1]

    @property
    def failed(self) -> bool:
        """Whether it failed and is to fail the whole."""
        return self.status == "failed" and self.check.severity == "fail"

    @property
    def examples(self) -> list[Shown]:
        """A few documents or values that are not as expected."""
        found = list(self.sight.examples)
        if not found and self.status == "failed" and self.value is not None:
            low = self.check.bounds.min if self.check.bounds.min is not None else self.check.bounds.above
            below = low is not None and self.value <= low
            found = list(self.sight.detail.get("least" if below else "most", ()))
        return found

    def since(self, before: Estimate, confidence: float) -> Outcome:
        """The verdict with a baseline: failed, too, where the number is surely worse than `before`."""
        now = self.sight.estimate
        if self.value is None or before.seen[0] is None:
            return self
        change = self.value - before.seen[0]
        spans = [estimate.interval(confidence) or estimate.seen[2] for estimate in (now, before)]
        if isinstance(now, Known) and isinstance(before, Known) and spans == [None, None]:
            return replace(self, against=Against(before, change, None, False))
        points = ((self.value, self.value), (before.seen[0], before.seen[0]))
        (around, around_before) = (span or point for span, point in zip(spans, points, strict=True))
        interval = difference(self.value, around, before.seen[0], around_before)
        worse = any(interval[0] > 0 if sign > 0 else interval[1] < 0 for sign in _worse_directions(self.check.bounds))
        against = Against(before, change, interval, worse)
        return replace(self, status="failed" if worse else self.status, against=against)

    def since_groups(self, before: Mapping[str | None, Estimate], confidence: float) -> Outcome:
        """The verdict with a baseline, where it is by group: each is compared with itself, as far as it was there."""
        groups = {
            name: own.since(before[name], confidence) if name in before else own for name, own in self.groups.items()
        }
        worse = any(own.against is not None and own.against.worse for own in groups.values())
        return replace(self, status="failed" if worse else self.status, groups=groups)


def _worse_directions(bounds: Bounds) -> list[int]:
    """On which side a number gets worse: +1 where only a largest value is allowed, -1 where only a smallest.

    None where both are: then no direction is worse, and the bounds alone judge.
    """
    low = bounds.min is not None or bounds.above is not None
    high = bounds.max is not None or bounds.below is not None
    return [+1] if high and not low else [-1] if low and not high else []


def _reaches(bounds: Bounds, interval: Interval, inside: bool) -> bool:
    """Whether an interval around a number that is inside or not has points that are the other."""
    ends = [bool(bounds.accept(end)) for end in interval if math.isfinite(end)]
    if inside:
        return not all(ends) or len(ends) < 2
    low = max((end for end in (bounds.min, bounds.above) if end is not None), default=-math.inf)
    high = min((end for end in (bounds.max, bounds.below) if end is not None), default=math.inf)
    spans = interval[0] < low and interval[1] > high
    return any(ends) or spans
