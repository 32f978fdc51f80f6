"""How sure a fit is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dataqual.intervals import incomplete_beta
from studies.fitting.intervals import Draws, between, draw, profile
from studies.fitting.local import local_elasticities
from studies.fitting.replicates import lack_of_fit, pure_error, weights
from studies.fitting.robust import fit
from studies.fitting.runs import Runs
from studies.fitting.tails import f_tail, t_quantile
from tests.studies.made import runs


@pytest.mark.parametrize(("f", "a", "b"), [(0.5, 1, 3), (2.5, 4, 20), (9.0, 30, 2), (1.0, 100, 200)])
def test_the_tail_of_f_is_scipys(f: float, a: float, b: float) -> None:
    assert f_tail(f, a, b) == pytest.approx(stats.f.sf(f, a, b), rel=1e-10)


@pytest.mark.parametrize("df", [1, 3, 6.5, 40, 1e6])
def test_quantiles_of_t_are_scipys(df: float) -> None:
    assert t_quantile(0.975, df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-8)


def test_the_incomplete_beta_function_ends_at_0_and_1() -> None:
    assert (incomplete_beta(2, 3, 0), incomplete_beta(2, 3, 1)) == (0.0, 1.0)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    found = fit("chinchilla", runs(noise=0.01))
    assert (draw(found, 20, 1).theta == draw(found, 20, 1).theta).all()
    assert (draw(found, 20, 1).theta != draw(found, 20, 2).theta).any()


def test_noise_that_a_trunk_shares_makes_intervals_wider_than_noise_of_each_run() -> None:
    made = runs(quality={"a": 1.0, "b": 0.5}, seeds=2, noise=0.001, shared=0.02)
    alone = Runs.of(made.parameters, made.tokens, made.loss, grade=[made.grades[code] for code in made.grade])

    def width(of: Runs) -> float:
        _, low, high = draw(fit("chinchilla", of), 200).interval(lambda theta: np.exp(theta[:, -1]))
        return high / low

    assert np.log(width(made)) > 1.5 * np.log(width(alone))


def test_an_interval_is_stretched_from_its_value() -> None:
    draws = np.linspace(1.0, 3.0, 4001)
    low, high = between(2.0, draws, 2.0, positive=False)
    assert (low, high) == pytest.approx((2 - 2 * 0.95, 2 + 2 * 0.95), abs=1e-2)


def test_an_unbounded_quantity_has_an_unbounded_interval() -> None:
    low, high = between(2.0, np.array([1.0, 2.0, np.inf, np.inf]), 1.5, positive=True)
    assert low < 2.0
    assert high == np.inf


def test_a_parameter_the_runs_pin_down_is_not_called_weak_and_one_they_do_not_is() -> None:
    grid = fit("chinchilla", runs(noise=0.002, sizes=(1e4, 1e5, 1e6, 1e7), unique=(1e5, 1e6, 1e7, 1e8)))
    assert not profile(grid, "alpha").weak
    few = runs(noise=0.01, sizes=(1e5, 2e5, 3e5), unique=(5e5, 7e5, 1e6))
    assert profile(fit("chinchilla", few), "E").weak


def test_the_profile_holds_the_estimate_and_never_lies_below_the_minimum() -> None:
    found = fit("chinchilla", runs(noise=0.005))
    made = profile(found, "E")
    assert made.low <= found.parameters()["E"] <= made.high
    assert made.objective.min() >= found.objective * (1 - 1e-6)


def test_one_diverged_run_moves_least_squares_and_not_the_estimate_and_is_warned_of() -> None:
    made = runs(noise=0.002)
    loss = made.loss.copy()
    loss[5] *= 3
    found = fit("chinchilla", Runs.of(made.parameters, made.tokens, loss))
    assert found.parameters()["beta"] == pytest.approx(0.3, rel=0.1)
    assert found.parameters(squares=True)["beta"] != pytest.approx(0.3, rel=0.15)


def test_lack_of_fit_is_rejected_for_the_wrong_law_only() -> None:
    made = runs("chinchilla", seeds=4, noise=0.003)
    right, wrong = fit("chinchilla", made), fit("power", made)

    def rejected(found: object) -> bool:
        residuals = np.log(made.loss) - found.model.values(found.squares_theta[None])[0]  # type: ignore[attr-defined]
        test = lack_of_fit(made, residuals, found.weight, found.free)  # type: ignore[attr-defined]
        assert test is not None
        return bool(test["rejected"])

    assert not rejected(right)
    assert rejected(wrong)


def test_lack_of_fit_rejects_the_true_law_about_one_time_in_twenty() -> None:
    rejections = 0
    for seed in range(60):
        made = runs(seeds=3, noise=0.004, seed=seed, sizes=(3e4, 1e5, 3e5))
        found = fit("chinchilla", made)
        residuals = np.log(made.loss) - found.model.values(found.squares_theta[None])[0]
        test = lack_of_fit(made, residuals, found.weight, found.free)
        assert test is not None
        rejections += test["rejected"]
    assert rejections <= 9  # 60 at 5 %: 10 or more have a chance of 0.1 %


def test_without_replicates_there_is_no_pure_error_and_no_test() -> None:
    made = runs(noise=0.01)
    assert pure_error(made).sd is None
    assert weights(made) is None
    assert lack_of_fit(made, np.zeros(len(made)), None, 5) is None


def test_noisier_sizes_weigh_less() -> None:
    rng = np.random.default_rng(0)
    size = np.repeat([1e5, 1e6], 20)
    loss = 3 * np.exp(rng.standard_normal(40) * np.where(size < 5e5, 0.05, 0.005))
    weight = weights(Runs.of(size, np.full(40, 1e7), loss))
    assert weight is not None
    assert weight[size > 5e5].mean() > 5 * weight[size < 5e5].mean()
    assert weight.mean() == pytest.approx(1)


def test_local_elasticities_are_those_of_a_pure_power() -> None:
    n, d = (side.ravel() for side in np.meshgrid([1e5, 2e5, 4e5], [1e6, 2e6, 4e6]))
    found = local_elasticities(Runs.of(n, d, 100 * n**-0.2 * d**-0.1), 2e5, 2e6)
    assert found["parameters"]["value"] == pytest.approx(-0.2)
    assert found["tokens"]["value"] == pytest.approx(-0.1)
    assert "epochs" not in found


@pytest.mark.slow
@pytest.mark.parametrize("shared", [0.0, 0.006])
def test_intervals_hold_the_quality_as_often_as_they_say(shared: float) -> None:
    held = 0
    for seed in range(100):
        made = runs(quality={"a": 1.0, "b": 0.5}, seeds=2, noise=0.004, shared=shared, seed=seed)
        draws: Draws = draw(fit("chinchilla", made), 200, seed)
        _, low, high = draws.interval(lambda theta: np.exp(theta[:, -1]))
        held += low <= 0.5 <= high
    assert held >= 88  # of 100 at 95 %: fewer have a chance below 0.2 %
