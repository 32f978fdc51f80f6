"""What the final models wrote: every measure by grade and size, four of them drawn beside real text, and a few texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from reports import say
from reports.figures import INK, Places, drawn, plain
from reports.study_sections.drawing import PANEL, Look, axes_of, heights, said
from reports.study_sections.facts import Facts, ascending, size_name

MEASURES = {
    "perplexity": ("perplexity", "of a token of what really follows; lower is better"),
    "bleu": ("BLEU", "against what really follows, 0 to 100"),
    "rougeL": ("ROUGE-L", "F1 against what really follows"),
    "distinct_2": ("distinct-2", "different pairs of words among all"),
    "self_bleu": ("self-BLEU", "how like the texts are to each other"),
    "repetition": ("repetition, %", "words in a phrase of four that the text has again"),
    "copied_words": ("longest copy", "words in a row from the training text, mean"),
    "copied_share": ("copied, %", "of all tokens, in long copies"),
    "female_share": ("for women, %", "of words that name women or men"),
    "broken": ("broken, %", "texts with a character that is none"),
}
"""Name -> how the page calls it, and what it is."""
OF_THE_WHOLE = ("perplexity", "bleu", "rougeL", "distinct_2", "self_bleu")
"""Those of the first table, so that both have room on a screen and on paper; the second tells of repeating, copying and bias."""
SHARES = ("repetition", "copied_share", "female_share", "broken")
"""What the table tells in per cent."""
DRAWN = {
    "female_share": "words for women, share",
    "repetition": "repeated words, share",
    "distinct_2": "distinct pairs of words",
    "copied_words": "longest copy, words",
}
"""Whether cleaner data makes output that is less biased, less repetitive, more varied, less copied."""
LONGEST = 320


def generated_of(facts: Facts, look: Mapping[str, Look], rows: int) -> dict[str, Any] | None:
    """The section, or None where nothing was written."""
    found = facts.get("generated")
    if not found or not found.get("rows"):
        return None
    main = [row for row in found["rows"] if row.get("arm") == "main"]
    measured = [name for name in MEASURES if any(name in row["measures"] for row in found["rows"])]
    parts = [[name for name in measured if (name in OF_THE_WHOLE) == whole] for whole in (True, False)]
    return {
        **found,
        "tables": [_table(found, names, rows) for names in parts if names],
        "more": max(0, len(found["rows"]) - rows),
        "figures": [
            (title, figure)
            for i, (name, title) in enumerate(DRAWN.items())
            if (figure := by_size(main, found["real"].get(name), name, title, f"w{i}", look)) is not None
        ],
        "longest": LONGEST,
    }


def _table(found: Facts, names: Sequence[str], rows: int) -> dict[str, Any]:
    """Some of the measures, a row for each model and one for people."""
    return {
        "columns": [MEASURES[name] for name in names],
        "shown": [_row(row, names) for row in found["rows"][:rows]],
        "real_cells": [_cell(found["real"].get(name), name) for name in names],
    }


def _row(row: Facts, names: Sequence[str]) -> dict[str, Any]:
    return {**row, "cells": [_cell(row["measures"].get(name), name) for name in names]}


def _cell(reading: Facts | None, name: str) -> tuple[str, str]:
    """A value and its interval; a dash where it was not measured."""
    if reading is None or reading.get("value") is None:
        return ("–" if reading is None else "unknown"), ""
    return _per_cent(reading) if name in SHARES else say.split(reading)


def _per_cent(reading: Facts) -> tuple[str, str]:
    """A share and its ends in per cent, two digits that matter of each and no finer than a hundredth.

    >>> _per_cent({"value": 0.00121, "interval": [0.000133, 0.00453]}), _per_cent({"value": 0.0, "interval": [0, 0.142]})
    (('0.12', '[0.01,\xa00.45]'), ('0', '[0,\xa014]'))
    """
    shown = [
        "?"
        if x is None
        else "0"
        if abs(x) < 5e-5
        else f"{100 * x:.{2 if abs(x) < 0.01 else 1 if abs(x) < 0.1 else 0}f}"
        for x in (reading["value"], *(reading.get("interval") or ()))
    ]
    return shown[0], f"[{shown[1]},{say.NBSP}{shown[2]}]" if shown[1:] else ""


def by_size(
    rows: Sequence[Facts], real: Facts | None, name: str, title: str, key: str, look: Mapping[str, Look]
) -> Markup | None:
    """One measure by size, a line per grade; the strip and the line across are real text. None where there is nothing."""
    points = [(row["grade"], float(row["parameters"]), row["measures"].get(name) or {}) for row in rows]
    points = [point for point in points if point[2].get("value") is not None]
    if not points:
        return None

    def ends(reading: Facts) -> tuple[float, float]:
        low, high = reading.get("interval") or (None, None)
        return (math.nan if low is None else low), (math.nan if high is None else high)

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, PANEL, left=46)
        beside = [real["value"], *ends(real)] if real and real.get("value") is not None else []
        heights(axes, [np.array([p["value"], *ends(p)]) for _, _, p in points] + [np.array(beside or [math.nan])])
        sizes = np.array([size for _, size, _ in points])
        place = Places(np.array([sizes.min() / 1.4, sizes.max() * 1.4]), log=True)
        axes.set_xlim(place.edges[0], place.edges[-1])
        shown = ascending(sizes.tolist())[:8]
        axes.set_xticks([place(size) for size in shown], [size_name(size) for size in shown])
        plain(axes)
        if beside:
            axes.axhline(beside[0], color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        grades = list(dict.fromkeys(grade for grade, _, _ in points))
        for i, grade in enumerate(grades):
            mine = sorted((size, reading) for own, size, reading in points if own == grade)
            x = np.array([place(size) for size, _ in mine]) + (i - (len(grades) - 1) / 2) * 0.02
            low, high = np.array([ends(reading) for _, reading in mine]).T
            axes.vlines(x, low, high, color=look[grade].colour, linewidth=1.2)
            axes.plot(
                x, [reading["value"] for _, reading in mine], color=look[grade].colour, linestyle=look[grade].dash,
                linewidth=1.2, marker=look[grade].marker, markersize=5.4, markeredgewidth=0,
            )  # fmt: skip
        said(axes, title, "parameters", PANEL)

    return drawn(draw, key, f"{title} by size and grade", PANEL)
