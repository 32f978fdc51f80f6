"""How firm the answer is: how far its law misses at the very point in question, beside what the answer hangs on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports import html, say
from reports.study_sections.facts import Facts
from reports.study_sections.fit import CELL

SETS = 2  # of which the miss is told: the others stand with the fit
AS_MUCH = 0.8  # of the difference, from which a miss is called as large
GRADES = 2  # whose worth by every law is told


@dataclass(frozen=True)
class Firmness:
    """What is said beside the headline of how far to trust it."""

    missed: str
    """How far the laws that were rejected are off where the question is asked; "" where no run stands there."""
    weak: str
    """Parameters that the laws in use leave open."""
    same: list[str]
    """What a token of a grade is worth by all laws that were tried: whether it hangs on which one is taken."""


def firmness(facts: Facts, held: Sequence[Facts]) -> Firmness | None:
    """None where nothing was decided, or every law that decided fits as well as chance allows."""
    decided = [h for h in held if h["used"] and any(v["tone"] != "undecided" for v in h["verdicts"])]
    broken = [h for h in decided if (h["used"].get("lack_of_fit") or {}).get("rejected")]
    if not broken:
        return None
    weak = list(dict.fromkeys(name for h in decided for name in h["used"]["weak"]))
    return Firmness(
        _missed(broken, facts.get("points") or []),
        ", ".join(html.cut(name, 20) for name in weak[:6]),
        _same(broken[0]),
    )


def _missed(broken: Sequence[Facts], points: Sequence[Facts]) -> str:
    """How far the laws are off at the operating point, beside the difference that each one's first verdict tells; "" if unknown."""
    known = [
        (h, abs(off), abs(found))
        for h in broken
        if (off := missed(h["used"], points, h["exchange"])) is not None
        if (found := (h["verdicts"][0].get("difference") or {}).get("value")) is not None
    ][:SETS]
    if not known:
        return ""
    amounts = "; ".join(f"{off:.2g} {h['loss']} on {html.cut(h['name'], 40)}" for h, off, _ in known)
    if all(off > AS_MUCH * found for _, off, found in known):
        return f"At the run in question it is off by as much as the whole difference: {amounts}."
    return f"At the run in question it is off by: {amounts}."


def missed(law: Facts, points: Sequence[Facts], exchange: Facts) -> float | None:
    """Measured less fitted loss of the runs at the operating point, their mean; None where none was trained there.

    A residual is ln(measured / fitted), so what was fitted is measured · exp(−residual).

    >>> at = {"parameters": 8, "tokens": 4, "unique": 4}
    >>> points = [{"grade": "a", **at, "loss": 2.2}, {"grade": "b", **at, "loss": 9.0}]
    >>> law = {"residuals": [{"point": 0, "residual": math.log(1.1)}, {"point": 1, "residual": 0.5}]}
    >>> round(missed(law, points, {"reference": "a", "operating_point": at}), 3)
    0.2
    """
    at = exchange.get("operating_point") or {}
    wanted = (exchange.get("reference"), *(at.get(key) for key in CELL[1:]))
    found = [
        point["loss"] * (1 - math.exp(-residual["residual"]))
        for residual in law.get("residuals") or []
        if residual.get("residual") is not None and residual.get("point") in range(len(points))
        if tuple((point := points[residual["point"]]).get(key) for key in CELL) == wanted and point.get("loss")
    ]
    return math.fsum(found) / len(found) if found else None


def _same(h: Facts) -> list[str]:
    """Of each grade the least and the most that a token of it is worth by any law, fitted in either way."""
    told = []
    for grade in list(h["exchange"].get("grades") or {})[:GRADES]:
        worths = list(_worths(h, grade))
        if len(worths) > 1:
            ends = say.alike([min(worths), max(worths)])
            told.append(
                f"A token of {html.cut(grade, 40)} is worth {ends[0]} to {ends[1]} of {html.cut(h['exchange'].get('reference'), 40)} "
                f"on {html.cut(h['name'], 40)} by the {len(h['laws'])} laws that were tried."
            )
    return told


def _worths(h: Facts, grade: str) -> Iterator[float]:
    """By each law what tokens of a grade are multiplied by; where it has a floor or an exponent of its own, its worth at the operating point.

    >>> own = {"parameters": {"q[a]": 9}, "alternatives": [{"parameter": "E", "grade": "a", "chosen": True}]}
    >>> h = {"laws": [own, {"parameters": {"q[a]": 0.5}}], "exchange": {"grades": {"a": {"q": {"value": 0.4}}}}}
    >>> list(_worths(h, "a"))
    [0.4, 0.5]
    """
    at_the_point = {"worth": (h["exchange"]["grades"][grade].get("q") or {}).get("value")}
    for law in h["laws"]:
        own = any(one["chosen"] and one["grade"] == grade for one in law.get("alternatives") or [])
        ways = [at_the_point] if own else [law.get(part) or {} for part in ("parameters", "least_squares")]
        found = (way.get("worth" if own else f"q[{grade}]") for way in ways)
        yield from (float(worth) for worth in found if isinstance(worth, int | float))
