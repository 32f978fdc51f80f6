"""Trunk and branches: what a branch equals, what a kill costs, what is counted, what is refused."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dataqual.errors import SpecError
from studies.data.windows import Order, TokenFile, Windows, WrongExposure
from studies.learner import Event, Ledger, Point, Progress, Snapshot, Task
from studies.learners.gpt2 import Dimensions, Gpt2, Model
from studies.training import footprint
from studies.training import trunks as training
from studies.training.descending import Descent
from studies.training.schedule import factor, legs, peak_rate, tokens_apart, tokens_spent, whole_stop
from studies.training.trunks import Diverged

BATCH, WINDOW = 32, 8
STOPS = (50 * BATCH, 60 * BATCH, 80 * BATCH)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    folder = tmp_path_factory.mktemp("task")
    rng = np.random.default_rng(0)
    made = {}
    for name, tokens in (("train", 81 * BATCH), ("near", 203), ("far", 64)):
        steps = rng.integers(1, 4, tokens).cumsum() % 20
        (folder / name).write_bytes(steps.astype("<u2").tobytes())
        made[name] = TokenFile.of(folder / name, bytes=2 * tokens)
    held_out = {name: made[name] for name in ("near", "far")}
    return Task(7104, 24, WINDOW, BATCH, made["train"], Order(3), STOPS, held_out, seed=1)


def points(events: Iterator[Event]) -> list[Point]:
    return [event for event in events if isinstance(event, Point)]


@pytest.fixture(scope="module")
def whole(task: Task) -> list[Event]:
    torch.set_num_threads(1)
    return list(Gpt2().run(task))


def test_a_trial_is_points_in_order_and_a_ledger_at_the_end(task: Task, whole: list[Event]) -> None:
    found = points(iter(whole))
    assert [p.tokens for p in found] == list(STOPS) and isinstance(whole[-1], Ledger)
    each = Gpt2().shape(task.size, 24, WINDOW).flops_per_token
    assert [p.flops for p in found] == [stop * each for stop in STOPS]
    assert whole[-1].flops_apart == sum(STOPS) * each
    assert whole[-1].flops_spent == (0.8 * STOPS[-1] + 0.2 * sum(STOPS)) * each
    assert whole[-1].exposure["times"] == {"1": STOPS[-1] // WINDOW}
    assert any(isinstance(event, Progress) and event.loss < math.log(24) for event in whole)


def test_it_learns(whole: list[Event]) -> None:
    losses = [p.losses["near"] for p in points(iter(whole))]
    assert losses[-1] < losses[0] < math.log2(24) / 2


def test_a_branch_is_bit_for_bit_the_run_that_was_planned_alone(task: Task, whole: list[Event]) -> None:
    for point in points(iter(whole)):
        assert points(Gpt2().run(dataclasses.replace(task, stops=(point.tokens,)))) == [point]


def test_the_trunk_is_that_of_a_plain_loop(task: Task, whole: list[Event]) -> None:
    """The whole of training once more, as one would write it down without branches, buffers or recorders."""
    shape, stop = Gpt2().shape(task.size, 24, WINDOW), STOPS[0] // BATCH
    d = Dimensions(24, WINDOW, int(shape.says["width"]), int(shape.says["layers"]), int(shape.says["heads"]))
    model = Model(d, task.seed)
    groups = [
        {"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-8)
    tokens = torch.from_numpy(np.fromfile(task.train.path, "<u2").astype(np.int64))
    order = task.order.windows(task.train, WINDOW, 0, STOPS[0] // WINDOW)
    for step in range(stop):
        batch = torch.stack([tokens[n * WINDOW : n * WINDOW + WINDOW + 1] for n in order[4 * step : 4 * step + 4]])
        optimizer.zero_grad()
        F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = peak_rate(shape.parameters) * factor(step, stop)
        optimizer.step()
    held = torch.from_numpy(np.fromfile(task.held_out["near"].path, "<u2").astype(np.int64))
    nats = math.log(24)
    with torch.inference_mode():
        for at in range(1, len(held)):
            context = held[(at - 1) // WINDOW * WINDOW : at]
            nats -= float(model(context[None])[0, -1].log_softmax(0)[held[at]])
    expected = nats / math.log(2) / task.held_out["near"].bytes
    assert points(iter(whole))[0].losses["near"] == pytest.approx(expected, abs=2e-4)


def killed_and_resumed(task: Task, kills: list[int]) -> tuple[list[Point], Event]:
    """Points of a trial killed after each of these numbers of events, resumed from the last snapshot each time."""
    found: dict[int, Point] = {}
    state, last = None, None
    for kill in [*kills, 10**9]:
        for count, event in enumerate(Gpt2().run(task, state)):
            last = event
            if isinstance(event, Snapshot):
                state = event.state
            if isinstance(event, Point):
                assert found.setdefault(event.tokens, event) == event
            if count == kill:
                break
    assert last is not None
    return [found[tokens] for tokens in sorted(found)], last


def test_killed_at_twenty_places_the_points_are_bit_equal(
    task: Task, whole: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run leaves a snapshot wherever it can; a kill leaves what came before it, and the last of them to go on from."""
    with monkeypatch.context() as often:
        often.setattr(training, "SNAPSHOT_SECONDS", 0.0)
        events = list(Gpt2().run(task))
    assert points(iter(events)) == points(iter(whole))
    for kill in np.random.default_rng(1).integers(0, 110, 20):
        before = events[: kill + 1]
        state = next((event.state for event in reversed(before) if isinstance(event, Snapshot)), None)
        after = list(Gpt2().run(task, state))
        found = {point.tokens: point for point in points(iter([*before, *after]))}
        assert list(found.values()) == points(iter(whole)) and after[-1] == whole[-1]


