"""Figures as inline SVG that follows the page: colours are CSS variables, letters are text, ids are unique.

The one file that imports seaborn and matplotlib. Drawing touches no global state: every figure is its own
`Figure`, without pyplot, so there is nothing to close.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import seaborn
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, blended_transform_factory
from numpy.typing import NDArray

from reports.html import cut
from reports.say import number, share, short

Array = NDArray[np.float64]

INK, QUIET, DATA, LINE, STRIP = "#010203", "#020304", "#030405", "#040506", "#050607"
SERIES = ("#010101", "#020202", "#030303", "#040404", "#050505", "#060606")
"""Colours that tell curves apart; never alone, always with a marker and a dash."""
_VARIABLES = {INK: "--ink", QUIET: "--quiet", DATA: "--data", LINE: "--threshold", STRIP: "--data-strong"}
_VARIABLES |= {colour: f"--g{i}" for i, colour in enumerate(SERIES)}
_STYLE = {
    "svg.fonttype": "none",
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "path.simplify": False,
    "text.parse_math": False,
}
_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_INCHES = (4.4, 2.2)  # at 72 units an inch: 317 × 158, one column of a phone at its natural size
_STRIP = (0.02, 0.06, 0.10)  # bottom, middle and top of the strip of quantiles, as parts of the figure's height
_TOWER = 3.0  # a bar this many times the next highest is cut, and says so: else it flattens all others


def histogram(name: str, signal: Mapping[str, Any], key: str) -> Markup | None:
    """The distribution of a signal with its quantiles and thresholds; None where there is nothing to draw.

    `key` makes ids unique on the page. On a log scale, edges at or below 0 are drawn one bin to the left of
    the first positive edge.
    """
    data = signal.get("histogram") or {}
    counts = np.asarray(data.get("counts") or [], dtype=np.float64)
    edges = np.asarray(data.get("edges") or [], dtype=np.float64)
    if len(edges) != len(counts) + 1 or len(counts) == 0 or counts.sum() <= 0 or not np.isfinite(edges).all():
        return None
    place = Places(edges, log=data.get("scale") == "log")

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.115, 0.275, 0.87, 0.635))
        _bars(axes, place, counts)
        _thresholds(axes, place, signal)
        _quantiles(
            axes, blended_transform_factory(axes.transData, figure.transFigure), place, signal.get("quantiles") or {}
        )
        _axis(axes, place)

    return drawn(draw, key, describe(name, signal), _INCHES)


def detection(curve: Sequence[tuple[float, float]], threshold: float, key: str) -> Markup:
    """With what chance a pair of each similarity is compared; the dashed line is the threshold from which it goes."""
    similarity, chance = np.asarray(curve, dtype=np.float64).T

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.115, 0.17, 0.87, 0.7))
        axes.set(xticks=[], yticks=[])
        axes.plot(similarity, chance, color=DATA, linewidth=2, solid_capstyle="round")
        place = Places(similarity, log=False)
        _thresholds(axes, place, {"thresholds": [{"ends": [threshold]}]})
        axes.set_ylim(0, 1.04)
        axes.set_xlim(similarity[0], similarity[-1])
        axes.set_xticks(place.ticks(), [short(tick) for tick in place.ticks()])
        axes.set_yticks([0, 0.5, 1], [share(mark).replace("\u00a0", "") for mark in (0, 0.5, 1)])
        plain(axes)

    at = float(np.interp(threshold, similarity, chance))
    alt = f"Chance that a pair is compared, by its similarity: {share(at)} at the threshold of {number(threshold)}."
    return drawn(draw, key, alt, _INCHES)


def shares(rows: Sequence[Mapping[str, Any]], key: str) -> Markup:
    """Shares by number, each with its interval and dashed where it must not go beyond: `value`, `interval`, `ends`, `bad`."""

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.115, 0.4 / figure.get_figheight(), 0.87, 1 - 0.5 / figure.get_figheight()))
        for at, row in enumerate(rows):
            tone = LINE if row["bad"] else DATA
            low, high = row["interval"] or (row["value"], row["value"])
            axes.plot([low, high], [at, at], color=tone, linewidth=2, solid_capstyle="round")
            axes.plot([row["value"]], [at], color=tone, marker="o", markersize=5, linestyle="none")
            for end in row["ends"]:
                axes.plot([end, end], [at - 0.4, at + 0.4], color=QUIET, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_yticks(range(len(rows)), [number(row["number"]) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xticks([0, 0.5, 1], [share(mark).replace("\u00a0", "") for mark in (0, 0.5, 1)])
        plain(axes)

    alt = f"{len(rows)} shares, each with its interval and its bounds."
    return drawn(draw, key, alt, (_INCHES[0], 0.5 + 0.22 * len(rows)))


def drawn(draw: Callable[[Figure], None], key: str, alt: str, inches: tuple[float, float]) -> Markup:
    """What `draw` puts on an empty figure, as a part of the page; `key` makes its ids unique."""
    style: Any = {**seaborn.axes_style("ticks"), **_STYLE, "svg.hashsalt": key}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=inches)
        draw(figure)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata=_METADATA)
    return inline(out.getvalue(), key, alt)


class Places:
    """Where values lie on the horizontal axis, which is linear in the logarithm where the scale is "log"."""

    def __init__(self, edges: Array, *, log: bool) -> None:
        self.log = log and bool((edges > 0).sum() >= 2)
        if self.log:
            positive = edges[edges > 0]
            least = positive[0] ** 2 / positive[1]
            edges = np.concatenate(
                [[least * (positive[0] / positive[1]) ** i for i in range((edges <= 0).sum())][::-1], positive]
            )
        self.least = float(edges[0])
        self.edges: Array = np.log10(edges) if self.log else edges
        if self.edges[-1] <= self.edges[0]:
            self.edges = np.linspace(self.edges[0] - 0.5, self.edges[0] + 0.5, len(edges))

    def __call__(self, value: float) -> float:
        return float(np.log10(max(value, self.least))) if self.log else float(value)

    def ticks(self) -> list[float]:
        """About five round values within the edges."""
        low, high = float(self.edges[0]), float(self.edges[-1])
        if self.log and high - low >= 1.5:
            decades = max(1, round((high - low) / 5))
            return [10.0**power for power in range(int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9)) + 1, decades)]
        if self.log:
            found = [m * 10.0**p for p in range(int(np.floor(low)), int(np.ceil(high)) + 1) for m in (1, 2, 5)]
            return [value for value in found if low <= np.log10(value) <= high]
        step = round_step((high - low) / 4)
        first = int(np.ceil(low / step - 1e-9))
        return [round(i * step, 12) for i in range(first, int(np.floor(high / step + 1e-9)) + 1)]


def round_step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5, 10, … times a power of ten."""
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999))


