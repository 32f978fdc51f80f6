"""Loss against compute: from points and fitted curves to the main figure with its arrow, and one panel for each size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from reports import html, say
from reports.study_sections.drawing import PANEL, Look
from reports.study_sections.facts import Clock, Facts, ascending, once, others, size_name
from reports.study_sections.loss_figure import NARROW, WIDE, Curve, Exchange, Marks, losses

LINES = 24  # curves in one figure; more are a thicket


def main_figure(
    name: str, key: str, points: Sequence[Facts], curves: Sequence[Facts], exchange: Facts,
    look: Mapping[str, Look], clock: Clock, most: int, loss: str = "bits per byte",
) -> dict[str, Any]:  # fmt: skip
    """The figure for a desktop and for a phone, of at most `most` marks, and what it does not show."""
    sizes = _drawn_sizes(points)
    points, curves = ([x for x in xs if x.get("size") in sizes] for xs in (points, curves))
    marks, total, drawn = marks_of(points, look, clock, most)
    lines = [curve_of(c, look, clock) for c in curves]
    double = arrow(exchange, curves, clock)
    alt = f"Loss on {name} against {clock.unit}: {_described(points, loss)} {double['says'] if double else ''}"
    draw = {"wide": WIDE, "narrow": NARROW}
    made = {
        f"figure_{which}": losses(
            marks,
            lines,
            clock.unit,
            f"{key}{which[0]}",
            alt,
            inches=inches,
            exchange=double["exchange"] if double else None,
            loss=loss,
        )
        for which, inches in draw.items()
    }
    return {
        **made,
        "arrow": double,
        "fitted": bool(lines),
        "marks_total": total,
        "marks_drawn": drawn,
        "sizes": list(map(size_name, sizes)),
    }


def _drawn_sizes(points: Sequence[Facts]) -> list[Any]:
    """The sizes of the main figure: all, or as many as its lines have room for, spread from the least to the largest."""
    sizes = ascending(p["size"] for p in points if p.get("size") is not None)
    most = max(2, LINES // max(1, len({p.get("grade") for p in points})))
    if len(sizes) <= most:
        return sizes
    return [sizes[round(i * (len(sizes) - 1) / (most - 1))] for i in range(most)]


def _described(points: Sequence[Facts], unit: str) -> str:
    """The lowest loss of each grade, for those who cannot see the figure."""
    best: dict[str, float] = {}
    for point in points:
        if point.get("loss") is not None:
            grade = str(point.get("grade"))
            best[grade] = min(best.get(grade, math.inf), point["loss"])
    return "; ".join(f"{html.cut(g, 40)} down to {say.number(loss)} {unit}" for g, loss in list(best.items())[:8]) + "."


def marks_of(
    points: Sequence[Facts], look: Mapping[str, Look], clock: Clock, most: int
) -> tuple[list[Marks], int, int]:
    """Fresh points by grade, arm and size; where there are more than `most`, the means of cells, then every k-th."""
    cells: dict[tuple[str, bool, str], list[tuple[float, float]]] = {}
    names: dict[str, str] = {}
    for p in points:
        if p.get("arm") != "repeats" and p.get("flops") and p.get("loss") is not None:
            size = str(p.get("size"))
            names[size] = size_name(p.get("size"))
            x = clock(size, p["flops"])
            cells.setdefault((str(p.get("grade")), p.get("arm") == "again", size), []).append((x, p["loss"]))
    total = sum(map(len, cells.values()))
    if total > most:
        cells = {key: _means(pairs) for key, pairs in cells.items()}
    stride = max(1, math.ceil(sum(map(len, cells.values())) / most))
    made = []
    for (grade, again, size), pairs in cells.items():
        x, y = np.array(pairs[::stride], dtype=np.float64).T
        made.append(Marks(look[grade], names[size], x, y, hollow=again))
    return made, total, sum(len(m.x) for m in made)


def _means(pairs: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The mean loss at each amount of compute."""
    at: dict[float, list[float]] = {}
    for x, y in pairs:
        at.setdefault(x, []).append(y)
    return [(x, sum(ys) / len(ys)) for x, ys in at.items()]


def curve_of(curve: Facts, look: Mapping[str, Look], clock: Clock) -> Curve:
    """A fitted curve on the clock's axis; a band that is unknown is None."""
    x = np.array([clock(curve.get("size"), f) for f in curve["flops"]])
    low, high = (np.array(curve[e], dtype=np.float64) if curve.get(e) else None for e in ("low", "high"))
    y = np.array(curve["loss"], dtype=np.float64)
    return Curve(look[str(curve.get("grade"))], size_name(curve.get("size")), x, y, low, high)


