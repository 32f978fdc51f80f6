"""The LSTM: its dial, its counts, its start, and that it learns what is worth remembering."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dataqual.errors import SpecError
from studies.data.windows import Order, TokenFile
from studies.learner import Point, Task
from studies.learners.lstm import Dimensions, Lstm, Model, dimensions

torch.set_num_threads(1)


@given(st.integers(5_600, 15_000_000), st.floats(1, 4))
def test_a_larger_dial_never_gives_fewer_parameters(size: int, times: float) -> None:
    small, large = (Lstm().shape(asked, 256, 128) for asked in (size, int(size * times)))
    assert small.parameters <= large.parameters and small.flops_per_token <= large.flops_per_token
    assert abs(math.log(small.parameters / size)) < math.log(1.25)


def test_parameters_and_matrix_products_are_counted_as_the_model_has_them() -> None:
    d = dimensions(60_000, 257)
    model = Model(d, 0)
    assert d.parameters == sum(p.numel() for p in model.parameters())
    assert d.non_embedding == sum(p.numel() for p in model.lstm.parameters())
    products = sum(
        p.numel() for p in model.parameters() if p.dim() == 2
    )  # each weight is used once a token, as embedding for nothing
    assert d.flops_per_token == 6 * products


@pytest.mark.parametrize("size", [0, 500, 3_000_000_000])
def test_a_size_beyond_the_dial_is_refused_with_what_there_is(size: int) -> None:
    with pytest.raises(SpecError, match=rf"no lstm of {size:,} parameters .* it can have 3,\d+ to 67,"):
        Lstm().shape(size, 257, 128)


def test_the_start_depends_on_the_seed_alone_and_forgets_little() -> None:
    one, same, other = (Model(Dimensions(20, 16), seed) for seed in (1, 1, 2))
    assert torch.equal(one.embedding.weight, same.embedding.weight)
    assert not torch.equal(one.embedding.weight, other.embedding.weight)
    bias = one.lstm.bias_ih_l0.detach()
    assert bias[16:32].mean() > 0.7 > 0.3 > bias[:16].abs().max()


def test_no_token_sees_those_after_it_nor_those_of_another_window() -> None:
    model = Model(Dimensions(20, 16), 0)
    tokens = torch.tensor([[1, 2, 3, 4, 5, 6]])
    changed = torch.tensor([[1, 2, 3, 9, 9, 9]])
    assert torch.equal(model(tokens)[:, :3], model(changed)[:, :3])
    assert torch.allclose(model(torch.cat([changed, tokens]))[1], model(tokens)[0], atol=1e-6)


def test_it_learns_what_one_token_before_does_not_tell(tmp_path: Path) -> None:
    """In 0 1 2 1 what follows a 1 depends on what was before it."""
    tokens = np.tile([0, 1, 2, 1], 20_000).astype("<u2")
    (tmp_path / "train").write_bytes(tokens.tobytes())
    (tmp_path / "held").write_bytes(tokens[:801].tobytes())
    train, held = TokenFile.of(tmp_path / "train", bytes=len(tokens)), TokenFile.of(tmp_path / "held", bytes=801)
    task = Task(4_000, 3, 16, 256, train, Order(0), (200 * 256,), {"raw": held}, seed=0)
    found = [event for event in Lstm().run(task) if isinstance(event, Point)]
    assert found[0].losses["raw"] < 0.3  # bits per token; the token before alone leaves half a bit of it
    half = [e for e in Lstm().run(dataclasses.replace(task, stops=(50 * 256,))) if isinstance(e, Point)]
    assert found[0].losses["raw"] < half[0].losses["raw"]
