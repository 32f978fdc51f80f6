"""Judging: from the points of a study to its laws, its exchange rates and its verdicts, a held-out set at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from dataqual.errors import SpecError
from studies.design.study import Study
from studies.fitting.runs import Runs
from studies.judging.exchange import Exchange, OperatingPoint, curves, finite
from studies.judging.frontier import frontiers
from studies.judging.tables import Fitted, analyse
from studies.preparing.yields import token_yields

Facts = dict[str, Any]

AGAIN = " (again)"
"""Behind the name of a grade in its second order, which is fitted as a grade of its own: the A/A arm."""
ALIKE = 0.05
"""An operating point that is so near to a stop, as a ratio, is that stop: stops are whole steps."""


def judge(study: Study, points: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> dict[str, Facts]:
    """Laws, exchange, curves and the A/A arm by held-out set; without a law that fits, nothing but the reason."""
    sets = list(dict.fromkeys(point["held_out"] for point in points))
    with ThreadPoolExecutor(max(1, len(sets))) as pool:  # long array expressions: threads do not wait for each other
        return dict(zip(sets, pool.map(lambda held_out: _judge(study, points, data, held_out), sets), strict=True))


def runs_of(study: Study, points: Sequence[Mapping[str, Any]], held_out: str) -> Runs:
    """The points of one held-out set as the table that laws are fitted on."""
    rows = [point for point in points if point["held_out"] == held_out]
    return Runs.of(
        [row["parameters"] for row in rows],
        [row["tokens"] for row in rows],
        [row["loss"] for row in rows],
        unique=[row["unique"] for row in rows],
        flops=[row["flops"] for row in rows],
        grade=[label(row) for row in rows],
        reference=study.reference,
        trunk=[row["trunk"] for row in rows],
        seed=[row["seed"] for row in rows],
    )


def label(point: Mapping[str, Any]) -> str:
    """The grade under which a point is fitted."""
    return f"{point['grade']}{AGAIN if point['arm'] == 'again' else ''}"


def operating_point(study: Study, points: Sequence[Mapping[str, Any]]) -> OperatingPoint:
    """The study's operating point in what was really trained: parameters, FLOPs and hours of its size.

    SpecError where nothing was: every run of that cell diverged.
    """
    asked = study.operating_point
    mine = [p for p in points if p["size"] == asked.size and p["grade"] == study.reference]
    if not mine:
        raise SpecError(f"operating_point: no run of {study.reference} at size {asked.size:,} has come to an end")
    tokens = _nearest(asked.tokens, [p["tokens"] for p in mine])
    unique = tokens if asked.unique == asked.tokens else _nearest(asked.unique, [p["unique"] for p in mine])
    flops = tokens * mine[0]["flops"] / mine[0]["tokens"]
    timed = [p["seconds"] / p["flops"] for p in mine if p["seconds"] is not None]
    hours = float(np.median(timed)) * flops / 3600 if timed else None
    return OperatingPoint(mine[0]["parameters"], tokens, min(unique, tokens), flops, hours, str(asked.size))


def _judge(study: Study, points: Sequence[Mapping[str, Any]], data: Mapping[str, Any], held_out: str) -> Facts:
    runs = runs_of(study, points, held_out)
    rows = [i for i, point in enumerate(points) if point["held_out"] == held_out]
    try:
        laws, notes = analyse(runs)
    except SpecError as error:
        return {
            "laws": [],
            "exchange": _nothing(study, str(error)),
            "curves": [],
            "frontiers": [],
            "again": {},
            "notes": [str(error)],
        }
    if study.pictures:  # none is fresh: that a law of fresh runs has none to go by is no news
        notes = [note for note in notes if not note.startswith("law chinchilla: needs")]
    try:
        at = operating_point(study, points)
    except SpecError as error:
        facts = [_plain(_law(law, runs, rows)) for law in laws]
        return {
            "laws": facts,
            "exchange": _nothing(study, str(error)),
            "curves": [],
            "frontiers": [],
            "again": {},
            "notes": [*notes, str(error)],
        }
    yields = token_yields(data["grades"], study.reference)
    yields |= {f"{name}{AGAIN}": yields[name] for name in study.again}
    again = [f"{name}{AGAIN}" for name in study.again]
    asked = Exchange(laws[0].draws, at, yields)
    found = asked.facts()
    sizes = {str(p["size"]): float(p["parameters"]) for p in points}
    unique = float(study.pictures.unique[-1]) if study.pictures else np.inf
    drawn = [
        {"held_out": held_out, **curve, "size": int(curve["size"])}
        for curve in curves(laws[0].draws, sizes, unique=unique)
    ]
    return {
        "laws": [_plain(_law(law, runs, rows)) for law in laws],
        "exchange": _plain(_without_again(found, study)),
        "curves": _plain([curve for curve in drawn if not curve["grade"].endswith(AGAIN)]),
        "frontiers": [{"held_out": held_out, **_plain(line)} for line in frontiers(asked, again)],
        "draws": laws[0].draws,
        "again": {name: found["grades"].get(f"{name}{AGAIN}", {}).get("q") for name in study.again},
        "notes": notes,
    }


def _law(law: Fitted, runs: Runs, rows: Sequence[int]) -> Facts:
    """The facts of a law, each residual with the number of its point; some laws are fitted to fresh runs alone."""
    facts = law.facts()
    own = rows if len(law.fit.runs) == len(rows) else [row for row, new in zip(rows, _fresh(runs), strict=True) if new]
    residuals = [{"point": i, "residual": r} for i, r in zip(own, facts["residuals"], strict=True)]
    return {**facts, "residuals": residuals}


def _fresh(runs: Runs) -> Sequence[bool]:
    fresh: list[bool] = (runs.tokens <= runs.unique * 1.001).tolist()
    return fresh


def _plain(value: Any) -> Any:
    """The same with null for what is not finite: JSON has neither infinity nor a number that is none."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return finite(value) if isinstance(value, float) else value


def _without_again(found: Facts, study: Study) -> Facts:
    """The A/A arm is a control, and the reference is worth itself: neither is an answer."""
    grades = {name: worth for name, worth in found["grades"].items() if _asked(name, study)}
    verdicts = [v for v in found["verdicts"] if not v["what"].startswith("grade:") or _asked(v["what"][6:], study)]
    return {**found, "grades": grades, "verdicts": verdicts}


def _asked(grade: str, study: Study) -> bool:
    return grade != study.reference and not grade.endswith(AGAIN)


def _nothing(study: Study, reason: str) -> Facts:
    none: Facts = {"law": None, "reference": study.reference, "operating_point": None, "grades": {}}
    return none | {"data_for_compute": [], "ceiling": None, "elasticities": {}, "verdicts": [], "reason": reason}


def _nearest(asked: float, there: Sequence[float]) -> float:
    """The stop that is meant, or what was asked if none is near."""
    best = min(there, key=lambda value: abs(np.log(value / asked)))
    return float(best) if abs(np.log(best / asked)) < ALIKE else float(asked)
