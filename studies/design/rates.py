"""Whether the learning rate is a good one: short runs of the reference at half of it and twice of it, at the least and the largest size.

They stop at one of the study's stops, where the runs of the study itself are the ones at the rate in the middle: same seed, same
order, so that differences are taken in pairs. No law is fitted to them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataqual.intervals import t_of
from studies.results import Line

Facts = dict[str, Any]

ARM = "rate"
FACTORS = (0.5, 2.0)


@dataclass(frozen=True)
class RateCheck:
    """What a study asks for."""

    factors: tuple[float, ...] = FACTORS
    tokens: int | None = None
    """The stop; None: the first."""


def checked(points: Sequence[Line], asked: float, diverged: Sequence[Line] = ()) -> list[Facts]:
    """For each size and held-out set the losses at each rate less those at the study's, `asked`, and what follows; of a rate
    at which one of the `diverged` trials ran there is no loss, only how many did."""
    tried = [p for p in points if p["arm"] == ARM]
    own = {_cell(p): p["loss"] for p in points if p["arm"] == "main"}
    cells: dict[tuple[str, int, int, int], dict[float, list[float]]] = {}
    for p in tried:
        if _cell(p) in own:
            where = cells.setdefault((p["held_out"], p["size"], p["parameters"], p["tokens"]), {})
            where.setdefault(p["learning_rate"] / asked, []).append(p["loss"] - own[_cell(p)])
    lost: dict[tuple[str, int, int, int], Counter[float]] = {}
    for line in (line for line in diverged if line["arm"] == ARM):
        for held_out in dict.fromkeys(p["held_out"] for p in points):
            if _cell(line | {"held_out": held_out}) in own:
                key = held_out, line["size"], line["parameters"], line["tokens"]
                cells.setdefault(key, {})
                lost.setdefault(key, Counter())[line["learning_rate"] / asked] += 1
    return [
        {"held_out": held_out, "size": size, "parameters": parameters, "tokens": tokens}
        | _judged(found, lost.get((held_out, size, parameters, tokens), {}), held_out, parameters, tokens, asked)
        for (held_out, size, parameters, tokens), found in cells.items()
    ]


def _cell(p: Line) -> tuple[Any, ...]:
    return p["held_out"], p["size"], p["grade"], p["seed"], p["tokens"]


def _judged(
    found: Mapping[float, Sequence[float]],
    lost: Mapping[float, int],
    held_out: str,
    parameters: int,
    tokens: int,
    asked: float,
) -> Facts:
    none: Facts = {"difference": None, "interval": None, "n": 0}
    rows: list[Facts] = [
        {"factor": factor, **(none | {"diverged": lost[factor]} if factor in lost else _mean(found[factor]))}
        for factor in sorted({*found, *lost})
    ]
    best = min((row for row in rows if row["n"]), key=lambda row: row["difference"], default=none)
    edge = best["n"] > 0 and best["difference"] < 0
    return {"rows": rows, "edge": edge, "says": _says(rows, best, edge, held_out, parameters, tokens, asked)}


def _mean(differences: Sequence[float]) -> Facts:
    """The mean over seeds, paired, with Student's interval; none of one."""
    n, mean = len(differences), math.fsum(differences) / len(differences)
    if n < 2:
        return {"difference": mean, "interval": None, "n": n}
    spread = math.sqrt(math.fsum((d - mean) ** 2 for d in differences) / (n - 1) / n) * t_of(0.95, n - 1)
    return {"difference": mean, "interval": [mean - spread, mean + spread], "n": n}


def _says(
    rows: Sequence[Facts], best: Facts, edge: bool, held_out: str, parameters: int, tokens: int, asked: float
) -> str:
    """What was tried, where the least loss lay among it, whether chance may have put it there, and what goes there."""
    listed = ", ".join(_shown(row) for row in rows)
    where = f"{parameters:,} parameters after {tokens:,} tokens, loss on {held_out} against that at the study's learning rate: {listed}"
    least = best["factor"] if edge else 1.0
    tried = sorted({1.0, *(row["factor"] for row in rows)})
    mend = f" learning_rate: {asked * least:g} in the study file goes there." if edge else ""
    return f"{where}. {_least(least, tried)} {_chance(rows, best, edge)}{mend}"


def _least(least: float, tried: Sequence[float]) -> str:
    """Where the least loss was, and what was tried on either side of it."""
    at = tried.index(least)
    said = f"Of what was tried the least loss was at {least:g} times"
    if 0 < at < len(tried) - 1:
        return f"{said}, between {tried[at - 1]:g} and {tried[at + 1]:g} times."
    return f"{said}, the {'lowest' if at == 0 else 'highest'}: the minimum may lie beyond."


def _chance(rows: Sequence[Facts], best: Facts, edge: bool) -> str:
    """Whether the intervals of the differences leave it open that another rate is the best."""
    if edge:
        sure = best["interval"] is not None and best["interval"][1] < 0
        more = ": losses at this size tell of the rate, too"
    else:
        sure = all(row["interval"] is not None and row["interval"][0] > 0 for row in rows if row["n"])
        more = ""
    return f"Chance does not do that{more}." if sure else "Chance may do that."


def _shown(row: Facts) -> str:
    if "diverged" in row:
        return f"{row['factor']:g} times diverged (n = {row['diverged']})"
    ends = row["interval"]
    around = "" if ends is None else f" [{ends[0]:+.4f}, {ends[1]:+.4f}]"
    return f"{row['factor']:g} times {row['difference']:+.4f}{around} (n = {row['n']})"


def controls(found: Sequence[Facts]) -> Iterator[Facts]:
    """As the page lists controls: reported, and never a reason to withhold a verdict."""
    for one in found:
        yield {
            "name": f"learning rate at {one['parameters']:,} parameters, {one['held_out']}",
            "held_out": one["held_out"],
            "passed": None,
            "reported": True,
            "value": None,
            "interval": None,
            "says": one["says"],
        }
