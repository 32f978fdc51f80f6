"""What every section asks of study.json: its grades, held-out sets and sizes, and the time that FLOPs took."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from reports import html, say

Facts = Mapping[str, Any]


SIZED = ("points", "curves", "repeats", "made", "texts", "stopped")


def counted(facts: Facts) -> dict[str, Any]:
    """The facts with every size as the parameters that it came to, not as the study file asked for it.

    >>> counted({"points": [{"size": 60_000, "parameters": 54_920}], "repeats": [{"size": 60_000}]})["repeats"]
    [{'size': 54920}]
    """
    known = {str(p.get("size")): p["parameters"] for p in facts.get("points") or [] if p.get("parameters")}

    def of(row: Facts) -> dict[str, Any]:
        size = str(row.get("size"))
        return {**row, "size": known[size]} if size in known else dict(row)

    found = dict(facts)
    if (facts.get("generated") or {}).get("examples"):
        examples = [{**e, "texts": [of(text) for text in e["texts"]]} for e in facts["generated"]["examples"]]
        found["generated"] = {**facts["generated"], "examples": examples}
    if facts.get("ensembles"):
        found["ensembles"] = {**facts["ensembles"], "rows": [of(row) for row in facts["ensembles"]["rows"]]}
    for part in SIZED:
        if isinstance(facts.get(part), list):
            found[part] = [of(row) for row in facts[part]]
    for name, exchange in (facts.get("exchange") or {}).items():
        if (exchange or {}).get("operating_point"):
            point = {**of(exchange["operating_point"])}
            found["exchange"] = {**(found["exchange"] or {}), name: {**exchange, "operating_point": point}}
    return found


def once(*lists: Iterable[Any]) -> list[str]:
    """The names of all lists, each once, in order of first appearance."""
    return list(dict.fromkeys(str(name) for names in lists for name in names if name is not None))


def grades_of(facts: Facts) -> list[str]:
    """Every grade, the reference first."""
    exchange = (facts.get("exchange") or {}).values()
    points = facts.get("points") or []
    return once(
        [(facts.get("study") or {}).get("reference")] if isinstance(facts.get("study"), Mapping) else [],
        [e.get("reference") for e in exchange],
        (facts.get("data") or {}).get("grades") or {},
        [p.get("grade") for p in points],
        [c.get("grade") for c in facts.get("curves") or []],
    )


def held_outs_of(facts: Facts) -> list[str]:
    """Every held-out set, in the order of the study file."""
    return once(
        (facts.get("data") or {}).get("held_out") or {},
        facts.get("exchange") or {},
        facts.get("laws") or {},
        [p.get("held_out") for p in facts.get("points") or []],
    )


def loss_of(facts: Facts, held_out: str) -> str:
    """What the loss on a held-out set, or of a probe, is counted in."""
    return str((facts.get("units") or {}).get(held_out) or "bits per byte")


def unit_of(facts: Facts) -> str:
    """What machine time is counted in: core-hours on a CPU."""
    return str((facts.get("cost") or {}).get("unit") or "GPU-hours")


def size_name(size: object) -> str:
    """A size as a person says it: 30 k, 1.5 G; other names as they are."""
    return say.short(size).replace(say.NBSP, "") if isinstance(size, (int, float)) else html.cut(size, 12)


def ascending(sizes: Iterable[Any]) -> list[Any]:
    """Sizes once each, numbers by value and before names."""
    return sorted(set(sizes), key=lambda s: (isinstance(s, str), s))


def others(exchange: Facts) -> list[tuple[str, Facts]]:
    """The grades that are not the reference, those whose worth is farthest from 1 first."""
    grades = (exchange.get("grades") or {}).items()
    return sorted(((g, e) for g, e in grades if g != exchange.get("reference")), key=_farness, reverse=True)


def _farness(item: tuple[str, Facts]) -> float:
    """How far the worth of a grade is from 1, in its logarithm; unknown ones come last."""
    value = (item[1].get("q") or {}).get("value")
    return abs(math.log(value)) if value is not None and value > 0 else -1.0


@dataclass(frozen=True)
class Clock:
    """From FLOPs to time at each size, as measured; FLOPs themselves (`timed` False) where a size has no time."""

    unit: str
    timed: bool
    rates: Mapping[str, float]

    def __call__(self, size: object, flops: float) -> float:
        return flops * self.rates.get(str(size), 1.0)


def clock_of(facts: Facts, points: Sequence[Facts]) -> Clock:
    """The median of seconds per FLOP over the points of a size: one noisy run then moves no point sideways."""
    found: dict[str, list[float]] = {}
    for point in points:
        ratios = found.setdefault(str(point.get("size")), [])
        if point.get("seconds") and point.get("flops"):
            ratios.append(point["seconds"] / point["flops"])
    if not found or not all(found.values()):
        return Clock("FLOPs", False, {})
    hours = {size: median(ratios) / 3600 for size, ratios in found.items()}
    most = max(hours[str(p["size"])] * (p.get("flops") or 0) for p in points)
    part, unit = say.time_unit(most, unit_of(facts))
    return Clock(unit, True, {size: rate / part for size, rate in hours.items()})
