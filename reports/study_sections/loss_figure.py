"""The figure of loss against compute, the exchange drawn in: arrays in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import INK, Places, drawn
from reports.study_sections.drawing import Array, Look, across, axes_of, heights, said

WIDE, NARROW = (12.2, 5.3), (4.9, 4.3)  # inches of 72 units: a desktop column and a phone, both at their natural size
_LETTER = 6.4  # units that a letter of size 11 takes, nearly


@dataclass(frozen=True)
class Marks:
    """Measured losses of one grade at one size: `x` compute, `y` loss."""

    look: Look
    size: str
    x: Array
    y: Array
    hollow: bool = False
    """The A/A arm: the same grade in another order."""


@dataclass(frozen=True)
class Curve:
    """A fitted curve with its band, which may be unknown."""

    look: Look
    size: str
    x: Array
    y: Array
    low: Array | None
    high: Array | None


@dataclass(frozen=True)
class Exchange:
    """Two amounts of compute that reach one loss, and what to say of their ratio."""

    loss: float
    cheap: float
    dear: float
    says: str
    size: str
    """Of the two curves, which are drawn stronger than the others."""


def losses(
    marks: Sequence[Marks],
    curves: Sequence[Curve],
    unit: str,
    key: str,
    alt: str,
    *,
    inches: tuple[float, float] = WIDE,
    exchange: Exchange | None = None,
    sizes: bool = True,
    loss: str = "bits per byte",
) -> Markup | None:
    """Loss against compute on a log axis, a line per grade and size; None where no point has both.

    `sizes` writes the size at the start of its curves; the band is the interval of the fitted curve.
    """
    drawable: list[Marks | Curve] = [*marks, *curves]
    xs = np.concatenate([item.x for item in drawable] or [np.empty(0)])
    ys = np.concatenate([item.y for item in drawable] or [np.empty(0)])
    if len(xs) == 0 or not (xs > 0).all() or not np.isfinite([xs, ys]).all():
        return None
    place = Places(np.array([xs.min() / 1.12, xs.max() * 1.12]), log=True)

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, inches)
        heights(
            axes,
            [ys, *(end for c in curves for end in (c.low, c.high) if end is not None)],
            room=0.12 * sizes,
            foot=0.1 * bool(exchange),
        )
        across(axes, place, inches)
        for curve in curves:
            _curve(axes, curve, 2.3 if exchange and curve.size == exchange.size else 1.3 if exchange else 1.6)
        fitted = {(curve.look, curve.size) for curve in curves}
        for mark in marks:
            _marks(axes, mark, joined=(mark.look, mark.size) not in fitted and not mark.hollow)
        if sizes:
            _sizes(axes, drawable, place, inches)
        if exchange:
            _exchange(axes, exchange, place, inches)
        said(axes, loss, f"{unit}, log scale", inches)

    return drawn(draw, key, alt, inches)


def _curve(axes: Axes, curve: Curve, width: float) -> None:
    x = np.log10(curve.x)
    if curve.low is not None and curve.high is not None:
        axes.fill_between(x, curve.low, curve.high, color=curve.look.colour, alpha=0.16, linewidth=0)
    axes.plot(x, curve.y, color=curve.look.colour, linestyle=curve.look.dash, linewidth=width)


def _marks(axes: Axes, marks: Marks, *, joined: bool) -> None:
    """The points; a thin line through the means of each amount of compute, `joined`, where no law is there to draw."""
    if joined:
        x = np.unique(marks.x)
        means = [marks.y[marks.x == value].mean() for value in x]
        axes.plot(np.log10(x), means, color=marks.look.colour, linestyle=marks.look.dash, linewidth=0.8)
    axes.plot(
        np.log10(marks.x), marks.y, linestyle="none", marker=marks.look.marker, markersize=5.2,
        color=marks.look.colour, markerfacecolor="none" if marks.hollow else marks.look.colour,
        markeredgewidth=1.1 if marks.hollow else 0,
    )  # fmt: skip


def _sizes(axes: Axes, items: Sequence[Marks | Curve], place: Places, inches: tuple[float, float]) -> None:
    """The name of each size above the start of its highest curve; names that would touch are stacked."""
    starts: dict[str, tuple[float, float]] = {}
    for item in items:
        least = float(item.x.min())
        x, y = place(least), float(item.y[item.x <= least].max())
        before = starts.get(item.size)
        starts[item.size] = (x, y) if before is None else (min(x, before[0]), max(y, before[1]))
    wide, high = inches[0] * 72 - 44, inches[1] * 72 - 60
    (left, right), (low, top) = axes.get_xlim(), axes.get_ylim()
    taken: list[tuple[float, float, float]] = []
    for name, (x, y) in sorted(starts.items(), key=lambda item: item[1]):
        half = _LETTER * len(name) / 2 + 3
        across, up = (x - left) / (right - left) * wide, (y - low) / (top - low) * high + 7
        across = min(max(across, half), wide - half)
        while any(abs(across - a) < half + h and abs(up - u) < 13 for a, u, h in taken) and up < high + 8:
            up += 13
        taken.append((across, up, half))
        axes.text(
            across / wide, up / high, name, ha="center", va="bottom", fontsize=11, color=INK, transform=axes.transAxes
        )


def _exchange(axes: Axes, exchange: Exchange, place: Places, inches: tuple[float, float]) -> None:
    """A double arrow at equal loss, dropped to the axis at both ends; its ratio at the foot, between them or beside.

    Curves fall, so what lies below and to the left of both is empty: there the ratio covers nothing.
    """
    ends = [place(exchange.cheap), place(exchange.dear)]
    low = axes.get_ylim()[0]
    for end in ends:
        axes.plot([end, end], [low, exchange.loss], color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.annotate(
        "", (ends[0], exchange.loss), xytext=(ends[1], exchange.loss),
        arrowprops={"arrowstyle": "<|-|>", "color": INK, "linewidth": 2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11},
    )  # fmt: skip
    left, right = axes.get_xlim()
    room = (1.1 * _LETTER * len(exchange.says) + 6) / (inches[0] * 72 - 44) * (right - left)
    foot = ends[1] if ends[1] - ends[0] > room else max(ends[0], left + room)
    axes.annotate(
        exchange.says, (foot, low), xytext=(-5, 5), textcoords="offset points", ha="right", va="bottom",
        fontsize=12, fontweight="bold", color=INK,
    )  # fmt: skip
