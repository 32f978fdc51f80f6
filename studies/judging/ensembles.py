"""Ensembles: what models that differ by their seed alone are worth together, beside what else their compute buys.

    DIR/study.json   the part `ensembles`: `rows`, points of kind `ensemble`, and `says`, a sentence for each held-out set

No law is fitted to them. A row has the loss of `models` averaged and, for the same compute, what the law says of one `larger` model
(so many times the parameters) and of one that trains so many times as `long` (on fresh tokens where its models saw fresh ones,
else on the same ones more often); null where that lies beyond what was trained.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dataqual.intervals import difference
from studies.evaluating.averaging import MOST, averaged
from studies.evaluating.kept_predictions import FOLDER, place, unharmed
from studies.fitting.intervals import Draws
from studies.fitting.law import Inputs
from studies.fitting.runs import Floats
from studies.judging.exchange import FAR, finite
from studies.results import Line
from studies.telling.sentences import estimate

Facts = dict[str, Any]

CELL = ("held_out", "grade", "arm", "size", "tokens", "unique")
OF_A_MODEL = ("learner", *CELL, "parameters", "non_embedding", "epochs")
ARMS = ("main", "repeats")
WAYS = {"larger": "larger model", "long": "longer run"}


def ensembles(
    most: int, facts: Mapping[str, Any], lines: Sequence[Line], folder: Path, fitted: Mapping[str, Facts]
) -> Facts:
    """The part of study.json, with `notes` on what could not be averaged; `lines` are the points of the results."""
    spent = {(p["trial"], p["tokens"], p["held_out"]): p for p in facts["points"]}
    rows, lost = list[Facts](), list[str]()
    for mine in _cells(lines):
        there = [p for p in mine if unharmed(_file(folder, p), p["predictions"])]
        lost += [_file(folder, p).name for p in mine if p not in there]
        if len(there) > 1:
            points = [spent[p["trial"], p["tokens"], p["held_out"]] for p in there]
            known = facts["data"]["held_out"][there[0]["held_out"]]["bytes"]
            draws = (fitted.get(there[0]["held_out"]) or {}).get("draws")
            files = [_file(folder, p) for p in there]
            rows += [_row(points, one, known, draws) for one in averaged(files, most)]
    return {"rows": rows, "says": list(_says(rows, facts)), "notes": list(_lost(lost))}


def _cells(lines: Sequence[Line]) -> list[list[Line]]:
    """Points whose models differ by their seed alone, no more than can be averaged, where there are two at least."""
    cells: dict[tuple[Any, ...], list[Line]] = {}
    for p in lines:
        if p["arm"] in ARMS and "predictions" in p:
            cells.setdefault(tuple(p[name] for name in CELL), []).append(p)
    return [sorted(mine, key=lambda p: p["seed"])[:MOST] for mine in cells.values() if len(mine) > 1]


def _file(folder: Path, p: Line) -> Path:
    return place(folder, p["trial"], p["tokens"], p["held_out"])


def _lost(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield (
            f"ensembles: {FOLDER}/{names[0]} and {len(names) - 1} more are not there as they were written, so these models are "
            "in no ensemble"
            if len(names) > 1
            else f"ensembles: {FOLDER}/{names[0]} is not there as it was written, so this model is in no ensemble"
        )


def _row(points: Sequence[Facts], found: Any, known: int, draws: Draws | None) -> Facts:
    """One ensemble, its loss in bits per byte, and what else its compute buys."""
    bits, times = 1 / (math.log(2) * known), found.models
    told = {"value": bits * found.loss, "interval": [bits * end for end in found.interval], "n": found.seeds}
    others = {way: None if draws is None else _alternative(draws, points[0], way, times) for way in WAYS}
    apart = {way: other and _apart(told, other) for way, other in others.items()}
    return {
        "kind": "ensemble",
        **{name: points[0][name] for name in OF_A_MODEL},
        "models": times,
        "draws": found.draws,
        **{name: _together(points, name, times) for name in ("flops", "seconds", "joules")},
        "loss": told["value"],
        "interval": told["interval"],
        "n": found.seeds,
        "alone": sum(p["loss"] for p in points) / len(points),
        **others,
        "difference": apart,
        **_verdict(apart),
    }


def _together(points: Sequence[Facts], name: str, times: int) -> float | None:
    """What so many of these models took, by their mean; None where that of one is unknown."""
    known = [p[name] for p in points]
    return None if None in known else float(times * sum(known) / len(known))


def _alternative(draws: Draws, point: Facts, way: str, times: int) -> Facts | None:
    """The loss that the law gives one model of so many times the compute; None beyond what was trained, or where the law cannot say."""
    law, runs = draws.fit.law, draws.fit.runs
    n, d, u, c = (float(point[name]) for name in ("parameters", "tokens", "unique", "flops"))
    again = d > u * 1.001
    if again and law.name != "data_constrained":
        return None
    if way == "larger":
        n *= times
    else:
        d, u = d * times, u if again else u * times
    if (
        n > FAR * runs.parameters.max()
        or d > FAR * runs.tokens.max()
        or d / u > FAR * (runs.tokens / runs.unique).max()
    ):
        return None
    at = Inputs.at([n], [d], [u], [c * times])
    code = np.array([runs.grades.index(point["grade"])])

    def of(theta: Floats) -> Floats:
        return np.exp(draws.fit.log_losses(theta, at, code))[:, 0]

    value, low, high = draws.interval(of)
    return {"value": finite(value), "interval": [finite(low), finite(high)], "n": len(runs)}


def _apart(told: Facts, other: Facts) -> Facts:
    """By how much the ensemble's loss is below the other's; no interval where the other's is open."""
    value = other["value"] - told["value"]
    if None in other["interval"]:
        return {"value": value, "interval": None, "n": told["n"]}
    ends = difference(other["value"], tuple(other["interval"]), told["value"], tuple(told["interval"]))
    return {"value": value, "interval": list(ends), "n": told["n"]}


