"""Probes: how well each model labels what it was tuned on, by grade and size, beside always saying the commonest label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports import say
from reports.study_sections.drawing import Look
from reports.study_sections.facts import Facts
from reports.study_sections.generated import by_size

CLASSES = 8
MOST = 6
TITLES = {"accuracy": "accuracy", "macro_f1": "F1, mean of the classes"}


def probes_of(facts: Facts, look: Mapping[str, Look], rows: int) -> list[dict[str, Any]]:
    """A part of the section for each probe; none where there is none."""
    found = list((facts.get("probes") or {}).items())
    return [_probe(name, probe, f"q{i}", look, rows) for i, (name, probe) in enumerate(found[:MOST])]


def _probe(name: str, probe: Facts, key: str, look: Mapping[str, Look], rows: int) -> dict[str, Any]:
    measured = list(dict.fromkeys(name for row in probe["rows"] for name in row["measures"]))
    classes = [name for name in measured if name.startswith("f1:")]
    shown = [name for name in TITLES if name in measured] + classes[:CLASSES]
    commonest = probe["commonest"]
    chance = {"value": commonest["share"], "interval": None, "n": probe["test"]}
    main = [row for row in probe["rows"] if row["arm"] == "main"]
    figures = [
        (title, figure)
        for i, (measure, title) in enumerate(TITLES.items())
        if (figure := by_size(main, chance if measure == "accuracy" else None, measure, title, f"{key}{i}", look))
        is not None
    ]
    return {
        **probe,
        "name": name,
        "right": say.share(commonest["share"]),
        "columns": [(TITLES.get(measure), "F1 " + measure.removeprefix("f1:")) for measure in shown],
        "shown": [{**row, "cells": [_cell(row["measures"].get(m)) for m in shown]} for row in probe["rows"][:rows]],
        "more": max(0, len(probe["rows"]) - rows),
        "more_classes": max(0, len(classes) - CLASSES),
        "figures": figures,
    }


def _cell(reading: Facts | None) -> tuple[str, str]:
    if reading is None or reading.get("value") is None:
        return ("–" if reading is None else "unknown"), ""
    return say.split(reading)
