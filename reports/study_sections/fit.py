"""How well the law fits: its parameters in the order of trust, and what it leaves unexplained, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports import html, say
from reports.figures import INK, QUIET, Places, drawn, plain
from reports.study_sections.drawing import PANEL, Array, Look, across, axes_of, heights, said
from reports.study_sections.facts import Facts, size_name

WEAK, NOT_JUDGED = "weakly identified", "not judged"
FACTOR = 4  # between the ends of a profile, from which a study calls a parameter weakly identified
_WIDEST = 14  # characters of a name on an axis
_PLACE = "name {} here"


def ranked(law: Facts) -> dict[str, Any]:
    """A law with its parameters in the order of trust, each with its standing, and the names of those not to quote."""
    rows = [_row(law, name) for name in sorted(law.get("parameters") or {}, key=_rank)]
    return {
        **law,
        "rows": rows,
        "weak": [row["name"] for row in rows if row["standing"] == WEAK],
        "not_judged": [row["name"] for row in rows if row["standing"] == NOT_JUDGED],
    }


def _row(law: Facts, name: str) -> dict[str, Any]:
    """One parameter; without a profile only an interval of both ends and no more than a factor FACTOR calls it usable."""
    interval = (law.get("intervals") or {}).get(name)
    profile = (law.get("profiles") or {}).get(name)
    span = _span(profile or interval)
    usable = profile or (span is not None and span <= FACTOR)
    return {
        "name": name,
        "estimate": say.split({"value": law["parameters"][name], "interval": interval}),
        "standing": WEAK if name in (law.get("weakly_identified") or []) else "usable" if usable else NOT_JUDGED,
        "ratio": "" if span is None else f"×{say.power(round(span, 2))}",
        "other": (law.get("least_squares") or {}).get(name),
    }


def misses(law: Facts | None, points: Sequence[Facts], at: Facts | None) -> list[str]:
    """Where a law that does not fit misses most, by how much at the operating point, and whether its slope is wrong there.

    Residuals of runs that differ by their seed or order alone are averaged; nothing of a law that was not rejected.
    """
    if not law or not (law.get("lack_of_fit") or {}).get("rejected"):
        return []
    cells: dict[tuple[Any, ...], list[float]] = {}
    for residual in law.get("residuals") or []:
        if residual.get("residual") is not None and residual.get("point") in range(len(points)):
            cells.setdefault(_cell(points[residual["point"]]), []).append(residual["residual"])
    means = {cell: float(np.expm1(np.mean(found))) for cell, found in cells.items() if None not in cell}
    if not means:
        return []
    (grade, size, tokens, _), most = max(means.items(), key=lambda item: abs(item[1]))
    where = f"{html.cut(grade, 40)} at size {size_name(size)} after {say.short(tokens)} tokens"
    told = [f"It misses most of {where}: measured loss is {_off(most)} the law."]
    reference = str((at or {}).get("reference"))
    point = (at or {}).get("operating_point") or {}
    here = [mean for cell, mean in means.items() if cell == (reference, *(point.get(k) for k in CELL[1:]))]
    if here:
        told.append(f"At the operating point it is {_off(here[0])} it.")
    return told + _tilted(means, reference, law.get("repeat_sd") or 0.0)


CELL = ("grade", "parameters", "tokens", "unique")


def _cell(point: Facts) -> tuple[Any, ...]:
    return tuple(point.get(key) for key in CELL)


def _tilted(means: Mapping[tuple[Any, ...], float], reference: str, sd: float) -> list[str]:
    """Whether the largest size falls less or more steeply with tokens than the law, by more than seeds do; fresh runs alone."""
    fresh = [
        (size, tokens, mean)
        for (grade, size, tokens, unique), mean in means.items()
        if grade == reference and unique == tokens
    ]
    largest = sorted((tokens, mean) for size, tokens, mean in fresh if size == max(s for s, _, _ in fresh))
    if len(largest) < 2 or abs(largest[-1][1] - largest[0][1]) <= 2 * sd:
        return []
    way = "less" if largest[-1][1] > largest[0][1] else "more"
    return [
        f"The largest size falls {way} steeply with tokens than the law, which has one exponent of tokens for all sizes: "
        "take what it says of larger models, and of more compute, for a guess."
    ]


def _off(share: float) -> str:
    """How far measured loss is from the law.

    >>> _off(0.0248), _off(-0.03)
    ('2.5\\xa0% above', '3\\xa0% below')
    """
    return f"{say.share(abs(share))} {'above' if share > 0 else 'below'}"


def _rank(name: str) -> tuple[int, str]:
    """Multipliers first, then scales of repeats, exponents and the other scales, the floor last: by how far to trust them."""
    starts = (("q", 0), ("R_", 1), ("alpha", 2), ("beta", 2), ("gamma", 2), ("E", 4))
    return next((rank for start, rank in starts if name.startswith(start)), 3), name


def _span(interval: Sequence[float | None] | None) -> float | None:
    """How many times its lower end the upper end of an interval is; None where that says nothing."""
    if not interval or None in interval or not interval[0] or interval[0] * (interval[1] or 0) <= 0:
        return None
    ends = [abs(float(end)) for end in interval if end is not None]
    return max(ends) / min(ends)


@dataclass(frozen=True)
class _Group:
    """What a law leaves unexplained of one grade."""

    look: Look
    name: str
    tokens: Array
    values: Array


def residuals(
    key: str, law: Facts | None, points: Sequence[Facts], look: Mapping[str, Look]
) -> dict[str, Markup | None]:
    """The residuals of the law in use, by tokens and by grade."""
    found: dict[str, list[tuple[float, float]]] = {}
    for residual in (law or {}).get("residuals") or []:
        if residual.get("residual") is not None and residual.get("point") in range(len(points)):
            point = points[residual["point"]]
            found.setdefault(str(point.get("grade")), []).append((point.get("tokens") or 1, residual["residual"]))
    groups = []
    for name in (g for g in look if g in found):
        tokens, values = np.array(found[name], dtype=np.float64).T
        groups.append(_Group(look[name], name, tokens, values))
    spread = (law or {}).get("repeat_sd")
    alt = "Residuals of the law by {}: " + "; ".join(
        f"{html.cut(g.name, 40)} from {say.number(g.values.min())} to {say.number(g.values.max())}" for g in groups[:8]
    )
    return {
        f"residuals_{by}": _drawn(groups, by, f"{key}{by[0]}", alt.format(by), spread) for by in ("tokens", "grade")
    }


def _drawn(groups: Sequence[_Group], by: str, key: str, alt: str, spread: float | None = None) -> Markup | None:
    """Residuals against tokens (`by` "tokens", log axis) or side by side per grade; None without any.

    `spread` is the standard deviation of repeated cells: the strip of ± 2 of it is what chance alone does.
    """
    groups = [group for group in groups if len(group.values)]
    if not groups:
        return None

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, PANEL, left=46)
        limits = [group.values for group in groups] + [np.array([-2.2, 2.2]) * (spread or 0), np.zeros(1)]
        heights(axes, limits)
        if spread:
            axes.axhspan(-2 * spread, 2 * spread, color=QUIET, alpha=0.12, linewidth=0)
        axes.axhline(0, color=INK, linewidth=0.9)
        (_by_tokens if by == "tokens" else _by_grade)(axes, groups)
        said(axes, "residual", "tokens seen, log scale" if by == "tokens" else "", PANEL)

    return _named(drawn(draw, key, alt, PANEL), [group.name for group in groups])


def _named(svg: Markup, names: Sequence[str]) -> Markup:
    """The names of theirs in their places: the fonts of whoever reads the page know every script, matplotlib's do not."""
    text, room = str(svg), max(3, min(_WIDEST, 40 // len(names)))
    for i, name in enumerate(names):
        text = text.replace(f">{_PLACE.format(i)}<", f' translate="no">{escape(html.cut(name, room))}<')
    return Markup(text)


def _by_tokens(axes: Axes, groups: Sequence[_Group]) -> None:
    seen = np.concatenate([group.tokens for group in groups])
    across(axes, Places(np.array([seen.min() / 1.2, seen.max() * 1.2]), log=True), PANEL)
    for i, group in enumerate(groups):
        shift = (i - (len(groups) - 1) / 2) * 0.012 * np.ptp(axes.get_xlim())
        _dots(axes, np.log10(group.tokens) + shift, group)


def _by_grade(axes: Axes, groups: Sequence[_Group]) -> None:
    axes.set_xlim(-0.5, len(groups) - 0.5)
    axes.set_xticks(range(len(groups)), [_PLACE.format(i) if len(groups) <= 8 else "" for i in range(len(groups))])
    plain(axes)
    for i, group in enumerate(groups):
        spots = i + np.linspace(-0.28, 0.28, len(group.values)) if len(group.values) > 1 else np.array([float(i)])
        _dots(axes, spots, group)


def _dots(axes: Axes, x: Array, group: _Group) -> None:
    axes.plot(
        x, group.values, linestyle="none", marker=group.look.marker, markersize=4.4, color=group.look.colour,
        markeredgewidth=0, alpha=0.85,
    )  # fmt: skip
