"""Weights to and from `transformers.GPT2LMHeadModel`, with the same logits.

The logits agree to float32 rounding (below 1e-5): on a CPU our GELU is written as x·sigmoid and theirs as tanh.
"""

from __future__ import annotations

import torch

from dataqual.errors import MissingExtra, SpecError
from studies.learners.gpt2 import Dimensions, Model

try:
    from transformers import GPT2Config, GPT2LMHeadModel
except ModuleNotFoundError:
    raise MissingExtra("transformers", "weights") from None

TRANSPOSED = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
"""Theirs are kept as (in, out), from the first release's convolutions; ours as (out, in)."""


def to_transformers(model: Model) -> GPT2LMHeadModel:
    """The same model for transformers: `.save_pretrained(folder)` writes it for every tool that reads GPT-2."""
    d = model.dimensions
    config = GPT2Config(
        vocab_size=d.vocabulary,
        n_positions=d.window,
        n_embd=d.width,
        n_layer=d.layers,
        n_head=d.heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
    )
    other = GPT2LMHeadModel(config)
    other.train(False)
    weights = {f"transformer.{name}": _turned(name, value) for name, value in model.state_dict().items()}
    _load(other, weights | {"lm_head.weight": weights["transformer.wte.weight"]})
    return other


def read(folder: str, dropout: float = 0.0) -> Model:
    """The GPT-2 that transformers saved in a folder; SpecError where there is none, or one that computes something else."""
    try:
        other = GPT2LMHeadModel.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise SpecError(f"checkpoint: {folder}: cannot be read ({' '.join(str(error).split())[:200]})") from None
    return from_transformers(other, dropout)


def from_transformers(other: GPT2LMHeadModel, dropout: float = 0.0) -> Model:
    """The same model as ours; SpecError for a GPT-2 that computes something else than the published ones."""
    config = other.config
    _check(config)
    d = Dimensions(config.vocab_size, config.n_positions, config.n_embd, config.n_layer, config.n_head)
    model = Model(d, 0, dropout)
    theirs = {name.removeprefix("transformer."): value for name, value in other.state_dict().items()}
    ours = model.state_dict().keys()
    _load(model, {name: _turned(name, theirs[name]) for name in ours})
    return model


def _turned(name: str, value: torch.Tensor) -> torch.Tensor:
    return (value.T if name.endswith(TRANSPOSED) else value).detach().to(torch.float32).clone()


def _load(model: torch.nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Every weight and no other: `strict`, so that one left at its random start is an error and no surprise."""
    model.load_state_dict(weights, strict=True)


def _check(config: GPT2Config) -> None:
    published = {
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
        "add_cross_attention": False,
        "tie_word_embeddings": True,
    }
    for name, value in published.items():
        if getattr(config, name, value) != value:
            raise SpecError(f"a GPT-2 with {name} = {getattr(config, name)!r} is not this one; it takes {value!r}")
    if config.n_inner not in (None, 4 * config.n_embd):
        raise SpecError(f"a GPT-2 with n_inner = {config.n_inner} is not this one; it takes {4 * config.n_embd}")