def _verdict(apart: Mapping[str, Facts | None]) -> Facts:
    """Whether averaging lowers loss more than the better of the other two; `against` says which that is."""
    known = {way: one for way, one in apart.items() if one is not None}
    if not known:
        return {"verdict": "UNDECIDED", "against": None}
    best = min(known, key=lambda way: known[way]["value"])
    ends = {way: one["interval"] or [-math.inf, math.inf] for way, one in known.items()}
    if ends[best][1] < 0:
        return {"verdict": "REFUTED", "against": best}
    sure = len(known) == len(apart) and all(low > 0 for low, _ in ends.values())
    return {"verdict": "SUPPORTED" if sure else "UNDECIDED", "against": best}


def _says(rows: Sequence[Facts], facts: Mapping[str, Any]) -> Iterator[str]:
    """Of each held-out set: the fewest models of the reference, as long as they were trained, at the largest size that has a comparison."""
    reference = facts["study"]["reference"]
    for held_out in dict.fromkeys(row["held_out"] for row in rows):
        mine = [r for r in rows if (r["held_out"], r["grade"], r["arm"]) == (held_out, reference, "main")]
        if mine:
            yield _sentence(max(mine, key=lambda r: (r["against"] is not None, r["size"], r["tokens"], -r["models"])))


def _sentence(row: Facts) -> str:
    models = f"{row['models']} models of {row['parameters']:,} parameters and {row['tokens']:,} tokens"
    if row["against"] is None:
        return f"Whether averaging {models} is worth it on {row['held_out']} text is unknown: what else their compute buys lies beyond what was trained."
    apart, way = row["difference"][row["against"]], WAYS[row["against"]]
    amount, n = estimate(apart, "{:+.3f}"), row["n"]
    if row["verdict"] == "REFUTED":
        return f"Averaging {models} is NOT worth it on {row['held_out']} text: against one {way} for the same compute it lowers loss by {amount} (n = {n} seeds)."
    if row["verdict"] == "SUPPORTED":
        return f"Averaging {models} is worth it on {row['held_out']} text: against one {way} for the same compute it lowers loss by {amount} (n = {n} seeds)."
    return f"Whether averaging {models} is worth it on {row['held_out']} text is undecided: against one {way} for the same compute it lowers loss by {amount} (n = {n} seeds)."


def table(facts: Mapping[str, Any]) -> list[Facts]:
    """The ensembles as rows of points.csv, whose points they stand behind; none where none were averaged."""
    names = ("kind", *OF_A_MODEL, "models", "flops", "seconds", "joules", "loss")
    return [
        {name: row[name] for name in names} | {"loss_low": row["interval"][0], "loss_high": row["interval"][1]}
        for row in (facts.get("ensembles") or {}).get("rows") or []
    ]
