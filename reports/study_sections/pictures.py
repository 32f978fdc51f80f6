"""What models of pictures make: FID by how many different pictures there were and how many were seen, and the made pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from reports import html
from reports.figures import Places, drawn
from reports.study_sections.drawing import PANEL, Array, Look, across, axes_of, heights, looks, said, swatch
from reports.study_sections.facts import Facts, size_name

SHEETS = 700_000  # bytes of base64 that pictures may take; the others are in results.jsonl
LINES = 8  # in one figure: more cannot be told apart
NAMED = Markup('<span translate="no">{}</span>')
NEARER = 0.5  # the share of made pictures nearer to a training picture, where nothing is memorised


@dataclass(frozen=True)
class _Line:
    """FID of one kind of run, along what it is drawn against, with the spread of its seeds."""

    look: Look
    label: str
    at: Array
    fid: Array
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
    most = max((p["unique"] for p in points), default=None)
    by_seen = _lines([p for p in points if p["unique"] in (most, p["tokens"])], "tokens", ("grade", "size"))
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
        "by_seen": _drawn(by_seen, f"{key}s", "pictures seen, log scale", "FID by pictures seen"),
        "legend": [(NAMED.format(line.label), swatch(line.look)) for line in by_number],
        "last": last,
        "cells": cells,
        "left_out": left_out,
        "limits": list(facts.get("not_claimed") or []),
        "controls": [c for c in facts.get("controls") or [] if c.get("passed") is False],
    }


def _fid(point: Facts) -> float:
    return float(point["measures"]["fid"]["value"])


def _lines(points: Sequence[Facts], along: str, kinds: tuple[str, str]) -> list[_Line]:
    """A line for each grade and size: the mean of the seeds, between the least and the largest of them."""
    names = list(dict.fromkeys(tuple(p[kind] for kind in kinds) for p in points))
    found = []
    for look, name in zip(looks(len(names)), names[:LINES], strict=False):
        mine = [p for p in points if tuple(p[kind] for kind in kinds) == name]
        at = sorted({p[along] for p in mine})
        values = [[_fid(p) for p in mine if p[along] == x] for x in at]
        label = f"{html.cut(str(name[0]), 40)}, {size_name(name[1])}"
        columns = (at, [math.fsum(v) / len(v) for v in values], list(map(min, values)), list(map(max, values)))
        found.append(_Line(look, label, *(np.array(column, np.float64) for column in columns)))
    return found


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


def _drawn(lines: Sequence[_Line], key: str, below: str, alt: str) -> Markup | None:
    """FID along a logarithmic axis, a line each; None without any."""
    if not lines:
        return None
    every = np.concatenate([line.at for line in lines])

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, PANEL)
        heights(axes, [np.zeros(1), *(v for line in lines for v in (line.low, line.high))])
        across(axes, Places(np.array([every.min() / 1.25, every.max() * 1.25]), log=True), PANEL)
        for line in lines:
            x = np.log10(line.at)
            axes.vlines(x, line.low, line.high, color=line.look.colour, linewidth=1.3)
            axes.plot(
                x, line.fid, color=line.look.colour, linestyle=line.look.dash, linewidth=1.2,
                marker=line.look.marker, markersize=5.4, markeredgewidth=0,
            )  # fmt: skip
        said(axes, "FID", below, PANEL)

    return drawn(draw, key, alt, PANEL)
