"""The sketch against numpy on sorted data: quantiles, histogram, mean, merging."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataqual.sketch import LARGEST, SMALLEST, Sketch

Draw = Callable[[np.random.Generator], NDArray[Any]]

DISTRIBUTIONS: dict[str, Draw] = {
    "uniform": lambda r: r.random(20_000),
    "normal": lambda r: np.abs(r.normal(5, 1, 20_000)),
    "lognormal": lambda r: np.exp(r.normal(4, 3, 20_000)),
    "pareto": lambda r: 1 + r.pareto(0.7, 20_000),
    "poisson": lambda r: r.poisson(3, 20_000),
    "large whole numbers": lambda r: r.integers(10_000, 2_000_000, 20_000),
    "two peaks": lambda r: np.concatenate([r.normal(10, 0.1, 9_000), r.normal(1e6, 10, 11_000)]),
    "mostly zero": lambda r: r.integers(0, 50, 20_000) * (r.random(20_000) < 0.1),
    "constant": lambda r: np.full(1000, 0.37),
    "zeros": lambda r: np.zeros(1000),
    "tiny": lambda r: r.random(20_000) * 1e-4 + SMALLEST,
    "huge": lambda r: 1e11 * (1 + r.random(20_000)),
    "one": lambda r: np.array([42]),
    "truth values": lambda r: r.random(1000) < 0.3,
}
QUANTILES = [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0]

finite = st.one_of(
    st.floats(0, 1), st.floats(0, 1e300), st.integers(0, 1 << 70).map(float), st.sampled_from([0.0, 5e-324, 1e-7, 1e12])
)
columns = st.lists(finite, max_size=30)


def of(values: list[float]) -> Sketch:
    return Sketch.of(np.array(values, np.float64))


def state(sketch: Sketch) -> tuple[Any, ...]:
    return (sketch.counts.tolist(), sketch.low, sketch.high, sketch.whole, sketch.fraction)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_quantiles_are_within_one_per_cent_of_the_nearest_rank(name: str) -> None:
    values = np.sort(DISTRIBUTIONS[name](np.random.default_rng(7)).astype(np.float64))
    sketch = Sketch.of(values)
    for q in QUANTILES:
        exact = values[math.floor(q * (len(values) - 1))]
        assert sketch.quantile(q) == pytest.approx(exact, rel=0.0101, abs=SMALLEST), q


def test_a_quantile_is_off_by_nearly_one_per_cent_at_worst_and_so_is_no_exact_one() -> None:
    values = np.linspace(100, 200, 1001)
    off = [abs((Sketch.of(values).quantile(q / 1000) or 0) / values[q] - 1) for q in range(1001)]
    assert 0.005 < max(off) < 0.0101


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60), st.floats(0, 1))
@example([0, 1, 12], 0.5)
@example([51, 52, 53], 0.5)
def test_a_quantile_of_whole_numbers_is_whole_and_stands_between_those_it_can_be(values: list[int], q: float) -> None:
    sketch, exact = Sketch.of(values), sorted(values)[math.floor(q * (len(values) - 1))]
    told, around = sketch.quantile(q), sketch.around(q)
    assert told is not None and around is not None
    low, high = around
    assert told.is_integer() and low.is_integer() and high.is_integer() and low <= exact <= high and low <= told <= high
    assert exact > 50 or told == exact == low == high


@given(columns)
@example([1e-7, 0.0])
def test_the_extremes_are_exact(values: list[float]) -> None:
    sketch = of(values)
    assert (sketch.n, sketch.low, sketch.high) == (len(values), min(values, default=None), max(values, default=None))


@given(st.lists(st.floats(0, LARGEST), min_size=1, max_size=30))
def test_the_mean_is_exact_to_two_to_the_minus_31(values: list[float]) -> None:
    mean = of(values).mean
    assert mean is not None
    assert mean == pytest.approx(math.fsum(values) / len(values), rel=1e-15, abs=2**-31)


@given(st.lists(st.integers(0, 1 << 200), min_size=1, max_size=30))
def test_a_sum_of_whole_numbers_is_exact_however_large(values: list[int]) -> None:
    assert of(list(map(float, values))).whole == sum(int(float(value)) for value in values)


@given(st.lists(columns, max_size=5), st.randoms(use_true_random=False))
def test_merging_has_no_order_and_equals_the_whole(parts: list[list[float]], random: Any) -> None:
    whole = of([value for part in parts for value in part])
    random.shuffle(parts)
    assert state(reduce(Sketch.merge, map(of, parts), of([]))) == state(whole)


@given(st.one_of(columns, st.lists(st.integers(0, 3000).map(float)), st.lists(st.floats(0, 1))), st.integers(1, 50))
@example([1e17, 1e17], 40)
@example([0.0, 5e-324], 40)
@example([0.5, 3e5, 0.0], 40)
def test_a_histogram_counts_every_number_within_its_edges(values: list[float], most: int) -> None:
    histogram = of(values).histogram(most)
    edges, counts = histogram["edges"], histogram["counts"]
    assert sum(counts) == len(values)
    assert all(isinstance(count, int) and count >= 0 for count in counts)
    if values:
        assert 1 <= len(counts) <= most + 1
        assert len(edges) == len(counts) + 1
        assert edges[0] <= min(values)
        assert edges[-1] >= max(values)
        assert all(a < b for a, b in pairwise(edges))


@given(st.lists(st.integers(0, 49).map(float), min_size=1, max_size=200))
def test_small_whole_numbers_stand_in_the_right_bar(values: list[float]) -> None:
    histogram = of(values).histogram(60)
    expected, _ = np.histogram(values, bins=histogram["edges"])
    assert histogram["counts"] == expected.tolist()


@pytest.mark.parametrize("name", ["uniform", "lognormal", "poisson", "large whole numbers", "two peaks", "tiny"])
def test_a_histogram_is_about_that_of_the_numbers_themselves(name: str) -> None:
    values = DISTRIBUTIONS[name](np.random.default_rng(3)).astype(np.float64)
    histogram = Sketch.of(values).histogram()
    expected, _ = np.histogram(values, bins=histogram["edges"])
    # What a bin of the sketch spreads over a border is at most two per cent of the values' own size.
    wrong = np.abs(np.cumsum(histogram["counts"]) - np.cumsum(expected)).max()
    assert wrong < 0.03 * len(values)


def test_evenly_spread_numbers_look_evenly_spread() -> None:
    counts = Sketch.of(np.arange(100_000) / 100_000).histogram()["counts"]
    assert len(counts) == 40
    assert max(counts) < 1.05 * min(counts)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.1, 0.9], "linear"),
        ([1, 50], "linear"),
        ([1, 2, 100_000], "log"),
        ([0, 0, 5, 1e6], "log"),
        ([5e5, 1e6], "linear"),
    ],
)
def test_the_scale_is_logarithmic_where_the_numbers_span_decades(values: list[float], scale: str) -> None:
    assert of(values).histogram()["scale"] == scale


def test_nothing_has_no_quantile_no_mean_and_no_bars() -> None:
    nothing = of([])
    assert (nothing.n, nothing.mean, nothing.quantile(0.5), nothing.total) == (0, None, None, 0)
    assert nothing.histogram() == {"edges": [], "counts": [], "scale": "linear"}