def test_killed_again_and_again_the_points_are_bit_equal(
    task: Task, whole: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SNAPSHOT_SECONDS", 0.0)
    resumed, last = killed_and_resumed(task, [7] * 20)
    assert resumed == points(iter(whole)) and last == whole[-1]


def test_repeated_windows_are_resumed_as_well(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = dataclasses.replace(task, order=Order(3, unique=20 * BATCH), stops=STOPS[:2])
    events = list(Gpt2().run(repeated))
    assert [(p.tokens, p.unique) for p in points(iter(events))] == [(STOPS[0], 640), (STOPS[1], 640)]
    assert isinstance(events[-1], Ledger) and events[-1].exposure["times"] == {"3": 80}
    monkeypatch.setattr(training, "SNAPSHOT_SECONDS", 0.0)
    assert killed_and_resumed(repeated, [41])[0] == points(iter(events))


def test_a_resume_that_forgets_what_was_seen_is_found(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault of litgpt 1712: the weights go on, the data starts again at its beginning."""
    right = Order.windows

    def starts_over(self: Order, file: TokenFile, window: int, start: int, stop: int) -> Windows:
        return (
            right(self, file, window, start - 100, stop - 100)
            if start >= 100
            else right(self, file, window, start, stop)
        )

    monkeypatch.setattr(Order, "windows", starts_over)
    with pytest.raises(WrongExposure, match=r"of 200 windows to be seen once each, 100 were seen more often, 100 less"):
        list(Gpt2().run(task))


def test_windows_drawn_with_replacement_are_found(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault of parcae 10: each batch drawn anew, so that a third of the text is never seen and a third twice."""
    rng = np.random.default_rng(0)
    monkeypatch.setattr(Order, "windows", lambda self, file, window, a, b: rng.integers(0, 300, b - a))
    with pytest.raises(WrongExposure, match=r"were seen more often, \d+ less often or never"):
        list(Gpt2().run(task))


def test_windows_in_the_order_of_the_file_are_found(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Order, "windows", lambda self, file, window, a, b: np.arange(a, b))
    with pytest.raises(WrongExposure, match=r"not shuffled: 199 of 199 successive windows are neighbours"):
        list(Gpt2().run(task))


def test_a_loss_that_is_no_number_names_the_trial(task: Task) -> None:
    wild = dataclasses.replace(task, learning_rate=1e30)
    with pytest.raises(
        Diverged, match=r"train: size 7,104, seed 1, order 3: the loss( on near)? is (nan|inf) after [\d,]+ tok"
    ):
        list(Gpt2().run(wild))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"stops": (50 * BATCH, 62 * BATCH)}, r"a stop at 1,984 tokens is not possible .* nearest is 1,920"),
        ({"stops": (10 * BATCH,)}, r"it takes 50 steps or more, a multiple of 5; the nearest is 1,600"),
        ({"stops": (60 * BATCH, 50 * BATCH)}, r"stops must be ascending"),
        ({"stops": ()}, r"stops must be ascending"),
        ({"stops": (90 * BATCH,)}, r"2,880 fresh tokens asked for, in windows of 8; it has 2,584"),
        ({"batch": 36}, r"a batch of 36 tokens is not a whole number of windows of 8"),
        ({"vocabulary": 19}, r"train: token 19 in a vocabulary of 19"),
    ],
)
def test_a_task_that_cannot_be_is_refused_before_training(task: Task, change: dict[str, object], says: str) -> None:
    with pytest.raises(SpecError, match=says):
        next(iter(Gpt2().run(dataclasses.replace(task, **change))))  # type: ignore[arg-type]


def test_every_byte_of_a_held_out_set_counts_once(task: Task, tmp_path: Path) -> None:
    """A model that knows nothing guesses each token at log2 of the vocabulary, whatever the length of the file."""
    pupil = training._Pupil(task, Model(Dimensions(24, WINDOW, 16, 2, 2), 0), Gpt2().shape(7104, 24, WINDOW))
    for flat in pupil.descent.flat:
        flat.data.zero_()
    for tokens in (2, 8, 9, 10, 16, 17, 1000, 2049, 2050):
        path = tmp_path / "held"
        path.write_bytes((np.arange(tokens) % 24).astype("<u2").tobytes())
        file = TokenFile.of(path, bytes=tokens)
        assert pupil.bits_per_byte(file) == pytest.approx(math.log2(24), rel=1e-6)


