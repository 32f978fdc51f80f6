"""What the figures of a study share: the look of a grade, and axes with margins in units and round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from numpy.typing import NDArray

from reports import html, say
from reports.figures import QUIET, SERIES, Places, plain, round_step

Array = NDArray[np.float64]
Dash = tuple[float, tuple[float, ...]]

PANEL = (4.6, 2.9)  # inches of 72 units: one of the small figures that stand side by side
_MARKERS = "os^DvPX"
_DASHES: tuple[Dash, ...] = ((0, ()), (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)), (0, (3, 1)))


@dataclass(frozen=True)
class Look:
    """How a grade is drawn, everywhere on the page: no two of the first 35 share marker and dash."""

    colour: str
    marker: str
    dash: Dash


def looks(count: int) -> list[Look]:
    """The first `count` looks."""
    ways = zip(cycle(SERIES), cycle(_MARKERS), cycle(_DASHES), strict=False)
    return [Look(*way) for way in islice(ways, count)]


def swatch(look: Look) -> Markup:
    """A piece of curve with its marker, for a legend; it has no ids, so it may stand on a page more than once."""
    style = MarkerStyle(look.marker)
    outline: Any = style.get_path().transformed(style.get_transform()).to_polygons()[0]
    marker = " ".join(f"{18 + 6 * x:.1f},{6 - 6 * y:.1f}" for x, y in outline)
    colour = f"var(--g{SERIES.index(look.colour)})"
    dash = " ".join(f"{1.6 * part:.1f}" for part in look.dash[1]) or "none"
    return Markup(
        f'<svg class="swatch" viewBox="0 0 36 12" aria-hidden="true"><path d="M.5 6h35" stroke="{colour}" '
        f'stroke-width="1.6" stroke-dasharray="{dash}"/><polygon points="{marker}" fill="{colour}"/></svg>'
    )


def axes_of(figure: Figure, inches: tuple[float, float], left: float = 36) -> Axes:
    """Axes with margins in units, so that letters have the same room in every size of figure."""
    width, height = inches[0] * 72, inches[1] * 72
    axes = figure.add_axes((left / width, 38 / height, (width - left - 8) / width, (height - 38 - 22) / height))
    axes.set(xticks=[], yticks=[])  # matplotlib would make labels of its own first, at half the cost of the figure
    return axes


def heights(axes: Axes, values: Sequence[Array], room: float = 0.0, foot: float = 0.0) -> None:
    """The vertical axis over all values, with `room` on top, `foot` below, and four or so round numbers."""
    every = np.concatenate([v[np.isfinite(v)] for v in values])
    low, high = float(every.min()), float(every.max())
    span = (high - low) or max(abs(high), 1e-6)
    low, high = low - (0.05 + foot) * span, high + (0.05 + room) * span
    axes.set_ylim(low, high)
    step = round_step((high - low) / 6)
    ticks = [round(i * step, 12) for i in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
    axes.set_yticks(ticks, say.alike(ticks) if len(ticks) < 2 else [_tick(t, step) for t in ticks])


def _tick(value: float, step: float) -> str:
    """A number on an axis, with the digits of its step.

    >>> _tick(-0.02, 0.01), _tick(2.5, 0.5), _tick(2.25, 0.25), _tick(0, 0.5)
    ('−0.02', '2.5', '2.25', '0')
    """
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    digits += abs(round(step, digits) - step) > 1e-9 * step
    return "0" if value == 0 else f"{value:.{digits}f}".replace("-", "−")


def across(axes: Axes, place: Places, inches: tuple[float, float]) -> None:
    """The logarithmic axis: 1, 2 and 5 of every decade as long as they have room."""
    low, high = float(place.edges[0]), float(place.edges[-1])
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    finer = [m * 10.0**p for p in decades for m in (1, 2, 5) if low <= np.log10(m * 10.0**p) <= high]
    ticks = finer if len(finer) * 48 <= inches[0] * 72 else place.ticks()
    axes.set_xlim(place.edges[0], place.edges[-1])
    axes.set_xticks(
        [place(tick) for tick in ticks], [say.short(tick) if tick < 1e15 else f"{tick:.0e}" for tick in ticks]
    )
    plain(axes)


def said(axes: Axes, above: str, below: str, inches: tuple[float, float]) -> None:
    """What the two axes measure: the one at the upper left, the other at the lower right."""
    height, width = inches[1] * 72 - 60, inches[0] * 72 - 44
    style: Any = {"fontsize": 11, "color": QUIET, "transform": axes.transAxes}
    axes.text(-28 / width, 1 + 10 / height, above, ha="left", va="bottom", **style)
    axes.text(1, -34 / height, html.cut(below, 50), ha="right", va="bottom", **style)
