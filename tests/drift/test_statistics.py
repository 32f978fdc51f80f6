"""Tests, divergences and lights, beside scipy and beside simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dataqual.drift import tails
from dataqual.drift.divergence import REST, divergences, gathered
from dataqual.drift.lights import light
from dataqual.drift.multiple_testing import benjamini_hochberg
from dataqual.drift.shares import share_change
from dataqual.drift.two_samples import coarse, shift


@pytest.mark.parametrize(("value", "degrees"), [(0.1, 1), (3.0, 2), (12.5, 10), (200.0, 150), (90.0, 150), (1e4, 9000)])
def test_the_tail_of_chi_square_is_scipys(value: float, degrees: int) -> None:
    assert tails.chi_square(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("table", [(8, 10, 1, 6), (0, 5, 3, 9), (20, 1000, 43, 900), (5, 5, 0, 5), (0, 10, 10, 10)])
def test_fishers_exact_test_is_scipys(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    expected = stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue
    assert tails.fisher(*table) == pytest.approx(expected, rel=1e-6)
    assert share_change(*table).p == pytest.approx(expected, rel=1e-6)


def test_many_hits_are_tested_by_the_score() -> None:
    a, n, b, m = 50_000, 200_000, 50_600, 200_000
    table = [[a, n - a], [b, m - b]]
    assert share_change(a, n, b, m).p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-6)


def test_benjamini_and_hochberg_is_scipys() -> None:
    chances = np.random.default_rng(1).uniform(size=40) ** 3
    assert benjamini_hochberg(chances.tolist()) == pytest.approx(stats.false_discovery_control(chances))
    assert benjamini_hochberg([]) == []


def binned(values: np.ndarray, bins: int = 12) -> np.ndarray:
    return np.bincount(values, minlength=bins)


def test_shift_and_distance_are_scipys_with_ties() -> None:
    random = np.random.default_rng(2)
    first, second = random.poisson(4, 80).clip(max=11), random.poisson(5, 60).clip(max=11)
    found = shift(binned(first), binned(second))
    larger = (second[:, None] > first).mean() - (second[:, None] < first).mean()
    assert found.delta == pytest.approx(larger)
    assert found.ks == pytest.approx(stats.ks_2samp(first, second, method="asymp").statistic)
    mann_whitney = stats.mannwhitneyu(first, second, method="asymptotic").pvalue
    assert found.p == pytest.approx(min(1, 2 * min(mann_whitney, tails.kolmogorov(found.ks, 80, 60))))


def test_a_change_of_spread_alone_is_seen_by_its_shape() -> None:
    first, second = np.zeros(11, int), np.zeros(11, int)
    first[[4, 5, 6]], second[[0, 5, 10]] = 200, 200
    found = shift(first, second)
    assert found.delta == pytest.approx(0)
    assert found.p < 1e-6


@pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (3, 3)])
def test_few_documents_tell_nothing(sizes: tuple[int, int]) -> None:
    n, m = sizes
    found = shift(np.array([n, 0]), np.array([0, m]))
    assert (found.delta, found.p > 0.05, found.interval[0] < 0.5) == (1.0, True, True)


def test_one_document_of_another_kind_is_no_wonder_of_the_world() -> None:
    found = shift(np.array([1, 0]), np.array([0, 100]))
    assert found.p == pytest.approx(2 / 101, abs=0.01)  # it is that one of 101; twice, for there are two tests


def test_samples_that_do_not_overlap_are_as_sure_as_they_are_many() -> None:
    few, many = (shift(np.array([n, 0]), np.array([0, n])).interval for n in (10, 1000))
    assert few == pytest.approx((0.445, 1.0), abs=0.001)
    assert many == pytest.approx((0.992, 1.0), abs=0.001)


def test_bins_are_never_cut() -> None:
    first, second = coarse(np.array([900, 50, 50]), np.array([1, 2, 3]))
    assert (first.tolist(), second.tolist()) == ([900, 100], [1, 5])
    assert [part.sum() for part in coarse(np.arange(100), np.ones(100, int))] == [4950, 100]
    assert len(coarse(np.arange(100), np.ones(100, int))[0]) == 10


def test_divergences_are_those_of_the_formulas() -> None:
    a, b = np.array([600, 300, 100]), np.array([200, 300, 500])
    p, q = (a + 0.5) / 1001.5, (b + 0.5) / 1001.5
    found = divergences(a, b)
    assert found.kl.plug_in == pytest.approx(stats.entropy(q, p, base=2))
    assert found.psi.plug_in == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p))
    mean = (p + q) / 2
    assert found.js.plug_in == pytest.approx((stats.entropy(p, mean, base=2) + stats.entropy(q, mean, base=2)) / 2)
    assert found.p == pytest.approx(stats.chi2_contingency([a, b]).pvalue)


def test_what_is_rare_is_taken_together_and_none_is_lost() -> None:
    names, a, b = gathered({"en": 90, None: 9, "x": 1}, {"en": 40, "y": 1})
    assert (names, a.tolist(), b.tolist()) == (["en", REST], [90, 10], [40, 1])
    assert gathered({}, {})[0] == []


@pytest.mark.parametrize("values", [2, 10])
def test_corrected_divergences_of_one_distribution_are_0_on_average_and_below_their_band(values: int) -> None:
    random = np.random.default_rng(3)
    shares = np.full(values, 1 / values)
    found = [divergences(random.multinomial(500, shares), random.multinomial(800, shares)).psi for _ in range(1000)]
    beyond = np.mean([one.plug_in > one.null for one in found])
    assert 0.02 < beyond < 0.09
    off = np.mean([one.plug_in for one in found]) - (values - 1) * (1 / 500 + 1 / 800)
    assert abs(off) < 0.2 * (values - 1) * (1 / 500 + 1 / 800)


def test_a_light_needs_both_a_sure_and_a_large_difference() -> None:
    many = shift(np.array([1_000_000, 1_000_000]), np.array([990_000, 1_010_000]))
    assert many.p < 1e-9
    assert light(many.p, delta=many.delta) == "green"
    assert light(0.2, delta=1.0) == "green"
    assert light(None, delta=1.0) is None
