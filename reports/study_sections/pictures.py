"""What models of pictures make: FID by how many different pictures there were and how many were seen, and the made pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from reports import html, say
from reports.figures import Places, drawn
from reports.study_sections.drawing import PANEL, Array, Look, across, axes_of, heights, looks, said, swatch
from reports.study_sections.facts import Facts, size_name

SHEETS = 700_000  # bytes of base64 that pictures may take; the others are in results.jsonl
FEW = 5  # amounts, each of which has its number on the axis
LINES = 8  # in one figure: more cannot be told apart
NAMED = Markup('<span translate="no">{}</span>')
NEARER = 0.5  # the share of made pictures nearer to a training picture, where nothing is memorised


@dataclass(frozen=True)
class _Line:
    """FID, or KID, of one kind of run, along what it is drawn against, with what it may be by chance."""

    look: Look
    label: str
    at: Array
    value: Array
    low: Array
    high: Array


def pictures_of(key: str, facts: Facts, rows: int) -> dict[str, Any] | None:
    """All that the page shows of a study of pictures; None of one of text."""
    task = facts.get("task") or {}
    if task.get("kind") != "pictures":
        return None
    points = [p for p in facts.get("points") or [] if p.get("arm") == "main" and p.get("measures")]
    last = max((p["tokens"] for p in points), default=None)
    final = [p for p in points if p["tokens"] == last]
    by_number = _lines(final, "unique", ("grade", "size"))
    by_kid = _lines(final, "unique", ("grade", "size"), "kid")
    most = max((p["unique"] for p in points), default=None)
    by_seen = _lines([p for p in points if p["unique"] in (most, p["tokens"])], "tokens", ("grade", "size"))
    cells_of = {(p["grade"], p["size"], p["unique"]) for p in final}
    plain = {name for name, grade in (facts.get("study") or {}).get("grades", {}).items() if not grade.get("steps")}
    cells, left_out = _cells(final, facts.get("made") or [], rows, plain)
    return {
        "name": facts.get("name"),
        "loss": task["loss"],
        "metric": task["metric"],
        "sentence": facts.get("sentence"),
        "floor": (facts.get("data") or {}).get("floor"),
        "judging": (facts.get("data") or {}).get("judging") or {},
        "by_number": _drawn(
            by_number, f"{key}n", "different pictures, log scale", f"FID by different pictures, {last} seen"
        ),
        "by_kid": _drawn(
            by_kid, f"{key}k", "different pictures, log scale", f"KID by different pictures, {last} seen", "KID"
        ),
        "by_seen": _drawn(by_seen, f"{key}s", "pictures seen, log scale", "FID by pictures seen"),
        "alone": len(final) == len(cells_of),
        "made": max((p["measures"]["fid"].get("n") or 0 for p in final), default=0),
        "real": sum(h.get("documents") or 0 for h in ((facts.get("data") or {}).get("held_out") or {}).values()),
        "legend": [(NAMED.format(line.label), swatch(line.look)) for line in by_number],
        "last": last,
        "cells": cells,
        "left_out": left_out,
        "limits": list(facts.get("not_claimed") or []),
        "controls": [c for c in facts.get("controls") or [] if c.get("passed") is False],
    }


def _lines(points: Sequence[Facts], along: str, kinds: tuple[str, str], measure: str = "fid") -> list[_Line]:
    """A line for each grade and size: of one seed with its interval, of several their mean, between the least and the largest."""
    points = [p for p in points if (p["measures"].get(measure) or {}).get("value") is not None]
    names = list(dict.fromkeys(tuple(p[kind] for kind in kinds) for p in points))
    found = []
    for look, name in zip(looks(len(names)), names[:LINES], strict=False):
        mine = [p for p in points if tuple(p[kind] for kind in kinds) == name]
        at = sorted({p[along] for p in mine})
        readings = [[p["measures"][measure] for p in mine if p[along] == x] for x in at]
        means = [math.fsum(r["value"] for r in cell) / len(cell) for cell in readings]
        low, high = zip(*map(_ends, readings), strict=True)
        label = f"{html.cut(str(name[0]), 40)}, {size_name(name[1])}"
        found.append(_Line(look, label, *(np.array(column, np.float64) for column in (at, means, low, high))))
    return found


def _ends(readings: Sequence[Facts]) -> tuple[float, float]:
    """The interval of one reading, the least and the largest of several.

    >>> _ends([{"value": 2, "interval": [1, 3]}]), _ends([{"value": 2}, {"value": 5}])
    ((1.0, 3.0), (2.0, 5.0))
    """
    values = [float(r["value"]) for r in readings]
    low, high = (readings[0].get("interval") or (None, None)) if len(readings) == 1 else (None, None)
    return (min(values) if low is None else float(low)), (max(values) if high is None else float(high))


def _cells(
    final: Sequence[Facts], made: Sequence[Facts], rows: int, plain: set[str]
) -> tuple[list[dict[str, Any]], int]:
    """Of each grade, size and number of pictures what was measured at the end, and what its first model made.

    And how many sheets there was no room for.
    """
    sheets = {(m["grade"], m["size"], m["unique"]): m.get("picture") for m in made}
    found, room, left_out = [], SHEETS, 0
    keys = list(dict.fromkeys((p["grade"], p["size"], p["unique"]) for p in final))
    for grade, size, unique in sorted(keys, key=lambda key: (-key[2], -key[1]))[:rows]:
        mine = [p for p in final if (p["grade"], p["size"], p["unique"]) == (grade, size, unique)]
        first = min(mine, key=lambda p: p["seed"])
        sheet = sheets.get((grade, size, unique))
        fits = sheet is not None and len(sheet) <= room
        left_out += sheet is not None and not fits
        room -= len(sheet) if sheet is not None and fits else 0
        measures: Mapping[str, Any] = first["measures"]
        found.append(
            {
                "grade": grade,
                "size": size_name(size),
                "unique": unique,
                "seeds": len(mine),
                "loss": first["loss"],
                "best": first.get("best"),
                "measures": measures,
                "copies": grade in plain and _copies(measures.get("memorised")),
                "sheet": Markup("data:image/png;base64,{}").format(sheet) if fits else None,
            }
        )
    return found, left_out


def _copies(reading: Facts | None) -> bool:
    """Whether the made pictures are nearer to the training pictures than chance would have them."""
    interval = (reading or {}).get("interval")
    return bool(interval and interval[0] > NEARER)


def _drawn(lines: Sequence[_Line], key: str, below: str, alt: str, measure: str = "FID") -> Markup | None:
    """FID along a logarithmic axis, a line each; None without any."""
    if not lines:
        return None
    every = np.unique(np.concatenate([line.at for line in lines]))

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, PANEL)
        heights(axes, [np.zeros(1), *(v for line in lines for v in (line.low, line.high))])
        place = Places(np.array([every.min() / 1.25, every.max() * 1.25]), log=True)
        across(axes, place, PANEL)
        if len(every) <= FEW:
            axes.set_xticks([place(x) for x in every], [say.short(x) for x in every])
        apart = np.ptp(axes.get_xlim()) * 0.012
        for i, line in enumerate(lines):
            x = np.log10(line.at) + (i - (len(lines) - 1) / 2) * apart
            axes.vlines(x, line.low, line.high, color=line.look.colour, linewidth=1.3)
            axes.plot(
                x, line.value, color=line.look.colour, linestyle=line.look.dash, linewidth=1.2,
                marker=line.look.marker, markersize=5.4, markeredgewidth=0,
            )  # fmt: skip
        said(axes, measure, below, PANEL)

    return drawn(draw, key, alt, PANEL)