def _bars(axes: Axes, place: Places, counts: Array) -> None:
    total = counts.sum()
    centres = (place.edges[1:] + place.edges[:-1]) / 2
    axes.set(xticks=[], yticks=[])  # seaborn makes every label to see whether it shows; ours come later
    seaborn.histplot(
        x=centres, weights=counts / total, bins=place.edges.tolist(), element="step",
        ax=axes, color=DATA, alpha=1, linewidth=0,
    )  # fmt: skip
    highest, *rest = sorted(counts / total, reverse=True)
    second = rest[0] if rest and rest[0] > 0 else highest
    tower = highest > _TOWER * second
    top = second * 1.6 if tower else highest
    axes.set_ylim(0, top * 1.04)
    if tower:
        bar = int(np.argmax(counts))
        left = float(centres[bar]) < (place.edges[0] + place.edges[-1]) / 2
        axes.annotate(
            f"{'← ' if left else ''}{share(float(highest))}{'' if left else ' →'}", (float(place.edges[bar + 1 if left else bar]), top * 0.93),
            xytext=(4 if left else -4, 0), textcoords="offset points", ha="left" if left else "right",
            va="center", fontsize=11, color=STRIP,
        )  # fmt: skip


def _axis(axes: Axes, place: Places) -> None:
    ticks = place.ticks()
    axes.set_xlim(place.edges[0], place.edges[-1])
    axes.set_xticks([place(tick) for tick in ticks], [short(tick) for tick in ticks])
    top = axes.get_ylim()[1]
    step = round_step(top / 2.5)
    marks = [i * step for i in range(int(top / step) + 1)]
    axes.set_yticks(marks, [share(mark).replace("\u00a0", "") for mark in marks])
    plain(axes)


def plain(axes: Axes) -> None:
    """The axes of every figure of ours: a thin line below, quiet numbers, faint lines across."""
    axes.set(xlabel="", ylabel="")
    axes.tick_params(labelsize=11, labelcolor=QUIET, color=QUIET, length=3, width=0.6)
    axes.tick_params(axis="y", length=0, pad=4)
    axes.grid(axis="y", color=QUIET, alpha=0.25, linewidth=0.5)
    axes.set_axisbelow(True)
    seaborn.despine(ax=axes, left=True)
    axes.spines["bottom"].set(color=QUIET, linewidth=0.6)


