"""The learner that obeys a known law."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dataqual.errors import SpecError
from studies.data.windows import Order, TokenFile
from studies.fitting import law as laws
from studies.fitting.law import Inputs
from studies.learner import Learner, Point, Snapshot, Task
from studies.learners.oracle import TRUTH, Oracle

CLEAN, GOOD = "0a" * 32, "0b" * 32


def task(
    sha: str = CLEAN, seed: int = 0, unique: int | None = None, stops: tuple[int, ...] = (1000, 2000, 4000)
) -> Task:
    file = TokenFile(Path("clean.bin"), 10_000, 10_000, sha)
    return Task(30_000, 256, 10, 10, file, Order(seed, unique), stops, {"raw": file, "neutral": file}, seed)


def points(oracle: Oracle, of: Task, state: bytes | None = None) -> list[Point]:
    return [event for event in oracle.run(of, state) if isinstance(event, Point)]


def test_the_oracle_is_a_learner() -> None:
    assert isinstance(Oracle(), Learner)


def test_without_noise_it_obeys_its_law() -> None:
    found = points(Oracle(trunk_noise=0, stop_noise=0), task(unique=1500))
    expected = laws.find("data_constrained").loss(TRUTH, Inputs.at(30_000, [1000, 2000, 4000], [1000, 1500, 1500]))
    assert [point.losses["raw"] for point in found] == pytest.approx(expected)
    assert [(point.tokens, point.unique) for point in found] == [(1000, 1000), (2000, 1500), (4000, 1500)]


def test_a_token_of_a_better_file_counts_more_often() -> None:
    quiet = Oracle(trunk_noise=0, stop_noise=0, quality={GOOD: 2.0})
    assert points(quiet, task(GOOD))[0].losses == pytest.approx(points(quiet, task())[1].losses)


def test_the_same_task_gives_the_same_points_and_another_seed_others() -> None:
    assert points(Oracle(), task()) == points(Oracle(), task())
    assert points(Oracle(), task(seed=1)) != points(Oracle(), task())


def test_it_goes_on_from_a_snapshot_as_if_nothing_had_happened() -> None:
    snapshots = [event.state for event in Oracle().run(task()) if isinstance(event, Snapshot)]
    assert points(Oracle(), task(), snapshots[0]) == points(Oracle(), task())[1:]
    assert points(Oracle(), task(), snapshots[-1]) == []


def test_the_noise_of_a_trunk_is_shared_by_its_stops() -> None:
    truth = np.array([p.losses["raw"] for p in points(Oracle(trunk_noise=0, stop_noise=0), task())])
    off = [
        np.log([p.losses["raw"] for p in points(Oracle(trunk_noise=0.1, stop_noise=0), task(seed=s))] / truth)
        for s in range(200)
    ]
    assert np.ptp(off, axis=1) == pytest.approx(0, abs=1e-12)
    assert np.std(off) == pytest.approx(0.1, rel=0.2)


def test_the_noise_of_a_seed_is_shared_by_grades_and_orders_and_not_by_sizes() -> None:
    lucky = Oracle(trunk_noise=0, stop_noise=0, seed_noise=0.1)

    def off(of: Task) -> float:
        quiet = points(Oracle(trunk_noise=0, stop_noise=0), of)[0].losses["raw"]
        return float(np.log(points(lucky, of)[0].losses["raw"] / quiet))

    first = off(task())
    assert off(task(GOOD)) == pytest.approx(first) and off(task(unique=500)) == pytest.approx(first)
    assert off(task(seed=1)) != pytest.approx(first) and off(replace(task(), size=40_000)) != pytest.approx(first)
    assert np.std([off(task(seed=s)) for s in range(200)]) == pytest.approx(0.1, rel=0.2)


def test_a_model_of_no_parameters_is_refused() -> None:
    with pytest.raises(SpecError, match="size is 0"):
        Oracle().shape(0, 256, 128)