def test_a_step_in_pieces_is_the_step_at_once(task: Task) -> None:
    shape, windows = Gpt2().shape(7104, 24, WINDOW), torch.randint(0, 24, (4, WINDOW + 1))
    flats = []
    for pieces in (1, 2, 4):
        pupil = training._Pupil(task, Model(Dimensions(24, WINDOW, 16, 2, 2), 0), shape)
        pupil.pieces = pieces
        for _ in range(3):
            pupil.step(windows, 1e-3)
        flats.append(pupil.descent.flat[0].detach())
    torch.testing.assert_close(flats[0], flats[1], atol=1e-5, rtol=0)
    torch.testing.assert_close(flats[0], flats[2], atol=1e-5, rtol=0)


def test_a_large_step_is_cut_into_equal_pieces_that_fit() -> None:
    shape = Gpt2().shape(1_558_000_000, 50257, 1024)
    pieces = footprint.pieces(shape, 50257, 1024 * 1024, 1024)
    per_token = 10 * 50257 + 34 * 48 * 1600
    assert 1024 % pieces == 0 and 1024 * 1024 // pieces * per_token <= 12e9 < 1024 * 1024 // pieces * per_token * 2
    assert footprint.pieces(Gpt2().shape(370_000, 256, 128), 256, 2048, 128) == 1


def test_bfloat16_comes_near_float32(task: Task, whole: list[Event]) -> None:
    half = points(Gpt2().run(dataclasses.replace(task, precision="bfloat16", stops=STOPS[:1])))
    assert half[0].losses["near"] == pytest.approx(points(iter(whole))[0].losses["near"], rel=0.03)
    assert half[0] != points(iter(whole))[0]


@pytest.mark.slow
def test_a_compiled_model_comes_near_the_plain_one(task: Task, whole: list[Event]) -> None:
    compiled = points(Gpt2().run(dataclasses.replace(task, compile=True, stops=STOPS[:1])))
    assert compiled[0].losses["near"] == pytest.approx(points(iter(whole))[0].losses["near"], rel=0.01)


def test_six_durations_cost_at_least_39_percent_less_than_apart() -> None:
    for batch in (1, 2048):
        stops = [160 * batch * 2**k for k in range(6)]
        by_leg = sum(leg.end - leg.start for leg in legs(stops))
        assert tokens_spent(stops) == by_leg
        assert 1 - by_leg / tokens_apart(stops) >= 0.39


def test_the_table_of_learning_rates_is_met() -> None:
    """DataDecide's README: parameters and learning rate of its 14 models; ours is half of it."""
    table = {3.7: 1.4e-2, 6.0: 1.2e-2, 8.5: 1.1e-2, 9.9: 1.0e-2, 14.4: 9.2e-3, 16.0: 8.9e-3, 19.1: 8.4e-3, 57.1: 5.8e-3,
             97.9: 4.9e-3, 151.9: 4.2e-3, 320.0: 3.3e-3, 530.1: 2.8e-3, 681.3: 2.5e-3, 1176.8: 2.1e-3}  # fmt: skip
    for millions, rate in table.items():
        assert f"{2 * peak_rate(int(millions * 1e6)):.1e}" == f"{rate:.1e}", millions


def test_a_branch_leaves_the_trunk_at_four_fifths_and_falls() -> None:
    rates = [factor(step, 100) for step in range(100)]
    assert rates[:80] == [factor(step, None) for step in range(80)]
    assert rates[80] == 1 and rates[80:] == sorted(rates[80:], reverse=True) and 0 < rates[-1] < 0.03


@pytest.mark.parametrize("tokens", [1, 99_999, 128_000, 1_000_000, 45_000_000])
def test_a_whole_stop_is_near_and_can_be(tokens: int) -> None:
    stop = whole_stop(tokens, 2048)
    assert stop % (5 * 2048) == 0 and stop >= 50 * 2048
    assert abs(stop - tokens) <= 2.5 * 2048 or stop == 50 * 2048


def test_all_that_a_step_takes_lies_on_the_device_of_the_model_where_adapters_are_all_that_is_trained() -> None:
    with torch.device("meta"):  # as a GPU is: not where tensors are made unless told
        model = torch.nn.Sequential(torch.nn.Linear(3, 2, bias=False), torch.nn.LayerNorm(2))
    model[1].requires_grad_(False)
    descent = Descent(model, 0.1)
    assert {tensor.device.type for tensors in descent.tensors().values() for tensor in tensors} == {"meta"}
    descent.clip()
