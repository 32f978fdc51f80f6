"""Whether one number tells what a grade is worth is asked of runs that were left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studies.fitting import law as laws
from studies.fitting.alternatives import FEWEST, choice
from studies.fitting.intervals import draw
from studies.fitting.law import Inputs
from studies.fitting.model import Model
from studies.fitting.optimum import Budgets
from studies.fitting.robust import fit
from studies.fitting.runs import Runs
from studies.judging.exchange import Exchange, OperatingPoint
from studies.judging.tables import analyse, fit_table
from tests.studies.made import CHINCHILLA, TRUTH, runs


def bent(floor: float = 1.0, exponent: float = 1.0, noise: float = 0.004) -> Runs:
    """Tokens of grade b count half, and it has this floor and this exponent, over those of a."""
    made = runs(quality={"a": 1.0, "b": 0.5, "c": 2.0}, seeds=2, noise=noise, shared=noise)
    quiet = runs(quality={"a": 1.0, "b": 0.5, "c": 2.0}, seeds=2, shared=1e-300)
    n, d = quiet.parameters, quiet.tokens
    c = CHINCHILLA
    beta = exponent * c["beta"]
    amplitude = c["B"] * middle(quiet) ** (beta - c["beta"])
    own = floor * c["E"] + c["A"] / n ** c["alpha"] + amplitude / (0.5 * d) ** beta
    loss = np.where(quiet.grade == 1, own, quiet.loss)
    return replace(made, loss=loss * made.loss / quiet.loss)


def middle(of: Runs) -> float:
    """Geometric mean of the tokens."""
    return float(np.exp(np.log(of.tokens).mean()))


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_derivatives_are_those_of_the_value_where_grades_have_their_own(name: str) -> None:
    law, made = laws.find(name), runs(name, quality={"a": 1.0, "b": 0.5, "c": 2.0}, epochs=(1.0, 4.0))
    model = Model.of(law, made, (("E", "b"), ("gamma" if name == "power" else "beta", "c"), ("E", "c")))
    theta = np.concatenate([law.coordinates_of(TRUTH[name]), [-0.7, 0.6, 0.1, 0.02, -0.1]])[None]
    value, by = model.slopes(theta)
    assert value == pytest.approx(model.values(theta))
    for place in range(model.size):
        step = np.zeros(model.size)
        step[place] = 1e-6
        numeric = (model.values(theta + step) - model.values(theta - step)) / 2e-6
        assert np.abs(numeric - by[:, place]).max() < 1e-7, place


def test_a_grade_finds_its_own_floor_and_exponent_in_runs_without_noise() -> None:
    found = fit("chinchilla", bent(1.4, 0.7, 0.0), own=(("E", "b"), ("beta", "b")))
    expected = {**CHINCHILLA, "q[b]": 0.5, "q[c]": 2.0, "E[b]": 1.4 * 0.5, "beta[b]": 0.7 * 0.3}
    assert found.parameters() == pytest.approx(expected, rel=1e-5)


def test_the_grade_that_needs_something_of_its_own_gets_it_and_the_other_does_not() -> None:
    for made, own in ((bent(exponent=0.6), "beta"), (bent(floor=2.5), "E")):
        found = choice(fit("chinchilla", made))
        assert found is not None and [grade for _, grade in found.own] == ["b"], own
        rows = found.facts()
        assert [(row["parameter"], row["grade"]) for row in rows] == [
            (None, None), ("E", "b"), ("beta", "b"), ("E", "c"), ("beta", "c"),
        ]  # fmt: skip
        assert sum(row["chosen"] for row in rows) == 1 and not rows[0]["chosen"]
        best = next(row for row in rows if row["chosen"])
        assert best["gain"]["interval"][0] > 0 and best["error"] < rows[0]["error"]


def test_where_one_worth_tells_all_no_grade_gets_anything_of_its_own() -> None:
    kept = 0
    for seed in range(4):
        found = choice(
            fit("chinchilla", runs(quality={"a": 1.0, "b": 0.5}, seeds=2, noise=0.003, shared=0.004, seed=seed))
        )
        assert found is not None
        kept += found.own == ()
    assert kept >= 3


def test_the_error_on_a_trunk_is_that_of_a_fit_to_all_others() -> None:
    made = bent(exponent=0.6)
    whole = fit("chinchilla", made)
    found = choice(whole)
    assert found is not None
    for trunk in (0, 7):
        rows = made.trunk == trunk
        rest = fit("chinchilla", made.where(~rows))
        missed = (
            np.log(made.loss[rows])
            - rest.log_losses(rest.theta[None], Inputs.of(made.where(rows)), made.grade[rows])[0]
        )
        assert found.rounds[0].plain.errors[trunk] == pytest.approx(np.abs(missed).mean(), rel=0.02)


def test_of_one_grade_or_few_trunks_nothing_is_asked() -> None:
    assert choice(fit("chinchilla", runs(noise=0.003, seeds=2))) is None
    few = runs(quality={"a": 1.0, "b": 0.5}, sizes=(3e4, 1e5, 3e5), noise=0.003, shared=0.003)
    assert few.trunks < FEWEST and choice(fit("chinchilla", few)) is None


def test_the_worth_of_a_grade_with_its_own_exponent_is_that_at_the_operating_point() -> None:
    made = bent(exponent=0.6, noise=0.0)
    found = fit("chinchilla", made, own=(("beta", "b"),))
    far = OperatingPoint(1e5, 1.024e6, 1.024e6, 6e11)
    asked = Exchange(draw(found, 20), far)
    worth = asked.quality(found.theta[None], 1)[0]
    like = Inputs.at(1e5, worth * 1.024e6)
    grade = found.log_losses(found.theta[None], Inputs.at([1e5], [1.024e6]), np.array([1]))[0, 0]
    assert laws.find("chinchilla").loss(CHINCHILLA, like)[0] == pytest.approx(np.exp(grade), rel=1e-6)
    assert worth == pytest.approx(
        0.5**0.6 * (middle(made) / 1.024e6) ** 0.4, rel=1e-4
    )  # from B / (w D)^beta = B' / (q D)^beta'


def test_grades_with_exponents_that_cross_have_their_crossover_where_the_truth_has_it() -> None:
    """Better where data are few, worse where they abound: of equal unique tokens."""
    made = runs("data_constrained", quality={"a": 1.0, "b": 1.6}, seeds=3, epochs=(1.0, 4.0), noise=0.001, shared=0.001)
    truth = dict(TRUTH["data_constrained"])
    law = laws.find("data_constrained")
    turn = Model.of(law, made, (("beta", "b"),))
    theta = np.concatenate([law.coordinates_of(truth), [np.log(1.6), -0.2]])[None]
    quiet = np.concatenate([law.coordinates_of(truth), [np.log(1.6), 0.0]])[None]
    made = replace(made, loss=made.loss * np.exp(turn.values(theta) - turn.values(quiet))[0])
    used = analyse(made, draws=200)[0][0]
    assert used.fit.own == (("beta", "b"),)
    point = OperatingPoint(1e6, 4e6, 1.024e6, 2.4e13)
    found = Exchange(used.draws, point, {"a": 1.0, "b": 1.0}).crossover(1)
    sizes = Exchange(used.draws, point).sizes
    low, high = found["range"]
    for _ in range(40):
        middle = float(np.sqrt(low * high))
        mine = Budgets(law, turn.law_of(theta, 1), sizes).best(middle, 1.024e6, 1.6)[0][0]
        worse = mine > Budgets(law, turn.law_of(theta, 0), sizes).best(middle, 1.024e6)[0][0]
        low, high = (low, middle) if worse else (middle, high)
    assert found["pays"] == "below"
    assert found["interval"][0] < low < found["interval"][1]
    assert found["value"] == pytest.approx(low, rel=0.3)


def test_a_table_says_that_one_worth_does_not_tell_a_grade(tmp_path: Path) -> None:
    made = bent(exponent=0.6)
    rows = zip(made.parameters, made.tokens, made.loss, made.grade, made.trunk, strict=True)
    text = "".join(f"{n},{d},{loss},{made.grades[g]},{t}\n" for n, d, loss, g, t in rows)
    (tmp_path / "runs.csv").write_text("N,D,loss,grade,trunk\n" + text)
    found = fit_table(tmp_path / "runs.csv", draws=50)
    law = found.facts()["laws"][0]
    assert any(name in law["parameters"] for name in ("beta[b]", "E[b]"))
    assert any(
        warning.startswith("one worth does not tell b at every size and amount of data: with ")
        for warning in law["warnings"]
    )
    said = found.summary()
    assert "one number does not tell it." in said and ", of b" in said
    assert law["largest_left_out"]["n"] == int((made.parameters == made.parameters.max()).sum())
