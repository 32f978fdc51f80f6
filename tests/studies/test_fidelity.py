"""FID, FID∞, KID and copies against closed forms, and against the formula computed another way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from studies.evaluating.fidelity import Moments, distance, fid, fid_infinity, kid, measured, memorised


def normal(count: int, dimensions: int, seed: int, spread: float = 1.0, mean: float = 0.0) -> np.ndarray:
    return np.random.Generator(np.random.Philox(seed)).normal(mean, spread, (count, dimensions))


def test_the_distance_of_two_gaussians_with_covariances_that_commute_is_that_of_the_roots() -> None:
    """Then Tr(S1 + S2 - 2 (S1 S2)^½) is the sum of (s1 - s2)² of the standard deviations along the shared axes."""
    random = np.random.Generator(np.random.Philox(3))
    axes = np.linalg.qr(random.normal(size=(5, 5)))[0]
    first, second = np.array([0.0, 1, 2, 3, 4]), np.array([1.0, 1, 0.5, 4, 2])
    one = Moments(np.zeros(5), (axes * first**2) @ axes.T)
    other = Moments(np.arange(5.0), (axes * second**2) @ axes.T)
    assert distance(one, other) == pytest.approx(30 + ((first - second) ** 2).sum())
    assert distance(one, one) == pytest.approx(0, abs=1e-6)


def test_fid_is_that_of_the_matrix_square_root() -> None:
    x, y = normal(200, 12, 1), normal(300, 12, 2) @ np.random.Generator(np.random.Philox(5)).normal(size=(12, 12))
    s, t = np.cov(x.T), np.cov(y.T)
    told = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(s + t - 2 * sqrtm(s @ t).real)
    assert fid(x, y) == pytest.approx(told, rel=1e-8)
    assert fid(x, y) == pytest.approx(fid(y, x))


def test_fid_of_the_same_pictures_falls_with_their_number_and_fid_infinity_does_not() -> None:
    """Chong & Forsyth 2020: FID is biased by about c / N; 8 draws each, so that chance is small beside the bias."""
    real = normal(2000, 16, 0)
    few, many = (
        [[f(real, normal(n, 16, 100 + i, 1.2)) for i in range(8)] for f in (fid, lambda x, y: fid_infinity(x, y).value)]
        for n in (200, 1000)
    )
    truth = 16 * 0.2**2
    assert np.mean(few[0]) > 1.5 * truth
    assert np.mean(few[1]) == pytest.approx(np.mean(many[1]), abs=0.15)
    assert np.mean(many[1]) == pytest.approx(truth, abs=0.15)


def test_kid_is_the_mean_over_pairs_of_different_pictures() -> None:
    x, y = normal(7, 3, 1), normal(5, 3, 2, mean=0.5)

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 3 + 1) ** 3)

    own = sum(kernel(x[i], x[j]) for i in range(7) for j in range(7) if i != j) / 42
    other = sum(kernel(y[i], y[j]) for i in range(5) for j in range(5) if i != j) / 20
    between = sum(kernel(a, b) for a in x for b in y) / 35
    assert kid(x, y).value == pytest.approx(own + other - 2 * between)


def test_kid_of_two_draws_of_one_kind_is_nought_on_average_and_its_interval_holds_that() -> None:
    found = [kid(normal(60, 4, 2 * i), normal(80, 4, 2 * i + 1)) for i in range(100)]
    values = [one.value for one in found]
    assert abs(np.mean(values)) < 3 * np.std(values) / 10
    held = [one.interval[0] <= 0 <= one.interval[1] for one in found if one.interval]
    assert len(held) == 100 and sum(held) >= 93


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    truth = kid_of_shifted()
    found = [measured(normal(150, 4, 2 * i), normal(150, 4, 2 * i + 1, mean=1.0)) for i in range(40)]
    assert sum(one["kid"].interval[0] <= truth <= one["kid"].interval[1] for one in found) >= 35  # type: ignore[index]
    fids = [one["fid_infinity"].interval for one in found]
    assert sum(ends[0] <= 4.0 + 0.1 and ends[1] >= 4.0 for ends in fids if ends) >= 35


def kid_of_shifted() -> float:
    """Of standard normals in 4 dimensions and the same a unit further in each: by a million pairs."""
    a, b = normal(1_000_000, 4, 901), normal(1_000_000, 4, 902)

    def mean(x: np.ndarray, y: np.ndarray) -> float:
        return float(((np.einsum("nd,nd->n", x, y) / 4 + 1) ** 3).mean())

    return mean(a, b) + mean(a + 1, b + 1) - 2 * mean(a, b + 1)


def test_copies_of_training_pictures_are_told_from_new_ones() -> None:
    train, held_out = normal(50, 6, 1), normal(50, 6, 2)
    copied = memorised(train, held_out, train[:30] + 1e-3)
    new = memorised(train, held_out, normal(2000, 6, 3))
    assert copied.value == 1 and copied.interval is not None and copied.interval[0] > 0.9
    assert new.interval is not None and new.interval[0] < 0.5 < new.interval[1] + 0.05


def test_few_pictures_have_a_distance_and_no_interval() -> None:
    found = measured(normal(3, 2, 1), normal(3, 2, 2))
    assert [one.interval for one in found.values()] == [None, None, None]
    with pytest.raises(ValueError, match="n of 2 or more"):
        Moments.of(np.zeros((1, 4)))
