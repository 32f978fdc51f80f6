"""Fine-tuning: it begins where the checkpoint ended, adapters leave the rest as it was, and what does not fit is told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dataqual.errors import SpecError
from studies.data.prompts import Prompts, Writing
from studies.data.windows import Order, TokenFile
from studies.learner import Event, Ledger, Made, Point, Snapshot, Task
from studies.learners.gpt2 import Dimensions, Gpt2, Model
from studies.training.low_rank import Adapted, adapt, merged
from studies.training.trunks import _Pupil

D = Dimensions(vocabulary=24, window=16, width=16, layers=2, heads=2)
BATCH = 64


def tokens() -> torch.Tensor:
    return torch.randint(0, 24, (3, 9), generator=torch.Generator().manual_seed(1))


def train_file(folder: Path) -> TokenFile:
    path = folder / "train"
    steps = np.random.default_rng(0).integers(1, 4, 61 * BATCH).cumsum() % 24
    path.write_bytes(steps.astype("<u2").tobytes())
    return TokenFile.of(path, bytes=2 * len(steps))


def test_adapters_begin_as_nothing_and_merge_into_a_plain_model() -> None:
    model, plain = Model(D, 0), Model(D, 0)
    count = adapt(model, 4, seed=1)
    assert count == sum(p.numel() for p in model.parameters() if p.requires_grad) == 2 * 4 * 16 * 16
    torch.testing.assert_close(model(tokens()), plain(tokens()))
    for module in model.modules():
        if isinstance(module, Adapted):
            reference = torch.empty_like(module.down)
            torch.nn.init.kaiming_uniform_(reference, a=math.sqrt(5))  # as loralib begins
            assert module.down.std().item() == pytest.approx(reference.std().item(), rel=0.35)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, Adapted):
                module.up.normal_(generator=torch.Generator().manual_seed(2))
    changed = model(tokens())
    assert not torch.allclose(changed, plain(tokens()), atol=1e-3)
    torch.testing.assert_close(merged(model)(tokens()), changed, atol=1e-4, rtol=1e-4)
    assert [name for name, _ in model.named_parameters()] == [name for name, _ in plain.named_parameters()]


def test_a_step_moves_the_adapters_and_nothing_else(tmp_path: Path) -> None:
    model = Model(D, 0)
    adapt(model, 2, seed=1)
    frozen = {name: p.clone() for name, p in model.named_parameters() if not p.requires_grad}
    task = Task(7104, 24, 8, BATCH, train_file(tmp_path), Order(0), (50 * BATCH,), {}, seed=1)
    pupil = _Pupil(task, model, Gpt2().shape(7104, 24, 8))
    before = {name: p.clone() for name, p in model.named_parameters() if p.requires_grad}
    pupil.step(tokens(), 0.01)
    assert all(torch.equal(p, frozen[name]) for name, p in model.named_parameters() if name in frozen)
    moved = {name for name, p in model.named_parameters() if name in before and not torch.equal(p, before[name])}
    assert {name for name in before if name.endswith(".up")} <= moved
    assert sum(t.numel() for t in pupil.state()["weights"]) == sum(p.numel() for p in before.values())


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2 as transformers saves it, with weights of ours."""
    pytest.importorskip("transformers")
    from studies.learners.gpt2_weights import to_transformers

    folder = tmp_path_factory.mktemp("checkpoint")
    to_transformers(Model(D, 5)).save_pretrained(folder)
    return folder


def points(events: list[Event]) -> list[Point]:
    return [event for event in events if isinstance(event, Point)]


@pytest.mark.parametrize("options", [{}, {"lora": 2}, {"lora": 2, "dropout": 0.1}, {"adversarial": 0.1}])
def test_a_trial_tunes_the_checkpoint_and_resumes_bit_for_bit(
    options: dict[str, Any], checkpoint: Path, tmp_path: Path
) -> None:
    from studies.learners.tuned import Tuned

    tuned, file = Tuned(checkpoint=str(checkpoint), **options), train_file(tmp_path)
    prompts = Prompts.of(file, 8, 24, Writing(samples=2, tokens=8))
    stops = (50 * BATCH, 60 * BATCH)
    task = Task(
        D.parameters, 24, 8, BATCH, file, Order(3), stops, {"near": file}, seed=1, prompts=prompts, learning_rate=100.0
    )
    events = list(tuned.run(task))
    first = _Pupil(task, Model(D, 5), tuned.shape(task.size, 24, 8)).bits_per_byte(file)
    assert first > points(events)[0].losses["near"] > points(events)[1].losses["near"]
    assert isinstance(events[-1], Ledger) and any(isinstance(event, Made) for event in events)
    state = next(event.state for event in events if isinstance(event, Snapshot))
    assert points(list(tuned.run(task, state))) == points(events)[1:]


def test_what_does_not_fit_a_checkpoint_is_told(checkpoint: Path, tmp_path: Path) -> None:
    from studies.learners.tuned import Tuned

    tuned = Tuned(checkpoint=str(checkpoint))
    for size, vocabulary, window, says in (
        (100_000, 24, 8, f"has {D.parameters:,} parameters, not 100,000; name its own size"),
        (D.parameters, 257, 8, "has a vocabulary of 24, the study's tokenizer 257; say tokenizer: {file: "),
        (D.parameters, 24, 32, "has a window of 16, not 32"),
    ):
        with pytest.raises(SpecError) as error:
            tuned.shape(size, vocabulary, window)
        assert says in str(error.value)
    with pytest.raises(SpecError, match=r"checkpoint: .*config.json: cannot be read \(No such file or directory\)"):
        Tuned(checkpoint=str(tmp_path)).shape(1, 24, 8)
    (tmp_path / "config.json").write_text(json.dumps({"vocab_size": 3}))
    with pytest.raises(SpecError, match=r"config.json: is not that of a GPT-2"):
        Tuned(checkpoint=str(tmp_path)).shape(1, 24, 8)
    with pytest.raises(SpecError, match="take one of them"):
        Tuned(checkpoint="x", lora=4, adversarial=0.1)
    with pytest.raises(SpecError, match="lora is -1; it must be a whole number, 0 or more"):
        Tuned(checkpoint="x", lora=-1)


def test_another_checkpoint_is_another_trial(checkpoint: Path, tmp_path: Path) -> None:
    from studies.learners.gpt2_weights import to_transformers
    from studies.learners.tuned import Tuned

    to_transformers(Model(D, 6)).save_pretrained(tmp_path)
    one, other = (Tuned(checkpoint=str(folder)).shape(D.parameters, 24, 8) for folder in (checkpoint, tmp_path))
    assert one.says["checkpoint"] != other.says["checkpoint"] and one.parameters == other.parameters
