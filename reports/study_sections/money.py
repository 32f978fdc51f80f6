"""Loss against machine time at its best use: a line for each grade and amount of data, the exchange at equal loss drawn in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports import html, say
from reports.figures import INK, Places, drawn
from reports.study_sections.controls import withheld
from reports.study_sections.drawing import Array, Look, across, axes_of, heights, said, swatch
from reports.study_sections.facts import Facts, others

WIDE, NARROW = (8.0, 4.6), (4.9, 4.0)  # inches of 72 units: beside the verdicts on a desktop, and a phone
GRADES = 4  # of which lines are drawn: more hide each other
MARKS = 60  # in all; there are two such figures for each held-out set
_LETTER = 6.6  # units that a letter of size 12 takes, nearly
_HALF = (0, (1.5, 1.5))
_SHORT = 0.08  # of the axis: the heads of a shorter arrow would cover it
_NEAR = 1.04  # computes that differ by less than this ratio need no arrow


@dataclass(frozen=True)
class _Line:
    """Least loss of one grade with one amount of data."""

    look: Look
    whole: bool
    """Whether it has all of the raw corpus, not half of it."""
    x: Array
    y: Array
    low: Array | None
    high: Array | None


@dataclass(frozen=True)
class _Arrow:
    """Two amounts of time that reach one loss, and what to say of their ratio."""

    loss: float
    cheap: float
    dear: float
    says: str
    told: str
    """The same for those who do not see it, and below the figure."""
    colour: str = INK
    """That of the grade whose worth it tells."""


def money(
    key: str, name: str, facts: Facts, exchange: Facts, look: Mapping[str, Look], unit: str, loss: str = "bits per byte"
) -> dict[str, Any]:
    """The figure for a desktop and for a phone, its legend, what its arrows say; nothing of a law without tokens."""
    lines = [f for f in facts.get("frontiers") or [] if str(f.get("held_out")) == name and f.get("grade") in look]
    shown = [str(exchange.get("reference")), *(grade for grade, _ in others(exchange))][:GRADES]
    lines = [line for line in lines if str(line["grade"]) in shown]
    if not lines:
        return {"money": None}
    hours = html.cut(unit, 30)
    rate, unit = _rate(exchange, unit, max(line["flops"][-1] for line in lines))
    made = [_line(line, look[str(line["grade"])], rate) for line in lines]
    marks = _marks([p for p in facts.get("points") or [] if str(p.get("held_out")) == name], shown, look, rate)
    arrows = [
        a for a in (_grade_arrow(exchange, lines, rate, look, hours), _half_arrow(exchange, lines, rate, hours)) if a
    ]
    alt = f"Least loss on {name} against {unit}. " + " ".join(f"{arrow.told}." for arrow in arrows)
    return {
        "money": {
            "wide": _drawn(made, marks, arrows, unit, f"{key}w", alt, WIDE, loss),
            "narrow": _drawn(made, marks, arrows, unit, f"{key}n", alt, NARROW, loss),
            "legend": [(_named(line), swatch(one.look)) for line, one in zip(lines, made, strict=True)],
            "told": [arrow.told for arrow in arrows],
            "withheld": withheld(facts, name),
            "more": len(others(exchange)) + 1 - len(shown),
        }
    }


def _rate(exchange: Facts, unit: str, most: float) -> tuple[float, str]:
    """Time per FLOP at the operating point, in a unit that suits; FLOPs themselves where it has no clock."""
    point = exchange.get("operating_point") or {}
    if not point.get("gpu_hours") or not point.get("flops"):
        return 1.0, "FLOPs"
    hours = point["gpu_hours"] / point["flops"]
    part, unit = say.time_unit(hours * most, unit)
    return hours / part, unit


def _line(line: Facts, look: Look, rate: float) -> _Line:
    ends = (np.array(line[e], np.float64) if line.get(e) and None not in line[e] else None for e in ("low", "high"))
    whole = line["share"] == 1
    dashed = look if whole else replace(look, dash=_HALF)
    return _Line(dashed, whole, rate * np.array(line["flops"]), np.array(line["loss"], np.float64), *ends)


def _named(line: Facts) -> Markup:
    part = "all its tokens" if line["share"] == 1 else "half of them"
    return Markup("{} <small>{}</small>").format(html.label(line["grade"], 40), f"{part}, {say.short(line['unique'])}")


def _marks(
    points: Sequence[Facts], shown: Sequence[str], look: Mapping[str, Look], rate: float
) -> list[tuple[Look, Array, Array]]:
    """What was measured, the seeds of a cell as their mean: by grade, time and loss."""
    cells: dict[str, dict[tuple[Any, ...], list[tuple[float, float]]]] = {grade: {} for grade in shown}
    for p in points:
        grade = str(p.get("grade"))
        if grade in cells and p.get("flops") and p.get("loss") is not None and p.get("arm") != "again":
            cell = (p.get("size"), p.get("tokens"), p.get("unique"))
            cells[grade].setdefault(cell, []).append((p["flops"] * rate, p["loss"]))
    found = []
    for grade, mine in cells.items():
        every = max(1, -(-len(mine) * len(shown) // MARKS))
        means = np.array([np.mean(pairs, axis=0) for pairs in list(mine.values())[::every]], np.float64)
        if len(means):
            found.append((look[grade], means[:, 0], means[:, 1]))
    return found


def _grade_arrow(
    exchange: Facts, lines: Sequence[Facts], rate: float, look: Mapping[str, Look], hours: str
) -> _Arrow | None:
    """From the time that the reference needs for what a grade does at the operating point, to that point's."""
    at = (exchange.get("operating_point") or {}).get("flops")
    reference = html.cut(exchange.get("reference"), 40)
    for name, grade in others(exchange):
        times = grade.get("compute_multiplier") or {}
        value = times.get("value")
        own = next((line for line in lines if line["grade"] == name and line["share"] == 1), None)
        if not at or not own or not value or not max(value, 1 / value) > _NEAR:
            continue
        loss = float(np.interp(np.log(at), np.log(own["flops"]), own["loss"]))
        amount = f"at equal loss: ×{say.estimate(times)}"
        one = hours.removesuffix("s")
        told = f"One {one} on {html.cut(name, 40)} does what {say.estimate(times)} {hours} on {reference} do"
        ends = rate * at * min(value, 1), rate * at * max(value, 1)
        return _Arrow(loss, *ends, amount, told, look[name].colour)
    return None


