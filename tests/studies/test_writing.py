"""A model writes on: as a plain loop would have it, the same every time, on half a window of context or more."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studies.data.prompts import Prompts, Writing
from studies.data.windows import Order, TokenFile
from studies.learner import Made, Point, Snapshot, Task, Texts
from studies.learners import gpt2, lstm
from studies.training.writing import write

WINDOW, VOCABULARY = 16, 30
MODELS = {
    "gpt2": lambda: gpt2.Model(gpt2.Dimensions(VOCABULARY, WINDOW, 32, 2, 2), 0),
    "lstm": lambda: lstm.Model(lstm.Dimensions(VOCABULARY, 16), 0),
}


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Prompts:
    path = tmp_path_factory.mktemp("prompts") / "held_out"
    tokens = np.random.default_rng(1).integers(0, VOCABULARY - 1, 400)
    tokens[[130, 399]] = VOCABULARY - 1
    path.write_bytes(tokens.astype("<u2").tobytes())
    return Prompts.of(TokenFile.of(path, bytes=800), WINDOW, VOCABULARY, Writing(samples=4, tokens=30))


def written(model: Any, prompts: Prompts) -> Texts:
    return write(model, prompts, VOCABULARY - 1, torch.device("cpu"), contextlib.nullcontext)


def context(text: list[int], size: int) -> list[int]:
    """What a model may see of a text when it says the next token: the last whole half window, and what is behind it."""
    return text[(len(text) // size - 1) * size :]


@pytest.mark.parametrize("name", MODELS)
def test_reading_on_gives_the_logits_of_reading_all(name: str) -> None:
    model = MODELS[name]()
    tokens = torch.randint(0, VOCABULARY, (3, WINDOW), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = model(tokens)
        logits, memory = model.read(tokens[:, :5])
        torch.testing.assert_close(logits, whole[:, 4], atol=1e-5, rtol=1e-4)
        for at in range(5, WINDOW):
            logits, memory = model.read(tokens[:, at : at + 1], memory)
            torch.testing.assert_close(logits, whole[:, at], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_at_a_low_temperature_it_says_what_a_plain_loop_finds_likeliest(name: str, prompts: Prompts) -> None:
    model = MODELS[name]()
    sure = dataclasses.replace(prompts, writing=dataclasses.replace(prompts.writing, temperature=1e-6))
    found = written(model, sure).texts
    for prompt, text in zip(prompts.tokens(), found, strict=True):
        whole = prompt.tolist()
        with torch.inference_mode():
            while len(whole) < len(prompt) + prompts.writing.tokens:
                seen = context(whole, prompts.size)
                whole.append(int(model(torch.tensor([seen]))[0, -1].argmax()))
                if whole[-1] == VOCABULARY - 1:
                    whole.pop()
                    break
        assert list(text) == whole[len(prompt) :]


def test_the_loss_over_what_really_follows_is_that_of_a_plain_loop(prompts: Prompts) -> None:
    model = MODELS["gpt2"]()
    found = written(model, prompts).nats
    for prompt, follows, nats in zip(prompts.tokens(), prompts.references(), found, strict=True):
        whole, total = prompt.tolist(), 0.0
        with torch.inference_mode():
            for i, token in enumerate(follows.tolist()):
                begun = i // prompts.size * prompts.size
                logits = model(torch.tensor([whole[begun:]]))[0, -1]
                total -= float(logits.log_softmax(0)[token])
                whole.append(token)
        assert nats == pytest.approx(total, rel=1e-4)


def test_draws_are_those_of_the_temperature_and_the_same_every_time(prompts: Prompts) -> None:
    class Loaded:
        """Says 0 seven times out of ten, 1 else, whatever was read."""

        def read(self, tokens: torch.Tensor, memory: Any = None) -> tuple[torch.Tensor, Any]:
            return torch.tensor([[0.7, 0.3]]).log().expand(len(tokens), 2), None

        def __call__(self, tokens: torch.Tensor) -> torch.Tensor:
            return torch.zeros(*tokens.shape, VOCABULARY)

    many = dataclasses.replace(prompts, writing=Writing(samples=4, tokens=4000, temperature=0.5))
    first, again = written(Loaded(), many), written(Loaded(), many)
    assert first == again
    share = np.mean([np.mean(text) for text in first.texts])
    assert share == pytest.approx(0.3**2 / (0.3**2 + 0.7**2), abs=0.01)  # temperature 1/2 squares the odds


def test_a_trial_writes_behind_its_last_point_and_the_same_after_a_kill(prompts: Prompts, tmp_path: Path) -> None:
    path = tmp_path / "train"
    tokens = np.random.default_rng(0).integers(1, 4, 61 * 32).cumsum() % 29
    path.write_bytes(tokens.astype("<u2").tobytes())
    train, stops = TokenFile.of(path, bytes=len(tokens)), (50 * 32, 60 * 32)
    task = Task(7200, VOCABULARY, WINDOW, 32, train, Order(3), stops, {"raw": prompts.file}, seed=1, prompts=prompts)
    events = list(gpt2.Gpt2().run(task))
    [wrote] = [event for event in events if isinstance(event, Made)]
    assert isinstance([event for event in events if isinstance(event, Point | Made)][-1], Made)
    assert isinstance(wrote.what, Texts) and wrote.tokens == stops[-1]
    assert len(wrote.what.texts) == len(wrote.what.nats) == len(prompts) == 4
    state = next(event.state for event in events if isinstance(event, Snapshot))
    assert [event for event in gpt2.Gpt2().run(task, state) if isinstance(event, Made)] == [wrote]
    bare = [event for event in gpt2.Gpt2().run(dataclasses.replace(task, prompts=None)) if isinstance(event, Point)]
    assert bare == [event for event in events if isinstance(event, Point)]
