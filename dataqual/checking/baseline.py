"""`Baseline`: what checks saw before, so that a number may not be surely worse now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dataqual.errors import InputError, nearest_file
from dataqual.faults import SHARES
from dataqual.rules import rule_sets
from dataqual.suites.estimates import Clustered, Estimate, Proportion, estimate_of
from dataqual.suites.gauges import Gauge, Grouped
from dataqual.suites.suite import Suite
from dataqual.suites.verdicts import Outcome

SCHEMA = "dataqual.check/1"
PROFILE = "dataqual.profile/1"

NAMED = 5
"""Checks, or groups, that a line names."""

FAMILY = 0.95
"""Confidence of all intervals of differences together (Bonferroni): with 20 checks each has 99.75 %."""


@dataclass(frozen=True)
class Baseline:
    """Estimates by the names of the suite's checks, which made them."""

    name: str
    suite: Suite
    estimates: dict[str, Estimate] = field(default_factory=dict)
    groups: dict[str, dict[str | None, Estimate]] = field(default_factory=dict)
    """Of checks by group, those of each."""

    @classmethod
    def of(cls, given: Any) -> Baseline:
        """Of the JSON of an earlier check or a saved profile, or of its path; InputError where it is neither."""
        if isinstance(given, Baseline):
            return given
        if hasattr(given, "facts"):
            given = given.facts() if callable(given.facts) else given.facts
        name = "the baseline"
        if isinstance(given, str | Path):
            name, given = str(given), _loaded(Path(given))
        schema = given.get("schema") if isinstance(given, dict) else None
        if schema == SCHEMA:
            return _of_check(given, name)
        if schema == PROFILE:
            return cls(name, *_of_profile(given, name))
        raise InputError(
            f"{name}: its schema is {schema!r}; a baseline is written by dataqual check --save-baseline, or a saved profile"
        )

    def compare(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The verdicts, each with what was seen before of the same; what was not looked at then has nothing to compare.

        The same is what is measured alike: under a name another bound may stand by now, and its share is another's.
        """
        names = {_alike(one.gauge): one.name for one in self.suite.checks}
        found = [(outcome, names.get(_alike(outcome.check.gauge), "")) for outcome in outcomes]
        common = sum(
            len(outcome.groups.keys() & self.groups.get(name, {}).keys()) if outcome.groups else name in self.estimates
            for outcome, name in found
        )
        confidence = 1 - (1 - FAMILY) / max(common, 1)
        return [self._since(outcome, name, confidence) for outcome, name in found]

    def _since(self, outcome: Outcome, name: str, confidence: float) -> Outcome:
        if outcome.groups:
            return outcome.since_groups(self.groups.get(name, {}), confidence)
        return outcome.since(self.estimates[name], confidence) if name in self.estimates else outcome

    def passed_over(self, outcomes: Sequence[Outcome]) -> list[str]:
        """A line for the checks, and one for the groups, that have nothing to be compared with; none where all have."""
        alone = [one.check.name for one in outcomes if not one.groups and one.against is None and one.value is not None]
        groups = [
            f"{name if name is not None else '(none)'} of {one.check.name}"
            for one in outcomes
            for name, own in one.groups.items()
            if own.against is None
        ]
        return [
            f"not in {self.name}, so not compared: {', '.join(found[:NAMED])}"
            + (f" and {len(found) - NAMED} more" if len(found) > NAMED else "")
            for found in (alone, groups)
            if found
        ]


def _alike(gauge: Gauge[Any]) -> Gauge[Any]:
    """A gauge as the suite has it, whatever the column is called in which the groups of this corpus stand."""
    return replace(gauge, column=gauge.role) if isinstance(gauge, Grouped) else gauge


def _loaded(path: Path) -> Any:
    path = path / "profile.json" if path.is_dir() else path
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file or folder{nearest_file(path)}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from None


def _of_check(facts: dict[str, Any], name: str) -> Baseline:
    """The suite of an earlier check and what it saw; InputError where some of it is missing, as in a file edited by hand."""
    try:
        suite = Suite.of(facts["suite"], name)
        alone = {one["name"]: estimate_of(one["estimate"]) for one in facts["checks"] if not one.get("groups")}
        groups = {
            one["name"]: {own["group"]: estimate_of(own["estimate"]) for own in one["groups"] if "estimate" in own}
            for one in facts["checks"]
            if one.get("groups")
        }
        return Baseline(name, suite, alone, groups)
    except (KeyError, TypeError) as error:
        raise InputError(f"{name}: damaged ({error}); write it anew with dataqual check --save-baseline") from None


def _of_profile(facts: dict[str, Any], name: str) -> tuple[Suite, dict[str, Estimate]]:
    """Checks of the shares that a profile holds; bounds that anything meets, for only the change is judged."""
    checks: list[dict[str, Any]] = []
    estimates: dict[str, Estimate] = {}
    readings = facts["readings"]
    for metric in (*SHARES, "exact_copies", "near_copies", "unreadable"):
        if (reading := readings.get(metric)) and reading["value"] is not None:
            checks.append({"metric": metric, "max": 1.0})
            hits = round(reading["value"] * reading["n"])
            copies = facts.get(metric) if metric.endswith("copies") else None
            estimates[metric] = _clustered(reading, copies) if copies else Proportion(hits, reading["n"])
    for rule_set in facts["rules"]:
        if rule_set["name"] not in rule_sets() or not rule_set["fails"]["n"]:
            continue
        fails = rule_set["fails"]
        checks.append({"rules": rule_set["name"], "mostly": 0.0})
        estimates[rule_set["name"]] = Proportion(fails["n"] - round(fails["value"] * fails["n"]), fails["n"])
    return Suite.of(checks, name), estimates


def _clustered(reading: dict[str, Any], facts: dict[str, Any]) -> Clustered:
    error = (reading["interval"][0], reading["interval"][1]) if "interval" in reading else None
    return Clustered(reading["value"] * reading["n"], reading["n"], facts["clusters"], error)
