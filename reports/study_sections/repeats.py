"""Repeated against fresh data at equal tokens: a figure, its rows and the epochs that do no harm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from reports import html, say
from reports.figures import INK, Places, drawn, plain
from reports.study_sections.drawing import PANEL, Array, Look, axes_of, heights, looks, said, swatch
from reports.study_sections.facts import Facts, size_name


@dataclass(frozen=True)
class _Group:
    """How much worse repeated data is than fresh at equal tokens, at one size, by epochs."""

    look: Look
    size: str
    epochs: Array
    difference: Array
    low: Array
    high: Array


def repeats_of(key: str, name: str, facts: Facts, loss: str = "bits per byte") -> dict[str, Any]:
    """Fresh against repeated data for one held-out set: a figure, its rows and a sentence; `loss` is what it is counted in."""
    rows = [r for r in facts.get("repeats") or [] if str(r.get("held_out")) == name]
    cells = list(dict.fromkeys((r.get("size"), r.get("unique")) for r in rows))
    several = len({unique for _, unique in cells}) > 1
    groups: list[_Group] = []
    legend: list[tuple[Markup, Markup]] = []
    for look, cell in zip(looks(len(cells)), cells, strict=True):
        mine = sorted((r for r in rows if (r.get("size"), r.get("unique")) == cell and r.get("difference") is not None and r.get("epochs")), key=lambda r: r["epochs"])  # fmt: skip
        if mine:
            ends = np.array([[math.nan if e is None else e for e in r.get("interval") or (None, None)] for r in mine])
            epochs, difference = np.array([[r["epochs"], r["difference"]] for r in mine], dtype=np.float64).T
            shown = f"{size_name(cell[0])}, {say.short(cell[1])} unique tokens" if several else size_name(cell[0])
            groups.append(_Group(look, shown, epochs, difference, ends[:, 0], ends[:, 1]))
            legend.append((html.told(shown), swatch(look)))
    alt = f"Loss of repeated minus fresh data on {name} by epochs"
    return {
        "repeats": rows,
        "repeats_figure": _drawn(groups, key, alt, loss),
        "repeats_legend": legend,
        "harmless": _harmless(rows),
    }


def _harmless(rows: Sequence[Facts]) -> float | None:
    """The most epochs up to which no interval of the difference is wholly above 0; None without intervals."""
    by: dict[float, bool] = {}
    for row in rows:
        if row.get("epochs") and row.get("interval") and row["interval"][0] is not None:
            by[row["epochs"]] = by.get(row["epochs"], True) and row["interval"][0] <= 0
    most = None
    for epochs in sorted(by):
        if not by[epochs]:
            break
        most = epochs
    return most


def _drawn(groups: Sequence[_Group], key: str, alt: str, loss: str) -> Markup | None:
    """Loss of repeated minus fresh data by epochs, with intervals (NaN where unknown); None without any."""
    groups = [group for group in groups if len(group.epochs)]
    if not groups:
        return None
    epochs = np.concatenate([group.epochs for group in groups])

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, PANEL, left=46)
        heights(axes, [np.zeros(1), *(v for g in groups for v in (g.difference, g.low, g.high))])
        place = Places(np.array([epochs.min() / 1.25, epochs.max() * 1.25]), log=True)
        axes.set_xlim(place.edges[0], place.edges[-1])
        shown = sorted(set(epochs.tolist()))[:12]
        axes.set_xticks([place(e) for e in shown], [f"{say.number(e)}×" for e in shown])
        plain(axes)
        axes.axhline(0, color=INK, linewidth=0.9)
        for i, group in enumerate(groups):
            x = np.log10(group.epochs) + (i - (len(groups) - 1) / 2) * 0.025
            axes.vlines(x, group.low, group.high, color=group.look.colour, linewidth=1.3)
            axes.plot(
                x, group.difference, color=group.look.colour, linestyle=group.look.dash, linewidth=1.2,
                marker=group.look.marker, markersize=5.4, markeredgewidth=0,
            )  # fmt: skip
        said(axes, f"{loss} worse than fresh", "epochs", PANEL)

    return drawn(draw, key, alt, PANEL)
