"""The formulas: published values, derivatives, and what every law promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.errors import SpecError
from studies.fitting import law as laws
from studies.fitting.law import Inputs
from studies.fitting.model import Model
from studies.fitting.optimum import Budgets
from studies.fitting.robust import fit
from studies.laws.data_constrained import PUBLISHED, feeds
from tests.studies.made import CONSTRAINED, TRUTH, runs


@pytest.mark.parametrize(
    ("point", "loss"),
    [((6.34e9, 242e9, 25e9), 2.2256440889984477), ((8.67e9, 178e9, 25e9), 2.2269634075087867)],
)
def test_the_data_constrained_law_gives_the_losses_its_authors_print(point: tuple[float, ...], loss: float) -> None:
    assert laws.find("data_constrained").loss(PUBLISHED, Inputs.at(*point))[0] == pytest.approx(loss, abs=1e-12)


def test_the_chinchilla_law_is_its_formula() -> None:
    loss = laws.find("chinchilla").loss({"A": 2.0, "B": 3.0, "E": 0.5, "alpha": 0.5, "beta": 1.0}, Inputs.at(16.0, 6.0))
    assert loss[0] == pytest.approx(0.5 + 2 / 4 + 3 / 6)


def test_the_power_law_is_its_formula() -> None:
    loss = laws.find("power").loss({"K": 6.0, "E": 1.0, "gamma": 0.5}, Inputs.at(1.0, 1.0, flops=9.0))
    assert loss[0] == pytest.approx(1 + 6 / 3)


def test_without_repeats_or_excess_parameters_the_constrained_law_is_chinchilla() -> None:
    at = Inputs.at([1e4, 3e4], [1e6, 4e6])
    plain = {name: CONSTRAINED[name] for name in ("A", "B", "E", "alpha", "beta")}
    expected = laws.find("chinchilla").loss(plain, at)
    assert laws.find("data_constrained").loss(CONSTRAINED, at) == pytest.approx(expected, rel=1e-14)


def test_a_second_epoch_is_worth_less_than_fresh_tokens_and_more_than_nothing() -> None:
    law = laws.find("data_constrained")
    once, twice, fresh = (
        law.loss(CONSTRAINED, Inputs.at(1e4, d, u))[0] for d, u in ((1e6, 1e6), (2e6, 1e6), (2e6, 2e6))
    )
    assert fresh < twice < once


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_derivatives_are_those_of_the_value(name: str) -> None:
    law, made = laws.find(name), runs(name, quality={"a": 1.0, "b": 0.5}, epochs=(1.0, 4.0))
    model = Model.of(law, made)
    theta = np.append(law.coordinates_of(TRUTH[name]), -0.7)[None]
    _, by = model.slopes(theta)
    for place in range(model.size):
        step = np.zeros(model.size)
        step[place] = 1e-6
        numeric = (model.values(theta + step) - model.values(theta - step)) / 2e-6
        assert np.abs(numeric - by[:, place]).max() < 1e-7, model.law.names()


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_a_law_finds_its_own_parameters_in_runs_without_noise(name: str) -> None:
    found = fit(name, runs(name, quality={"a": 1.0, "b": 0.4}, epochs=(1.0, 3.0, 9.0)))
    for parameter, value in {**TRUTH[name], "q[b]": 0.4}.items():
        assert found.parameters()[parameter] == pytest.approx(value, rel=1e-5), parameter
        assert found.parameters(squares=True)[parameter] == pytest.approx(value, rel=1e-5), parameter


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0.2, 0.6), st.floats(0.2, 0.6), st.floats(0.2, 2.0), st.floats(0.2, 5.0)
)  # fmt: skip
def test_chinchilla_is_found_whatever_its_parameters(alpha: float, beta: float, floor: float, q: float) -> None:
    truth = {"A": 1e5**alpha, "B": 4e5**beta, "E": floor, "alpha": alpha, "beta": beta}
    found = fit("chinchilla", runs(truth=truth, quality={"a": 1.0, "b": q}))
    assert found.parameters() == pytest.approx({**truth, "q[b]": q}, rel=1e-3)


def test_an_unknown_law_is_answered_with_the_nearest() -> None:
    with pytest.raises(SpecError, match="no law 'chinchila'; did you mean 'chinchilla'"):
        laws.find("chinchila")


def test_a_parameter_of_no_law_is_named() -> None:
    with pytest.raises(SpecError, match="law power: no parameter 'k'"):
        laws.find("power").loss({"k": 1.0}, Inputs.at(1.0, 1.0))


def test_what_the_paper_says_of_repeats_follows_from_its_parameters() -> None:
    """Muennighoff et al. 2023, appendix A: U_N = 0.051 U_D; however often repeated, data are worth 16.39 times as many fresh ones."""
    law = laws.find("data_constrained")
    theta = law.coordinates_of(PUBLISHED)
    for unique in (1e9, 25e9):
        fed = np.exp(feeds(theta, np.log([unique])))[0]
        assert fed / unique == pytest.approx(0.051, abs=5e-4)
        endless, fresh = (
            law.loss(PUBLISHED, Inputs.at(fed, d, u))[0] for d, u in ((1e30, unique), ((1 + 15.387756) * unique,) * 2)
        )
        assert endless == pytest.approx(fresh, rel=1e-12)


def test_the_best_use_of_a_budget_is_the_one_that_the_authors_print() -> None:
    """Their README: 8.67e9 parameters on 178e9 tokens, 25e9 of them different, are better spent on 227B tokens (9.1 epochs) and 6.8B parameters."""
    law = laws.find("data_constrained")
    asked = Budgets(law, law.coordinates_of(PUBLISHED)[None], (1e8, 1e11))
    loss, size = asked.best(6 * 8.67e9 * 178e9, 25e9)
    tokens = 8.67e9 * 178e9 / size[0]
    assert (size[0], tokens, tokens / 25e9) == (
        pytest.approx(6.8e9, abs=5e7),
        pytest.approx(227e9, abs=1e9),
        pytest.approx(9.1, abs=0.05),
    )
    assert loss[0] < law.loss(PUBLISHED, Inputs.at(6.34e9, 242e9, 25e9))[0]