def ends(signal: Mapping[str, Any]) -> list[float]:
    """Every threshold of a signal once, in order."""
    return sorted(
        {float(end) for t in signal.get("thresholds") or [] for end in t.get("ends") or [] if end is not None}
    )


def _thresholds(axes: Axes, place: Places, signal: Mapping[str, Any]) -> None:
    """A dashed line and its value for each threshold within the axis; close labels are stacked two deep."""
    low, high = float(place.edges[0]), float(place.edges[-1])
    taken = [-1.0, -1.0]
    for end in ends(signal):
        at = (place(end) - low) / (high - low)
        if not 0 <= at <= 1 or (place.log and end < place.least):
            continue
        axes.axvline(place(end), color=LINE, linewidth=1, linestyle=(0, (3, 2)), clip_on=False)
        text = short(end)
        half = 0.0125 * len(text) + 0.012
        middle = min(max(at, half), 1 - half)
        level = next((i for i, right in enumerate(taken) if middle - half > right), None)
        if level is None:
            continue  # the list beneath the figure names every threshold
        taken[level] = middle + half
        axes.text(
            middle, 1.03 + 0.115 * level, text, color=LINE, fontsize=11, ha="center", va="bottom",
            transform=axes.transAxes,
        )  # fmt: skip


def _quantiles(axes: Axes, under: Transform, place: Places, quantiles: Mapping[str, float | None]) -> None:
    """A strip beneath the axis: a thin line from 5 to 95 %, a thick one over the middle half, the median.

    It stands in the same axes, with heights of the figure: axes of its own would cost as much as all the rest.
    """
    value = {q: place(float(v)) for q, v in quantiles.items() if v is not None}
    low, middle, high = _STRIP
    across: Any = {"transform": under, "clip_on": False}
    if {"0.05", "0.95"} <= value.keys():
        ends = [value["0.05"], value["0.95"]]
        axes.plot(ends, [middle, middle], color=STRIP, linewidth=1, solid_capstyle="round", **across)
    if {"0.25", "0.75"} <= value.keys():
        ends = [value["0.25"], value["0.75"]]
        axes.plot(ends, [middle, middle], color=STRIP, linewidth=5, solid_capstyle="butt", **across)
    if "0.5" in value:
        axes.plot([value["0.5"]] * 2, [low, high], color=INK, linewidth=2, **across)


def describe(name: str, signal: Mapping[str, Any]) -> str:
    """What a figure shows, for those who cannot see it.

    >>> describe("word_count", {"unit": "words", "quantiles": {"0.05": 8, "0.5": 90, "0.95": 800}})
    'Histogram of word_count in words: half of the documents are at or below 90, nine in ten between 8 and 800.'
    """
    unit = f" in {signal['unit']}" if signal.get("unit") else ""
    quantiles = signal.get("quantiles") or {}
    parts = []
    if quantiles.get("0.5") is not None:
        parts.append(f"half of the documents are at or below {number(quantiles['0.5'])}")
    if quantiles.get("0.05") is not None and quantiles.get("0.95") is not None:
        parts.append(f"nine in ten between {number(quantiles['0.05'])} and {number(quantiles['0.95'])}")
    if found := ends(signal):
        parts.append(f"thresholds at {', '.join(number(end) for end in found)}")
    return f"Histogram of {name}{unit}: {', '.join(parts)}." if parts else f"Histogram of {name}{unit}."


_KEPT_ID = re.compile(r'\bid="([mp][0-9a-f]{10})"')


def inline(svg: str, key: str, alt: str) -> Markup:
    """A matplotlib SVG made part of a page: scales with it, takes its colours and font, says what it shows."""
    body = svg[svg.index("<svg") :]
    view = re.search(r'viewBox="([^"]*)"', body)
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", "", body, flags=re.DOTALL)
    body = _KEPT_ID.sub(rf'keep="{key}-\1"', body)
    body = re.sub(r' id="[^"]*"', "", body).replace('keep="', 'id="')
    body = re.sub(r"(url\(#|xlink:href=\"#)", rf"\g<1>{key}-", body).replace("xlink:href", "href")
    body = re.sub(r" font-family: [^;\"]*;?| font: [^;\"]*;?", "", body)
    body = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", body)
    body = re.sub(r"[ \n]+", " ", body).replace("> <", "><")
    body = re.sub(r'(?<= )(d|x|y|transform)="[^"]*"', lambda m: re.sub(r"(\d\.\d)\d+", r"\1", m.group()), body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    box = view.group(1) if view else "0 0 317 158"
    return Markup('<svg class="figure" viewBox="{}" role="img" aria-label="{}">').format(box, cut(alt, 600)) + Markup(
        body + "</svg>"
    )
