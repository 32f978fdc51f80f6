"""The lines of the least loss that compute buys: what they cost, and that they are what the law says."""

from __future__ import annotations

import numpy as np
import pytest

from studies.judging.exchange import Exchange, OperatingPoint
from studies.judging.frontier import frontiers
from tests.studies.test_exchange import drawn


@pytest.fixture(scope="module")
def asked() -> Exchange:
    draws = drawn("data_constrained")
    return Exchange(draws, OperatingPoint.of(draws.fit.runs), {"a": 1.0, "b": 0.5})


def test_a_line_for_each_grade_and_share_of_the_corpus_falls_and_more_data_is_never_worse(asked: Exchange) -> None:
    lines = {(line["grade"], line["share"]): line for line in frontiers(asked)}
    assert list(lines) == [("a", 1.0), ("a", 0.5), ("b", 1.0), ("b", 0.5)]
    assert lines["b", 1.0]["unique"] == lines["a", 0.5]["unique"] == asked.point.unique / 2
    for line in lines.values():
        assert (np.diff(line["loss"]) <= 1e-9).all()
    assert (np.array(lines["a", 0.5]["loss"]) >= np.array(lines["a", 1.0]["loss"]) - 1e-9).all()


def test_a_line_passes_through_what_the_law_says_is_best_at_the_operating_point(asked: Exchange) -> None:
    line = frontiers(asked, without={"b"})[0]
    assert [one["grade"] for one in frontiers(asked, without={"b"})] == ["a", "a"]
    there = float(np.interp(np.log(asked.point.flops), np.log(line["flops"]), line["loss"]))
    best = asked.budgets(asked.draws.fit.theta[None]).best(asked.point.flops, asked.point.unique)[0][0]
    assert there == pytest.approx(best, rel=5e-3)


def test_half_of_the_data_and_so_much_more_compute_reach_the_same_loss(asked: Exchange) -> None:
    times = asked.half_data()["value"]
    budgets = asked.budgets(asked.draws.fit.theta[None])
    whole = budgets.best(asked.point.flops, asked.point.unique)[0][0]
    if times is None:
        assert budgets.best(1e3 * asked.point.flops, asked.point.unique / 2)[0][0] > whole
    else:
        assert budgets.best(times * asked.point.flops, asked.point.unique / 2)[0][0] == pytest.approx(whole, rel=1e-6)
