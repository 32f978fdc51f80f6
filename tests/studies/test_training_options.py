"""Weight decay, dropout, adversarial training, and a GPU that is too small: as a plain loop would have them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dataqual.errors import SpecError
from studies.data.windows import Order, TokenFile
from studies.learner import Event, Point, Snapshot, Task
from studies.learners import learner
from studies.learners.gpt2 import Dimensions, Gpt2, Model
from studies.learners.lstm import Lstm
from studies.training.options import Options
from studies.training.trunks import _Pupil

BATCH, WINDOW, VOCABULARY = 64, 8, 24


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    path = tmp_path_factory.mktemp("task") / "train"
    steps = np.random.default_rng(0).integers(1, 4, 61 * BATCH).cumsum() % 20
    path.write_bytes(steps.astype("<u2").tobytes())
    train = TokenFile.of(path, bytes=2 * len(steps))
    return Task(7104, VOCABULARY, WINDOW, BATCH, train, Order(3), (50 * BATCH, 60 * BATCH), {"near": train}, seed=1)


def points(events: list[Event]) -> list[Point]:
    return [event for event in events if isinstance(event, Point)]


def pupil(task: Task, options: Options = Options()) -> tuple[_Pupil, Model, torch.Tensor]:  # noqa: B008
    model = Model(Dimensions(VOCABULARY, WINDOW, 16, 2, 1), 0)
    windows = torch.randint(0, VOCABULARY, (8, WINDOW + 1), generator=torch.Generator().manual_seed(0))
    return _Pupil(task, model, Gpt2().shape(task.size, VOCABULARY, WINDOW), options), model, windows


def weights(model: Model) -> torch.Tensor:
    return torch.cat([p.detach().flatten().clone() for p in model.parameters()])


def plain_step(model: Model, windows: torch.Tensor, decay: float, adversarial: float) -> None:
    """The step as one would write it down: AdamW over two groups, the table moved along its gradient for a second pass."""
    groups = [
        {"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": decay},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.95), eps=1e-8)

    def backward() -> None:
        torch.autograd.backward(F.cross_entropy(model(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten()))

    backward()
    if adversarial:
        table = model.wte.weight
        assert table.grad is not None
        before, moved = table.data.clone(), adversarial * table.grad / table.grad.norm()
        table.data.add_(moved)
        backward()
        table.data.copy_(before)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


@pytest.mark.parametrize("options", [Options(), Options(weight_decay=0.5), Options(adversarial=0.5)])
def test_a_step_is_that_of_a_plain_loop(task: Task, options: Options) -> None:
    ours, model, windows = pupil(task, options)
    other = Model(model.dimensions, 0)
    ours.step(windows, 0.01)
    plain_step(other, windows, options.weight_decay, options.adversarial)
    torch.testing.assert_close(weights(model), weights(other), atol=1e-3, rtol=0)  # a hundredth is a whole step


@pytest.mark.parametrize("kind", [Gpt2, Lstm])
def test_dropout_is_the_same_every_time_and_after_a_kill_and_does_not_touch_the_loss(kind: Any, task: Task) -> None:
    dropped = kind(dropout=0.2)
    whole = list(dropped.run(task))
    assert points(list(dropped.run(task))) == points(whole)
    state = next(event.state for event in whole if isinstance(event, Snapshot))
    assert points(list(dropped.run(task, state))) == points(whole)[1:]
    assert points(list(kind().run(task))) != points(whole)
    branch = points(list(dropped.run(dataclasses.replace(task, stops=task.stops[:1]))))
    assert branch == points(whole)[:1]


def test_with_dropout_a_held_out_set_has_one_loss(task: Task) -> None:
    model = Model(Dimensions(VOCABULARY, WINDOW, 16, 2, 1), 0, dropout=0.5)
    ours = _Pupil(task, model, Gpt2().shape(task.size, VOCABULARY, WINDOW), Options(dropout=0.5))
    assert ours.bits_per_byte(task.train) == ours.bits_per_byte(task.train)
    bare = pupil(task)[0]
    assert ours.bits_per_byte(task.train) == bare.bits_per_byte(task.train)
    assert model.training


def test_a_step_for_which_there_is_no_room_is_done_in_smaller_pieces(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, model, windows = pupil(task)
    other, alike, _ = pupil(task)
    other.step(windows, 0.01)
    nats = ours.nats

    def with_room_for(most: int) -> Any:
        def asked(model: Any, piece: torch.Tensor) -> torch.Tensor:
            if len(piece) > most:
                raise torch.OutOfMemoryError("no room")
            return nats(model, piece)

        return asked

    monkeypatch.setattr(ours, "nats", with_room_for(2))
    ours.step(windows, 0.01)
    assert ours.pieces == 4
    torch.testing.assert_close(weights(model), weights(alike), atol=1e-6, rtol=1e-4)
    monkeypatch.setattr(ours, "nats", with_room_for(0))
    with pytest.raises(torch.OutOfMemoryError):
        ours.step(windows, 0.01)


def test_a_trial_on_a_gpu_that_is_too_small_has_the_points_it_would_have_had(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_room = points(list(Gpt2().run(task)))
    forward, largest = Model.forward, []

    def cramped(self: Model, tokens: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled():
            if len(tokens) > 4 or (len(tokens) == 4 and largest):  # the second piece of four, when there is a gradient
                raise torch.OutOfMemoryError("no room")
            largest.append(len(tokens))
        return forward(self, tokens)

    monkeypatch.setattr(Model, "forward", cramped)
    without = points(list(Gpt2().run(task)))
    assert largest[0] == 4 and set(largest[1:]) == {2} and len(largest) % 4 == 1  # steps of 8 windows in four pieces
    for here, there in zip(without, with_room, strict=True):
        assert here.losses["near"] == pytest.approx(there.losses["near"], rel=1e-4)
        assert (here.tokens, here.unique, here.flops) == (there.tokens, there.unique, there.flops)


def test_adversarial_training_counts_its_second_pass() -> None:
    once, twice = (Gpt2(adversarial=e).shape(7104, VOCABULARY, WINDOW).flops_per_token for e in (0.0, 0.1))
    assert twice == 2 * once


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"dropout": 1}, "dropout is 1; it must be a number, 0 or more and below 1"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1; it must be a number, 0 or more"),
        ({"adversarial": "much"}, "adversarial is 'much'; it must be a number, 0 or more"),
        ({"dropuot": 0.1}, "gpt2 has no parameter 'dropuot'; did you mean 'dropout'?"),
    ],
)
def test_what_an_option_cannot_be_is_told(options: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        learner("gpt2", **options)
    assert str(error.value).startswith(says)
