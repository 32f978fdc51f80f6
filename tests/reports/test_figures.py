"""The histogram of a signal as inline SVG."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from reports import figures
from tests.reports import facts as made


def drawn(values: list[float], *ends: float, log: bool = False, **more: Any) -> str:
    signal = made.signal(np.array(values), "about", "words", log=log)
    signal["thresholds"] = [made.threshold("set", f"r{end}", f">= {end}", end) for end in ends]
    figure = figures.histogram("word_count", {**signal, **more}, "k")
    assert figure is not None
    return str(figure)


def texts(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)


def across(svg: str, colour: str) -> list[float]:
    """Where upright lines of a colour stand."""
    found = re.findall(rf'd="M ([\d.]+) [\d.-]+ L ([\d.]+) [^"]*"[^>]*var\({colour}\)', svg)
    return [float(a) for a, b in found if a == b]


def test_a_figure_takes_its_colours_from_the_page_and_names_what_it_shows() -> None:
    svg = drawn([1, 2, 3, 4, 100], 3)
    assert not re.search(r"#[0-9a-f]{6}", svg.replace("#ffffff", ""))
    assert "var(--data)" in svg
    assert 'aria-label="Histogram of word_count in words: half of the documents are at or below 3' in svg
    assert "<metadata" not in svg
    assert "font-family" not in svg


def test_thresholds_stand_where_their_values_are() -> None:
    svg = drawn([0.0, 100.0, 50.0, 20.0], 25.0, 75.0)
    first, second = across(svg, "--threshold")
    left, width = 0.115 * 4.4 * 72, 0.87 * 4.4 * 72
    assert first == pytest.approx(left + 0.25 * width, abs=0.2)
    assert second == pytest.approx(left + 0.75 * width, abs=0.2)
    assert {"25", "75"} <= set(texts(svg))


def test_on_a_log_scale_a_threshold_stands_at_its_logarithm() -> None:
    svg = drawn([1.0, 10.0, 1000.0, 10_000.0], 100.0, log=True)
    (at,) = across(svg, "--threshold")
    left, width = 0.115 * 4.4 * 72, 0.87 * 4.4 * 72
    assert at == pytest.approx(left + width / 2, abs=0.2)
    assert "1,000" in texts(svg)


def test_a_threshold_beyond_the_values_is_not_drawn_and_labels_keep_their_digits() -> None:
    svg = drawn([0.0, 1.0, 0.5], 0.125, 100_000)
    assert len(across(svg, "--threshold")) == 1
    assert {"0.125", "0.25", "0.75"} <= set(texts(svg))


def test_a_bar_that_would_flatten_all_others_is_cut_and_says_so() -> None:
    svg = drawn([0.0] * 90 + [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert "← 93.8\u00a0%" in texts(svg)
    assert "93.8\u00a0% →" in texts(drawn([1.0] * 90 + [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]))
    assert not [t for t in texts(drawn([1, 2, 3, 4])) if "←" in t or "→" in t]


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [-3.0, -1.0], [1e-9, 1e12], [0.0, 1.0]])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_any_range_of_values_can_be_drawn(values: list[float], scale: str) -> None:
    counts, edges = np.histogram(values, 5)
    histogram = {"edges": edges.tolist(), "counts": counts.tolist(), "scale": scale}
    assert figures.histogram("x", {"histogram": histogram, "quantiles": {"0.5": values[0]}}, "k") is not None


@pytest.mark.parametrize(
    "histogram",
    [None, {}, {"edges": [0, 1], "counts": [0]}, {"edges": [0, 1], "counts": [1, 2]}, {"edges": [], "counts": []}],
)
def test_nothing_to_draw_is_no_figure(histogram: dict[str, Any] | None) -> None:
    assert figures.histogram("x", {"histogram": histogram}, "k") is None
