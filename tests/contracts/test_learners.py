"""What every learner promises, ours and other packages'."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from studies import learners
from studies.data.windows import Order, TokenFile
from studies.learner import Event, Ledger, Point, Snapshot, Task

torch.set_num_threads(1)  # two on a busy machine wait for each other far longer than they compute
NAMES = [
    name for name in learners.names() if learners.kind(name) == "text" and name != "tuned"
]  # which needs a checkpoint
SIZES = (7_000, 30_000)
VOCABULARY, WINDOW = 24, 8


def tokens(path: Path, count: int) -> TokenFile:
    path.write_bytes((np.arange(count) % 7 + np.arange(count) // 50 % 3).astype("<u2").tobytes())
    return TokenFile.of(path, bytes=count)


def task(folder: Path, size: int = SIZES[0]) -> Task:
    batch = 4 * WINDOW
    train = tokens(folder / "train", 61 * batch)
    held_out = {"near": tokens(folder / "near", 90), "far": tokens(folder / "far", 50)}
    return Task(size, VOCABULARY, WINDOW, batch, train, Order(1), (50 * batch, 60 * batch), held_out, seed=2)


def points(events: list[Event]) -> list[Point]:
    return [event for event in events if isinstance(event, Point)]


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_dial_is_more_parameters_and_work_and_no_smaller_batch(name: str) -> None:
    small, large = (learners.learner(name).shape(size, VOCABULARY, WINDOW) for size in SIZES)
    assert 0 < small.non_embedding <= small.parameters < large.parameters
    assert 0 < small.flops_per_token < large.flops_per_token
    batches = [learners.learner(name).batch(size, WINDOW) for size in SIZES]
    assert batches[0] <= batches[1] and all(batch % WINDOW == 0 for batch in batches)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_task_gives_the_same_points_one_per_stop(name: str, tmp_path: Path) -> None:
    given = task(tmp_path)
    once, again = (list(learners.learner(name).run(given)) for _ in range(2))
    assert points(once) == points(again)
    assert [point.tokens for point in points(once)] == list(given.stops)
    shape = learners.learner(name).shape(given.size, VOCABULARY, WINDOW)
    for point in points(once):
        assert point.parameters == shape.parameters and point.unique == point.tokens
        assert point.flops == pytest.approx(point.tokens * shape.flops_per_token)
        assert list(point.losses) == ["near", "far"] and all(0 < loss < 20 for loss in point.losses.values())
    ledger = once[-1]
    assert isinstance(ledger, Ledger) and ledger == again[-1]
    assert ledger.exposure["times"] == {"1": given.stops[-1] // WINDOW}
    assert 0 < ledger.flops_spent <= ledger.flops_apart == pytest.approx(sum(p.flops for p in points(once)))


@pytest.mark.parametrize("name", NAMES)
def test_a_stop_does_not_depend_on_the_others(name: str, tmp_path: Path) -> None:
    given = task(tmp_path)
    alone = dataclasses.replace(given, stops=given.stops[1:])
    assert points(list(learners.learner(name).run(alone))) == points(list(learners.learner(name).run(given)))[1:]


@pytest.mark.parametrize("name", NAMES)
def test_what_follows_a_snapshot_is_what_would_have_come(name: str, tmp_path: Path) -> None:
    given = task(tmp_path)
    whole = list(learners.learner(name).run(given))
    for at, event in enumerate(whole):
        if isinstance(event, Snapshot):
            rest = list(learners.learner(name).run(given, event.state))
            assert points(rest) == points(whole[at:]) and rest[-1] == whole[-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_repr_is_the_whole_specification(name: str) -> None:
    """Fields and nothing else: the key of a trial is made of them."""
    made = learners.learner(name)
    assert eval(repr(made), {type(made).__name__: type(made)}) == made
