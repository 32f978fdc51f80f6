"""What data is worth in compute."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.fitting import law as laws
from studies.fitting.intervals import Draws, draw
from studies.fitting.optimum import Budgets
from studies.fitting.robust import Fit, fit
from studies.fitting.runs import Runs
from studies.judging.exchange import Exchange, OperatingPoint, at_the_wall, curves, exchange
from studies.judging.tables import Fitted
from tests.studies.made import CHINCHILLA, CONSTRAINED, TRUTH, runs

SIZES = (1e3, 1e9)


def budgets(name: str) -> Budgets:
    return Budgets(laws.find(name), laws.find(name).coordinates_of(TRUTH[name])[None], SIZES)


@functools.cache
def drawn(law: str, noise: float = 0.003, **made: Any) -> Draws:
    epochs = (1.0, 4.0, 16.0) if law == "data_constrained" else (1.0,)
    made = {"epochs": epochs, "quality": (("a", 1.0), ("b", 0.5))} | made
    return draw(fit(law, runs(law, noise=noise, seeds=2, **(made | {"quality": dict(made["quality"])}))), 100)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 20), st.floats(1e9, 1e16))
def test_a_corpus_q_times_better_is_worth_q_times_the_compute(q: float, compute: float) -> None:
    for name in ("chinchilla", "data_constrained", "power"):
        asked = budgets(name)
        assert asked.best(compute, quality=q)[0] == pytest.approx(asked.best(q * compute)[0], abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 10), st.floats(1e10, 1e14), st.floats(1e4, 1e8))
def test_with_little_data_better_tokens_are_worth_more_tokens_as_well(q: float, compute: float, unique: float) -> None:
    asked = budgets("data_constrained")
    assert asked.best(compute, unique, q)[0] == pytest.approx(asked.best(q * compute, q * unique)[0], abs=1e-9)


def test_the_best_size_is_where_the_closed_form_has_it() -> None:
    a, b, alpha, beta = (CHINCHILLA[name] for name in ("A", "B", "alpha", "beta"))
    size = (alpha * a / (beta * b)) ** (1 / (alpha + beta)) * (1e14 / 6) ** (beta / (alpha + beta))
    loss, found = budgets("chinchilla").best(1e14)
    assert found[0] == pytest.approx(size, rel=1e-3)
    assert loss[0] == pytest.approx(0.5 + a / size**alpha + b / (1e14 / 6 / size) ** beta, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(1e9, 1e15), st.floats(1.01, 100))
def test_more_compute_and_more_unique_tokens_never_hurt(compute: float, times: float) -> None:
    asked = budgets("data_constrained")
    base = asked.best(compute, 1e6)[0]
    assert asked.best(compute * times, 1e6)[0] <= base + 1e-9
    assert asked.best(compute, 1e6 * times)[0] <= base + 1e-9


def test_budgets_are_found_that_have_a_loss() -> None:
    asked = budgets("data_constrained")
    loss = asked.best(3e13, 1e6)[0]
    assert asked.compute_for(loss, 1e13, 1e6)[0] == pytest.approx(3e13, rel=1e-4)
    assert asked.unique_for(asked.best(1e12, 2e5)[0], 1e12, 1e5)[0] == pytest.approx(2e5, rel=1e-3)


def test_a_loss_below_the_ceiling_costs_endless_compute() -> None:
    asked = budgets("data_constrained")
    assert asked.compute_for(np.array([0.51]), 1e13, 1e5)[0] == np.inf


def test_a_budget_below_the_least_that_is_tried_is_unknown_and_no_number() -> None:
    asked = budgets("data_constrained")
    assert np.isnan(asked.compute_for(np.array([50.0]), 1e13, 1e6)[0])


def test_an_interval_whose_draws_are_mostly_unknown_is_unknown() -> None:
    made = drawn("chinchilla")
    asked = Exchange(made, OperatingPoint.of(made.fit.runs))

    def of(theta: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(theta)) > 4, np.nan, 2.0)

    assert asked.estimate(of) == {"value": 2.0, "interval": None, "n": len(made.fit.runs)}
    assert asked.estimate(lambda theta: np.where(np.arange(len(theta)) == 99, np.nan, 2.0))["interval"] == [2.0, 2.0]


def test_a_grade_against_itself_is_worth_one() -> None:
    asked = Exchange(drawn("data_constrained"), OperatingPoint(1e5, 2e6, 1.28e5, 1.2e12), {})
    worth = asked.grade(0)
    assert worth["q"]["value"] == worth["compute_multiplier"]["value"] == 1.0
    same = drawn("data_constrained", noise=0.0, quality=(("a", 1.0), ("b", 1.0)))
    found = Exchange(same, asked.point, {}).grade(1)
    assert found["q"]["value"] == pytest.approx(1.0, abs=1e-6)
    assert found["compute_multiplier"]["value"] == pytest.approx(1.0, abs=1e-4)


def test_without_a_limit_on_data_the_compute_multiplier_is_q() -> None:
    found = Exchange(drawn("chinchilla"), OperatingPoint.of(drawn("chinchilla").fit.runs), {"a": 1.0, "b": 0.4}).grade(
        1
    )
    assert found["compute_multiplier"] == found["q"]
    assert found["q"]["value"] == pytest.approx(0.5, rel=0.05)
    assert found["net_worth"]["value"] == pytest.approx(0.4 * found["q"]["value"])


def test_an_unknown_yield_leaves_the_net_worth_unknown() -> None:
    found = Exchange(drawn("chinchilla"), OperatingPoint.of(drawn("chinchilla").fit.runs), {"a": 1.0}).grade(1)
    assert found["token_yield"] is None
    assert found["net_worth"]["value"] is None


def test_hours_are_saved_in_proportion() -> None:
    point = OperatingPoint(1e5, 1e6, 1e6, 6e11, gpu_hours=10.0)
    found = Exchange(drawn("chinchilla"), point).grade(1)
    assert found["gpu_hours_saved"]["value"] == pytest.approx(10 * (found["q"]["value"] - 1))


def test_where_data_runs_short_doubling_it_is_supported() -> None:
    point = OperatingPoint(1e6, 4e6, 1.28e5, 6 * 1e6 * 4e6)
    found = Exchange(drawn("data_constrained"), point).double_data()
    assert found["verdict"] == "SUPPORTED"
    assert found["difference"]["interval"][0] > 0


def test_where_data_abounds_doubling_it_is_refuted() -> None:
    point = OperatingPoint(3e4, 1.024e6, 1.024e6, 6 * 3e4 * 1.024e6)
    found = Exchange(drawn("data_constrained"), point).double_data()
    assert found["verdict"] == "REFUTED"
    assert found["difference"]["interval"][1] < 0
    assert "not what runs short" in found["reason"]


def test_a_worse_grade_is_refuted_and_a_much_better_one_supported() -> None:
    point = OperatingPoint(3e5, 2e6, 5.12e5, 6 * 3e5 * 2e6)
    made = drawn("data_constrained", quality=(("raw", 1.0), ("bad", 0.3), ("good", 6.0)))
    verdicts = {name: Exchange(made, point, {"raw": 1.0, "bad": 1.0, "good": 0.9}).better_grade(code)["verdict"]
                for code, name in ((1, "bad"), (2, "good"))}  # fmt: skip
    assert verdicts == {"bad": "REFUTED", "good": "SUPPORTED"}


def test_a_better_grade_that_throws_most_of_the_corpus_away_is_refuted() -> None:
    point = OperatingPoint(1e6, 4e6, 5.12e5, 6 * 1e6 * 4e6)
    made = drawn("data_constrained", quality=(("raw", 1.0), ("good", 1.5)))
    assert Exchange(made, point, {"raw": 1.0, "good": 0.05}).better_grade(1)["verdict"] == "REFUTED"


def test_noise_leaves_the_question_undecided() -> None:
    point = OperatingPoint(3e5, 2e6, 5.12e5, 6 * 3e5 * 2e6)
    quality = (("a", 1.0), ("b", 1.2))
    verdicts = [Exchange(drawn("data_constrained", noise=noise, quality=quality), point).better_grade(1)["verdict"]
                for noise in (0.003, 0.05)]  # fmt: skip
    assert verdicts == ["REFUTED", "UNDECIDED"]


def test_without_repeats_the_question_is_undecided_and_the_reason_says_so() -> None:
    found = Exchange(drawn("chinchilla"), OperatingPoint(1e6, 5e5, 5e5, 3e12)).double_data()
    assert found["verdict"] == "UNDECIDED"
    assert found["reason"].startswith("no run repeats its tokens")
    assert found["difference"]["value"] is None


def test_an_operating_point_far_from_the_runs_is_extrapolation() -> None:
    found = Exchange(drawn("data_constrained"), OperatingPoint(1e9, 1e6, 1e6, 6e15)).double_data()
    assert (found["verdict"], found["reason"]) == (
        "UNDECIDED",
        "extrapolation: the operating point has 1e+09 parameters, the runs 3e+04 to 1e+06",
    )


def test_runs_of_one_size_cannot_say_what_data_is_worth() -> None:
    made = runs("power", noise=0.002, sizes=(1e5,), unique=(1e5, 2e5, 4e5, 8e5, 1.6e6, 3.2e6))
    found = Exchange(draw(fit("power", made), 50), OperatingPoint.of(made)).facts()
    assert found["verdicts"][0]["verdict"] == "UNDECIDED"
    assert found["ceiling"]["value"] is None


def test_the_ceiling_is_the_law_with_endless_parameters_and_epochs() -> None:
    asked = Exchange(drawn("data_constrained", noise=0.0), OperatingPoint(1e5, 1e6, 1e6, 6e11))
    a, b, e, alpha, beta, rd, rn = CONSTRAINED.values()
    fed = (alpha * a / (beta * b)) ** (1 / alpha) * 1e6 ** (beta / alpha)
    expected = e + a / (fed * (1 + rn)) ** alpha + b / (1e6 * (1 + rd)) ** beta
    assert asked.ceiling()["value"] == pytest.approx(expected, rel=1e-4)


def test_the_operating_point_is_the_largest_fresh_run_of_the_reference() -> None:
    made = Runs.of([1e6, 1e6, 2e6], [1e7, 1.02e7, 9e9], [3, 3, 2], unique=[1e7, 1e6, 9e9], grade=["a", "a", "b"])
    assert OperatingPoint.of(made).tokens == 1e7


def test_what_a_grade_is_worth_is_unknown_where_its_interval_says_nothing() -> None:
    made = drawn("chinchilla", quality=(("a", 1.0), ("b", 1.2)))
    theta = made.theta.copy()
    theta[::2, -1], theta[1::2, -1] = np.log(1e-3), np.log(1e3)
    found = Exchange(replace(made, theta=theta), OperatingPoint(3e5, 2e6, 5e5, 4e12)).grade(1)["q"]
    assert (found["value"], found["interval"]) == (None, None)


def test_every_exponent_at_the_end_of_its_box_is_found() -> None:
    made = drawn("chinchilla").fit
    theta = np.array(
        [c.high if c.name in ("alpha", "beta") else t for c, t in zip(made.law.coordinates, made.theta, strict=False)]
    )
    assert at_the_wall(made) == {}
    assert at_the_wall(replace(made, theta=theta)) == {"alpha": "parameters", "beta": "tokens"}


def test_facts_are_plain_json_without_infinities() -> None:
    text = orjson.dumps(exchange(drawn("data_constrained"), yields={"a": 1.0, "b": 0.5}))
    facts = orjson.loads(text)
    assert set(facts) == {"law", "reference", "operating_point", "grades", "data_for_compute", "half_data", "ceiling", "break_even", "elasticities", "verdicts"}  # fmt: skip
    assert [found["what"] for found in facts["verdicts"]] == ["double_data", "grade:b"]


def test_curves_lie_in_their_bands_and_fall() -> None:
    for curve in curves(drawn("chinchilla")):
        loss, low, high = (np.array(curve[key]) for key in ("loss", "low", "high"))
        assert (low <= loss + 1e-9).all()
        assert (loss <= high + 1e-9).all()
        assert (np.diff(loss) < 0).all()


def test_profiles_of_several_held_out_sets_are_taken_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a lock for all objects of the class the second thread would never come to the barrier."""
    both = Barrier(2)
    found = fit("power", runs("power", noise=0.003))
    fitted = [Fitted(found, draw(found, 10), True, "power") for _ in range(2)]

    def meet(found: Fit, name: str) -> str:
        both.wait(timeout=5)
        return name

    monkeypatch.setattr("studies.judging.tables.profile", meet)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda law: law.profiles, fitted)) == [{"E": "E", "gamma": "gamma"}] * 2
