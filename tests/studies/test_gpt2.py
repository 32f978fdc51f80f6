"""The model: its dial, its counts, its start, and its likeness to the published GPT-2."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from dataqual.errors import SpecError
from studies.learners import learner
from studies.learners.gpt2 import Dimensions, Gpt2, Model, dimensions, gelu

TINY = Dimensions(vocabulary=11, window=6, width=16, layers=2, heads=2)


@pytest.mark.parametrize(
    ("size", "layers", "width", "heads", "parameters"),
    [
        (124_000_000, 12, 768, 12, 124_439_808),
        (355_000_000, 24, 1024, 16, 354_823_168),
        (774_000_000, 36, 1280, 20, 774_030_080),
        (1_558_000_000, 48, 1600, 25, 1_557_611_200),
    ],
)
def test_the_dial_passes_through_the_four_published_sizes(
    size: int, layers: int, width: int, heads: int, parameters: int
) -> None:
    d = dimensions(size, 50257, 1024)
    assert (d.layers, d.width, d.heads, d.parameters) == (layers, width, heads, parameters)


@pytest.mark.parametrize(("size", "width", "layers"), [(38_000, 32, 2), (125_000, 64, 2), (370_000, 96, 3)])
def test_the_dial_on_bytes_at_the_small_end(size: int, width: int, layers: int) -> None:
    d = dimensions(size, 256, 128)
    assert (d.width, d.layers) == (width, layers)
    assert abs(d.parameters / size - 1) < 0.01


@given(st.integers(24_000, 1_400_000_000), st.floats(1, 4), st.sampled_from([(256, 128), (257, 512)]))
def test_a_larger_dial_never_gives_fewer_parameters(size: int, times: float, text: tuple[int, int]) -> None:
    larger = min(1_450_000_000, int(size * times))
    small, large = Gpt2().shape(size, *text), Gpt2().shape(max(size, larger), *text)
    assert small.parameters <= large.parameters and small.flops_per_token <= large.flops_per_token


@given(st.integers(24_000, 1_400_000_000))
def test_the_dial_is_met_within_a_quarter(size: int) -> None:
    assert abs(math.log(Gpt2().shape(size, 256, 128).parameters / size)) < math.log(1.3)


@pytest.mark.parametrize("size", [0, -5, 5_000, 2_500_000_000])
def test_a_size_beyond_the_dial_is_refused_with_what_there_is(size: int) -> None:
    with pytest.raises(SpecError, match=rf"no gpt2 of {size:,} parameters .* it can have 12,\d+ to 1,4\d\d,"):
        Gpt2().shape(size, 256, 128)


def test_parameters_are_counted_as_the_model_has_them() -> None:
    d = dimensions(125_000, 256, 128)
    model = Model(d, 0)
    embeddings = model.wte.weight.numel() + model.wpe.weight.numel()
    total = sum(p.numel() for p in model.parameters())
    assert (d.parameters, d.non_embedding) == (total, total - embeddings)


def test_flops_are_those_that_torch_counts() -> None:
    d = Dimensions(vocabulary=97, window=32, width=48, layers=3, heads=2)
    tokens = torch.randint(0, 97, (4, 32))
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        F.cross_entropy(Model(d, 0)(tokens).flatten(0, 1), tokens.flatten()).backward()
    assert counter.get_total_flops() == d.flops_per_token * tokens.numel()


def test_weights_start_as_in_gpt2_and_wider_spread_below_its_widths() -> None:
    model = Model(Dimensions(500, 64, 128, 8, 4), 0)
    spread = {name: p.std().item() for name, p in model.named_parameters() if p.dim() == 2}
    for name, sd in spread.items():
        assert sd == pytest.approx(0.04899 / 4 if name.endswith("c_proj.weight") else 0.04899, rel=0.05), name
    assert Model(Dimensions(20, 6, 960, 1, 15), 0).wte.weight.std().item() == pytest.approx(0.02, rel=0.05)
    ones = {name for name, p in model.named_parameters() if p.dim() == 1 and bool((p == 1).all())}
    zeros = {name for name, p in model.named_parameters() if p.dim() == 1 and bool((p == 0).all())}
    assert all("ln_" in name for name in ones) and len(ones) == 17 and all(n.endswith("bias") for n in zeros)


def test_the_start_depends_on_the_seed_alone() -> None:
    one, same, other = (Model(TINY, seed).wte.weight for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_no_token_sees_those_after_it() -> None:
    model = Model(TINY, 0)
    tokens = torch.tensor([[1, 2, 3, 4, 5, 6]])
    changed = torch.tensor([[1, 2, 3, 9, 9, 9]])
    here, there = model(tokens), model(changed)
    assert torch.equal(here[:, :3], there[:, :3]) and not torch.allclose(here[:, 3:], there[:, 3:])


def test_our_gelu_is_that_of_torch_and_so_is_its_slope() -> None:
    x = torch.linspace(-12, 12, 2001, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    (ours, theirs) = gelu(x), F.gelu(y, approximate="tanh")
    torch.testing.assert_close(ours, theirs, atol=4e-6, rtol=0)
    ours.sum().backward()
    theirs.sum().backward()
    torch.testing.assert_close(x.grad, y.grad, atol=4e-6, rtol=0)


def test_a_batch_is_a_power_of_two_of_windows_and_grows_with_the_dial() -> None:
    batches = [Gpt2().batch(size, 96) for size in (30_000, 1_000_000, 124_000_000, 1_500_000_000)]
    assert batches == sorted(batches) and all(math.log2(b / 96).is_integer() for b in batches)
    assert Gpt2().batch(1_300_000_000, 1024) == 1024 * 1024


def test_training_loads_torch_and_numpy_and_nothing_of_a_corpus() -> None:
    code = (
        "import sys\n"
        "for name in ('polars', 'numba', 'pandas', 'transformers', 'dataqual.corpus', 'dataqual.text'): sys.modules[name] = None\n"
        "from studies.learners import learner\n"
        "import studies.training.trunks\n"
        "print(learner('gpt2').shape(124_000_000, 50257, 1024).parameters)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("124439808\n", 0), done.stderr


def test_an_unknown_learner_or_parameter_is_named_with_what_was_meant() -> None:
    with pytest.raises(SpecError, match=r"no learner 'gtp2'; did you mean 'gpt2'\? there are: "):
        learner("gtp2")
    with pytest.raises(
        SpecError, match=r"gpt2 has no parameter 'width'; there are: adversarial, dropout, weight_decay"
    ):
        learner("gpt2", width=3)


def test_weights_go_to_transformers_and_back_with_the_same_logits() -> None:
    pytest.importorskip("transformers")
    from studies.learners.gpt2_weights import from_transformers, to_transformers

    model = Model(TINY, 3)
    torch.manual_seed(0)
    for p in model.parameters():
        p.data += 0.3 * torch.randn_like(p)
    tokens = torch.randint(0, 11, (5, 6))
    other = to_transformers(model)
    with torch.inference_mode():
        assert (other(tokens).logits - model(tokens)).abs().max() < 1e-5
        assert model(tokens).abs().max() > 1
    back = from_transformers(other)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), back.parameters(), strict=True))


def test_a_model_of_transformers_becomes_ours_with_the_same_logits() -> None:
    transformers = pytest.importorskip("transformers")
    from studies.learners.gpt2_weights import from_transformers

    torch.manual_seed(1)
    config = transformers.GPT2Config(vocab_size=50, n_positions=12, n_embd=24, n_layer=3, n_head=4)
    other = transformers.GPT2LMHeadModel(config).eval()
    for p in other.parameters():
        p.data += 0.3 * torch.randn_like(p)
    tokens = torch.randint(0, 50, (4, 12))
    with torch.inference_mode():
        assert (other(tokens).logits - from_transformers(other)(tokens)).abs().max() < 1e-5
    strange = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(n_embd=24, n_head=4, n_layer=1, vocab_size=9, activation_function="relu")
    )
    with pytest.raises(SpecError, match=r"activation_function = 'relu' is not this one; it takes 'gelu_new'"):
        from_transformers(strange)