def panels(
    key: str,
    points: Sequence[Facts],
    curves: Sequence[Facts],
    look: Mapping[str, Look],
    clock: Clock,
    most: int,
    count: int,
    loss: str = "bits per byte",
) -> list[tuple[str, Markup]]:
    """A figure for each of the `count` largest sizes, in which points and bands can be told apart."""
    sizes = ascending(p["size"] for p in points if p.get("size") is not None)
    found = []
    for i, size in enumerate(sizes[::-1][:count]):
        mine = [p for p in points if p.get("size") == size]
        marks, _, _ = marks_of(mine, look, clock, most)
        lines = [curve_of(c, look, clock) for c in curves if str(c.get("size")) == str(size)]
        alt = f"Loss at size {size_name(size)} against {clock.unit}: {_described(mine, loss)}"
        drawn = losses(marks, lines, clock.unit, f"{key}{i}", alt, inches=PANEL, sizes=False, loss=loss)
        if drawn:
            found.append((size_name(size), drawn))
    return found


def arrow(exchange: Facts, curves: Sequence[Facts], clock: Clock) -> dict[str, Any] | None:
    """Where to draw how much more compute the one grade needs for the loss of the other, at one size.

    The grade farthest from the reference whose curves reach a common loss; None where no two do.
    """
    reference = str(exchange.get("reference"))
    operating = str((exchange.get("operating_point") or {}).get("size"))
    by = {(str(c.get("grade")), str(c.get("size"))): c for c in curves}
    sizes = once([operating], ascending(c.get("size") for c in curves)[::-1])
    for name, grade in others(exchange):
        for size in sizes:
            first, second = by.get((reference, size)), by.get((name, size))
            found = first and second and _between(first, second, clock)
            if found:
                return _labelled(found, name, reference, second, grade.get("q") or {})
    return None


def _between(first: Facts, second: Facts, clock: Clock) -> tuple[float, float, float] | None:
    """A loss that both curves reach, and what each needs for it; None where they do not overlap or nearly coincide."""
    low, high = max(min(first["loss"]), min(second["loss"])), min(max(first["loss"]), max(second["loss"]))
    if high <= low:
        return None
    loss = low + 0.45 * (high - low)
    needs = _reach(first, loss, clock), _reach(second, loss, clock)
    return (loss, *needs) if max(needs) > 1.08 * min(needs) else None


def _reach(curve: Facts, loss: float, clock: Clock) -> float:
    """The compute at which a falling curve reaches `loss`."""
    falling = np.minimum.accumulate(np.array(curve["loss"], dtype=np.float64))
    where = np.log([clock(curve.get("size"), f) for f in curve["flops"]])
    return float(np.exp(np.interp(-loss, -falling, where)))


def _labelled(
    found: tuple[float, float, float], name: str, reference: str, curve: Facts | None, q: Facts
) -> dict[str, Any]:
    """The exchange with q as its label: at one size, on fresh data, compute goes as tokens, so q is the ratio of computes.

    Where the curves say otherwise, the drawn ratio is the label, and it says so.
    """
    loss, base, other = found
    dear, cheap = (name, reference) if other > base else (reference, name)
    drawn = max(other, base) / min(other, base)
    estimate = _inverse(q) if other > base else q
    low, high = estimate.get("interval") or (None, None)
    value = estimate.get("value")
    agrees = value is not None and (
        abs(drawn / value - 1) < 0.15 or (low is not None and high is not None and low <= drawn <= high)
    )
    ratio = say.estimate(estimate) if agrees else say.number(round(drawn, 2))
    size = size_name((curve or {}).get("size"))
    rest = "" if agrees else " as these curves are drawn"
    return {
        "exchange": Exchange(loss, min(base, other), max(base, other), f"×{ratio} compute", size),
        "dear": dear, "cheap": cheap, "ratio": f"×{ratio}", "size": size, "rest": rest, "agrees": agrees,
        "says": f"At equal loss and size {size}, {html.cut(dear, 40)} needs ×{ratio} the compute of {html.cut(cheap, 40)}{rest}.",
    }  # fmt: skip


def _inverse(reading: Facts) -> dict[str, Any]:
    """One over an estimate, with the ends of its interval in order.

    >>> _inverse({"value": 0.5, "interval": [0.4, 0.8]})
    {'value': 2.0, 'interval': [1.25, 2.5]}
    """
    value = reading.get("value")
    low, high = reading.get("interval") or (None, None)
    ends = [1 / end if end else None for end in (high, low)]
    return {"value": 1 / value if value else None, "interval": ends if low or high else None}