def _half_arrow(exchange: Facts, lines: Sequence[Facts], rate: float, hours: str) -> _Arrow | None:
    """From the operating point's time to what makes up for half of its data; None where that lies beyond the figure."""
    at, times = (exchange.get("operating_point") or {}).get("flops"), exchange.get("half_data") or {}
    value = times.get("value")
    own = next((line for line in lines if line["grade"] == exchange.get("reference") and line["share"] == 1), None)
    if not at or not own or not value or value < _NEAR:
        return None
    told = f"Half of the data takes {say.estimate(times)} times the {hours} for the same loss"
    if at * value > own["flops"][-1]:
        return None
    loss = float(np.interp(np.log(at), np.log(own["flops"]), own["loss"]))
    return _Arrow(loss, rate * at, rate * at * value, f"half the data: ×{say.estimate(times)}", told)


def _drawn(
    lines: Sequence[_Line], marks: Sequence[tuple[Look, Array, Array]], arrows: Sequence[_Arrow],
    unit: str, key: str, alt: str, inches: tuple[float, float], loss: str,
) -> Markup:  # fmt: skip
    xs = np.concatenate([*(line.x for line in lines), *(x for _, x, _ in marks)])
    ys = [v for line in lines for v in (line.y, line.low, line.high) if v is not None] + [y for _, _, y in marks]
    place = Places(np.array([xs.min() / 1.12, xs.max() * 1.12]), log=True)

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, inches)
        heights(axes, ys, foot=0.07 * len(arrows))
        across(axes, place, inches)
        for line in lines:
            x = np.log10(line.x)
            if line.whole and line.low is not None and line.high is not None:
                axes.fill_between(x, line.low, line.high, color=line.look.colour, alpha=0.14, linewidth=0)
            axes.plot(x, line.y, color=line.look.colour, linestyle=line.look.dash, linewidth=2.3 if line.whole else 1.7)
        for look, x, y in marks:
            axes.plot(
                np.log10(x), y, linestyle="none", marker=look.marker, markersize=4.2, color=look.colour,
                markeredgewidth=0, alpha=0.6,
            )  # fmt: skip
        for line_of_text, arrow in enumerate(arrows):
            _exchange(axes, arrow, line_of_text, place, inches)
        said(axes, loss, f"{unit}, log scale", inches)

    return drawn(draw, key, alt, inches)


def _exchange(axes: Axes, arrow: _Arrow, at: int, place: Places, inches: tuple[float, float]) -> None:
    """A double arrow at equal loss, dropped to the axis at both ends; its ratio at the foot, on line `at`, where no curve is."""
    ends = [place(arrow.cheap), place(arrow.dear)]
    (left, right), low = axes.get_xlim(), axes.get_ylim()[0]
    for end in ends:
        axes.plot([end, end], [low, arrow.loss], color=arrow.colour, linewidth=0.8, linestyle=(0, (2, 2)))
    style = "<|-|>" if ends[1] - ends[0] > _SHORT * (right - left) else "|-|,widthA=0.4,widthB=0.4"
    axes.annotate(
        "", (ends[0], arrow.loss), xytext=(ends[1], arrow.loss),
        arrowprops={"arrowstyle": style, "color": arrow.colour, "linewidth": 2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11},
    )  # fmt: skip
    room = (1.1 * _LETTER * len(arrow.says) + 10) / (inches[0] * 72 - 44) * (right - left)
    fits = at > 0 and ends[1] + room < right
    axes.annotate(
        arrow.says, (ends[1] if fits else max(ends[0], left + room), low), xytext=(5 if fits else -5, 5 + 16 * at),
        textcoords="offset points", ha="left" if fits else "right", va="bottom", fontsize=12, fontweight="bold", color=arrow.colour,
    )  # fmt: skip
