"""Crossovers, break-even prices and the largest size left out: against the law they were made by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studies.fitting import law as laws
from studies.fitting.intervals import Draws, draw
from studies.fitting.leaving_out import largest_left_out
from studies.fitting.optimum import Budgets
from studies.fitting.robust import fit
from studies.fitting.runs import Runs
from studies.judging.exchange import Exchange, OperatingPoint
from tests.studies.made import TRUTH, runs

POINT = OperatingPoint(1e5, 1e7, 2e5, 6e12, gpu_hours=3.0)


def made(quality: float, noise: float = 0.002, **more: Any) -> Draws:
    return draw(
        fit(
            "data_constrained",
            runs(
                "data_constrained",
                noise=noise,
                seeds=2,
                epochs=(1.0, 4.0, 16.0),
                quality={"a": 1.0, "b": quality},
                **more,
            ),
        ),
        100,
    )


@pytest.fixture(scope="module")
def better() -> Draws:
    """A grade twice as good."""
    return made(2.0)


def test_a_grade_of_fewer_tokens_stops_to_pay_where_the_truth_has_it(better: Draws) -> None:
    exchange = Exchange(better, POINT, {"a": 1.0, "b": 0.3})
    found = exchange.crossover(1)
    budgets = Budgets(
        better.fit.law,
        laws.find("data_constrained").coordinates_of(TRUTH["data_constrained"])[None],
        exchange.sizes,
        exchange.per,
    )
    low, high = found["range"]
    for _ in range(40):  # halve in logarithms
        middle = np.sqrt(low * high)
        worse = budgets.best(middle, 0.3 * 2e5, 2.0)[0][0] > budgets.best(middle, 2e5)[0][0]
        low, high = (low, middle) if worse else (middle, high)
    assert found["pays"] == "below"
    assert found["interval"][0] <= low <= found["interval"][1]
    assert found["value"] == pytest.approx(low, rel=0.05)
    assert found["n"] == len(better.fit.runs)


def test_better_tokens_and_as_many_of_them_pay_throughout(better: Draws) -> None:
    found = Exchange(better, POINT, {"a": 1.0, "b": 1.0}).crossover(1)
    assert (found["value"], found["pays"]) == (None, "throughout")


def test_worse_tokens_and_fewer_of_them_pay_nowhere() -> None:
    found = Exchange(made(0.5), POINT, {"a": 1.0, "b": 0.5}).crossover(1)
    assert (found["value"], found["pays"]) == (None, "nowhere")


def test_what_cannot_be_told_says_why(better: Draws) -> None:
    assert Exchange(better, POINT).crossover(1)["says"] == "the yields of the grades are unknown"
    fresh = draw(fit("chinchilla", runs("chinchilla", noise=0.002, quality={"a": 1.0, "b": 2.0})), 20)
    blind = Exchange(fresh, POINT, {"a": 1.0, "b": 0.3})
    assert "no run repeats its tokens" in blind.crossover(1)["says"]
    assert "no run repeats its tokens" in blind.break_even()["says"]
    no_clock = OperatingPoint(1e5, 1e7, 2e5, 6e12)
    assert Exchange(better, no_clock).break_even()["says"] == "no run has a clock"


def test_data_at_the_break_even_price_are_worth_what_they_cost(better: Draws) -> None:
    """So many more GPU-hours, spent on compute, lower the loss as much as a few more tokens do."""
    exchange = Exchange(better, POINT)
    price = exchange.break_even()["value"]
    budgets = exchange.budgets(better.fit.theta[None])
    more = 0.001 * POINT.unique
    by_data = budgets.best(POINT.flops, POINT.unique + more)[0][0]
    hours = price * more / 1e6
    assert POINT.gpu_hours is not None
    by_compute = budgets.best(POINT.flops * (1 + hours / POINT.gpu_hours), POINT.unique)[0][0]
    base = budgets.best(POINT.flops, POINT.unique)[0][0]
    assert base - by_data == pytest.approx(base - by_compute, rel=0.05)


def test_a_true_law_tells_the_largest_size_it_has_not_seen(better: Draws) -> None:
    found = largest_left_out(better.fit)
    largest = better.fit.runs.parameters.max()
    assert found["n"] == int((better.fit.runs.parameters == largest).sum())
    assert found["inside"] >= 0.8 * found["n"]
    assert found["error"] < 0.02


def test_a_law_that_is_wrong_for_large_models_is_caught(better: Draws) -> None:
    good = better.fit.runs
    worse = np.where(good.parameters == good.parameters.max(), 1.15, 1.0)
    bent = Runs.of(
        good.parameters,
        good.tokens,
        good.loss * worse,
        unique=good.unique,
        flops=good.flops,
        grade=[good.grades[c] for c in good.grade],
        trunk=good.trunk.tolist(),
    )
    found = largest_left_out(fit("data_constrained", bent))
    assert found["inside"] < 0.5 * found["n"]
    assert found["bias"] == pytest.approx(np.log(1.15), abs=0.05)


def test_few_runs_of_two_sizes_leave_nothing_to_tell_the_third_by() -> None:
    few = runs("chinchilla", noise=0.002)
    two = few.where(few.parameters <= np.unique(few.parameters)[1])
    found = largest_left_out(fit("chinchilla", two))
    assert found["inside"] is None and "needs 6 runs or more" in found["says"]
