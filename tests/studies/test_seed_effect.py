"""What trials of one seed have in common by chance is seen, and taken off of what is compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studies.fitting.intervals import draw
from studies.fitting.robust import Fit, evaluate, fit
from studies.fitting.runs import Runs
from studies.fitting.seed_effect import seed_effect
from studies.fitting.tables import read_table
from tests.studies.made import runs


def table(seeds: int, trunks: int, stops: int = 1) -> Runs:
    """Rows of so many seeds, trunks of each, and stops of each of those."""
    rows = [(seed, f"{seed}.{trunk}") for seed in range(seeds) for trunk in range(trunks) for _ in range(stops)]
    n = len(rows)
    return Runs.of(
        np.full(n, 1e6), np.full(n, 1e7), np.full(n, 3.0), trunk=[t for _, t in rows], seed=[s for s, _ in rows]
    )


def noise(of: Runs, common: float, own: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    assert of.seed is not None
    return common * rng.standard_normal(99_999)[of.seed] + own * rng.standard_normal(99_999)[of.trunk]


def test_what_a_seed_explains_is_the_intraclass_correlation() -> None:
    made = table(400, 3)
    found = seed_effect(made, noise(made, 0.02, 0.01))
    by_seed = noise(made, 0.02, 0.01).reshape(400, 3)
    between, within = 3 * by_seed.mean(1).var(ddof=1), by_seed.var(1, ddof=1).mean()
    assert found is not None
    assert found.share == pytest.approx((between - within) / (between + 2 * within), abs=0.02)
    assert found.share == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("stops", [1, 3])
def test_what_is_left_of_two_trunks_does_not_go_together(stops: int) -> None:
    made = table(50, 4, stops)
    found = seed_effect(made, noise(made, 0.02, 0.01))
    assert found is not None
    share = found.share
    assert made.seed is not None
    same_seed, same_trunk = (column[:, None] == column for column in (made.seed, made.trunk))
    covariance = share * same_seed + (1 - share) * same_trunk
    left = found.off(found.off(covariance).T)
    assert left == pytest.approx((1 - share) * same_trunk, abs=1e-12)


def test_what_was_taken_off_can_be_put_back() -> None:
    made = table(9, 3, 2)
    found = seed_effect(made, noise(made, 0.02, 0.01))
    assert found is not None
    values = np.random.default_rng(1).standard_normal((5, len(made)))
    assert found.on(found.off(values)) == pytest.approx(values)
    assert found.off(values) != pytest.approx(values)


def test_nothing_is_taken_off_where_seeds_are_unknown_few_or_have_nothing_in_common() -> None:
    made = table(9, 3)
    together = noise(made, 0.02, 0.01)
    assert seed_effect(made, together) is not None
    assert seed_effect(replace(made, seed=None), together) is None
    assert seed_effect(table(3, 9), together) is None
    assert seed_effect(table(27, 1), together) is None
    assert seed_effect(made, np.tile([0.01, -0.01, 0.0], 9)) is None


def test_one_diverged_run_says_nothing_of_seeds() -> None:
    made = table(9, 3)
    alone = np.tile([0.01, -0.01, 0.0], 9)
    alone[0] = 1.0
    found = seed_effect(made, alone)
    assert found is None or found.share < 0.2


def width(found: Fit) -> tuple[float, float, float]:
    return draw(found, 200).interval(lambda theta: np.exp(theta[:, -1]))


def test_knowing_the_seeds_narrows_what_a_grade_is_worth_and_the_truth_stays_within() -> None:
    made = runs(quality={"a": 1.0, "b": 0.5}, seeds=3, noise=0.002, shared=0.004, luck=0.012)
    known, unknown = fit("chinchilla", made), fit("chinchilla", replace(made, seed=None))
    assert known.seeds is not None and known.seeds.share == pytest.approx(0.9, abs=0.1)
    value, low, high = width(known)
    _, least, most = width(unknown)
    assert low < 0.5 < high
    assert np.log(high / low) < 0.75 * np.log(most / least)
    assert abs(np.log(value / 0.5)) < 0.05
    assert "what runs of a seed share" in draw(known, 10).how and "seed" not in draw(unknown, 10).how


def test_other_parameters_are_held_against_a_fit_by_its_own_measure() -> None:
    made = runs(quality={"a": 1.0, "b": 0.5}, seeds=3, noise=0.002, shared=0.004, luck=0.012)
    found = fit("chinchilla", made)
    assert found.seeds is not None
    assert evaluate("chinchilla", made, found.parameters(), seeds=found.seeds) == pytest.approx(found.objective)
    assert evaluate("chinchilla", made, found.parameters()) > 1.2 * found.objective


def test_seeds_of_a_table_are_known_where_there_are_several(tmp_path: Path) -> None:
    rows = [f"{n},{d},{g},{s},3.0" for n in (1e6, 2e6) for d in (1e7, 2e7) for g in "ab" for s in (0, 1)]
    (tmp_path / "a.csv").write_text("\n".join(["N,D,grade,seed,loss", *rows, ""]))
    found = read_table(tmp_path / "a.csv").runs["loss"].seed
    assert found is not None and len(set(found.tolist())) == 4
    (tmp_path / "a.csv").write_text(
        "\n".join(["N,D,grade,seed,loss", *(row for row in rows if ",1,3.0" not in row), ""])
    )
    assert read_table(tmp_path / "a.csv").runs["loss"].seed is None


def test_runs_without_a_seed_in_common_are_fitted_as_if_seeds_were_unknown() -> None:
    made = runs(quality={"a": 1.0, "b": 0.5}, seeds=3, noise=0.004)
    odd = replace(made, seed=np.arange(len(made)))
    assert (fit("chinchilla", odd).theta == fit("chinchilla", made).theta).all()
