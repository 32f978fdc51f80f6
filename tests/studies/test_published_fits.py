"""What published studies found, found again on their own runs or on runs of their design."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from studies.fitting.intervals import draw, profile
from studies.fitting.law import Inputs, find
from studies.fitting.robust import Fit, evaluate, fit
from studies.fitting.runs import Runs
from studies.fitting.tables import read_table
from studies.judging.tables import FIRST_STAGE, fit_table
from studies.laws.data_constrained import PUBLISHED

RUNS = Path(__file__).parent / "data" / "muennighoff_182_runs.csv"


@pytest.fixture(scope="module")
def repeated() -> Runs:
    return read_table(RUNS).runs["loss"]


@pytest.fixture(scope="module")
def second_stage(repeated: Runs) -> Fit:
    return fit("data_constrained", repeated, frozen={name: PUBLISHED[name] for name in FIRST_STAGE})


def test_the_published_parameters_have_the_published_objective(repeated: Runs) -> None:
    assert len(repeated) == 182
    assert evaluate("data_constrained", repeated, PUBLISHED) == pytest.approx(0.0158259, abs=5e-8)


def test_the_optimum_of_muennighoffs_objective_is_elsewhere(second_stage: Fit) -> None:
    assert second_stage.objective <= 0.01580475
    assert second_stage.parameters()["R_D*"] == pytest.approx(95.4, abs=2)
    assert second_stage.parameters()["R_N*"] == pytest.approx(1.71, abs=0.02)


def test_how_much_repeats_are_worth_is_weakly_identified_there(second_stage: Fit) -> None:
    found = profile(second_stage, "R_D*")
    assert found.weak
    assert found.low < 12
    assert found.high > 200


def test_resampling_those_runs_leaves_the_worth_of_repeats_open_above(second_stage: Fit) -> None:
    _, low, high = draw(second_stage, 300).interval(lambda theta: np.exp(theta[:, 5]))
    assert 3 < low < 12
    assert high > 500


def chinchilla_design(seed: int = 0) -> Runs:
    """240 runs of Hoffmann's design by the law that Epoch found, noise of 0.8 %."""
    rng = np.random.default_rng(seed)
    flops = np.repeat(np.geomspace(6e18, 3e21, 8), 30)
    size = np.clip(0.1 * np.sqrt(flops) * np.exp(rng.uniform(-1.6, 1.6, 240)), 57e6, 16e9)
    truth = {"A": 477.8, "B": 2143.0, "E": 1.8172, "alpha": 0.3473, "beta": 0.3672}
    loss = find("chinchilla").loss(truth, Inputs.at(size, flops / (6 * size))) * np.exp(
        0.008 * rng.standard_normal(240)
    )
    return Runs.of(size, flops / (6 * size), loss, flops=flops)


def test_a_table_like_epochs_gives_back_the_law_it_was_made_by(tmp_path: Path) -> None:
    made = chinchilla_design()
    rows = zip(made.parameters, made.flops, made.loss, strict=True)
    table = tmp_path / "svg.csv"
    table.write_text("Model Size,Training FLOP,loss\n" + "".join(f"{n},{c},{y}\n" for n, c, y in rows))
    found = fit_table(table, draws=200).laws["loss"][0]
    truth = {"E": 1.8172, "alpha": 0.3473, "beta": 0.3672}
    for name, value in truth.items():
        ends = found.intervals()[name]
        assert ends is not None
        assert ends[0] < value < ends[1]
        assert ends[1] - ends[0] < 0.25 * value
    assert found.weak() == []


def test_the_minimum_is_not_above_that_of_another_minimiser() -> None:
    from scipy.optimize import minimize

    made = chinchilla_design(1)
    found = fit("chinchilla", made)

    def objective(theta: np.ndarray) -> float:
        a, b, e, alpha, beta = theta
        predicted = np.log(np.exp(a) * made.parameters**-alpha + np.exp(b) * made.tokens**-beta + np.exp(e))
        off = np.abs(predicted - np.log(made.loss))
        return float(np.where(off <= 1e-3, 0.5 * off**2, 1e-3 * (off - 0.5e-3)).sum())

    other = minimize(objective, [6.0, 7.5, 0.6, 0.35, 0.37], method="Nelder-Mead",
                     options={"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-10, "fatol": 1e-15})  # fmt: skip
    assert found.objective == pytest.approx(objective(found.theta), rel=1e-12)
    assert found.objective <= other.fun * (1 + 1e-9)


def test_the_lowest_runs_are_kept_in_their_order() -> None:
    made = Runs.of([1e6, 2e6, 3e6], [1e7, 1e7, 1e7], [3.0, 9.0, 2.0])
    assert made.lowest(2).loss.tolist() == [3.0, 2.0]


def test_laws_json_says_what_the_terminal_says(tmp_path: Path) -> None:
    fitted = fit_table(RUNS, tmp_path / "out", draws=100)
    facts = orjson.loads((tmp_path / "out" / "laws.json").read_bytes())
    by_name = {law["name"]: law for law in facts["laws"]}
    assert list(by_name) == ["data_constrained", "chinchilla", "power", "data_constrained@muennighoff2023"]
    law = by_name["data_constrained@muennighoff2023"]
    assert law["objective"] == pytest.approx(0.0158047, abs=1e-7)
    assert law["objective_at_published"] == pytest.approx(0.0158259, abs=1e-7)
    assert "R_D*" in law["weakly_identified"]
    assert law["n"] == 182
    assert law["intervals"]["A"] is None
    assert law["intervals"]["R_D*"][0] < 95 < law["intervals"]["R_D*"][1]
    assert "R_D* is weakly identified" in fitted.summary()
