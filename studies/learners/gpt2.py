"""GPT-2 (Radford 2019) with one dial, from 30 thousand parameters to 1.5 billion."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dataqual.errors import SpecError
from studies.learner import Event, Shape, Task
from studies.training.options import Options
from studies.training.schedule import peak_rate
from studies.training.trunks import train

DEPTHS = ((16, 2), (64, 2), (128, 4), (768, 12), (1024, 24), (1280, 36), (1600, 48))
"""Width -> layers: GPT-2's own four shapes, and below them a straight line to two layers, the fewest with which one
attention can build on another (induction heads need two: Olsson 2022). Between the given widths in a straight line."""

WIDTHS = (*range(16, 128, 8), *range(128, 512, 32), *range(512, 1601, 64))
"""Multiples of 8 are what vector units and tensor cores take; coarser where a step of 8 changes little."""

INITIAL = 0.02
"""Standard deviation of the initial weights, as in GPT-2; those that write into the residual stream have it divided by
the square root of how many do. Below GPT-2's least width, 768, it grows as 1/sqrt(width): a layer then passes on as
much as it does there. With .02 a width of 32 passes a twentieth, and stays with the frequencies of the bytes for half
a million tokens (docs/decisions.md)."""


@dataclass(frozen=True)
class Dimensions:
    """Everything that makes one GPT-2."""

    vocabulary: int
    window: int
    width: int
    layers: int
    heads: int

    @property
    def non_embedding(self) -> int:
        """Parameters without the two embeddings: per layer 12 d² in matrices and 13 d in biases and norms."""
        return self.layers * (12 * self.width**2 + 13 * self.width) + 2 * self.width

    @property
    def parameters(self) -> int:
        """All of them; the embedding is also the head, and counts once.

        >>> Dimensions(50257, 1024, width=768, layers=12, heads=12).parameters
        124439808
        """
        return (self.vocabulary + self.window) * self.width + self.non_embedding

    @property
    def flops_per_token(self) -> int:
        """Of a step, forward and backward: two per multiplication and addition in every matrix product.

        A product costs as much again for each of the two gradients it needs. Attention counts all of its window, as
        is usual, though half is masked; norms, GELU, softmax and the optimizer are not counted (below 3 % from a
        width of 64 on).
        """
        d = self.width
        projections = 2 * (3 * d * d + d * d + 4 * d * d + 4 * d * d)
        attention = 2 * self.window * d + 2 * self.window * d
        head = 2 * d * self.vocabulary
        return 3 * (self.layers * (projections + attention) + head)


def batch(size: int, window: int) -> int:
    """Tokens per step of a GPT-2 of a size: see `Gpt2.batch`."""
    wanted = 2048 * max(1.0, (size / 300_000) ** 0.75)
    return int(window * 2 ** max(0, round(math.log2(wanted / window))))


def dimensions(size: int, vocabulary: int, window: int) -> Dimensions:
    """The GPT-2 whose number of parameters is nearest to `size`, as a ratio; SpecError if none is within a quarter.

    >>> [(d.layers, d.width, d.heads) for d in (dimensions(n, 50257, 1024) for n in (124_000_000, 1_558_000_000))]
    [(12, 768, 12), (48, 1600, 25)]
    """
    ladder = [Dimensions(vocabulary, window, width, _layers(width), _heads(width)) for width in WIDTHS]
    if size > 0:
        best = min(ladder, key=lambda d: abs(math.log(d.parameters / size)))
        within = ladder[0].parameters < size < ladder[-1].parameters
        if within or abs(math.log(best.parameters / size)) < math.log(1.25):
            return best
    low, high = ladder[0].parameters, ladder[-1].parameters
    raise SpecError(
        f"no gpt2 of {size:,} parameters with a vocabulary of {vocabulary:,} and a window of {window:,}; "
        f"it can have {low:,} to {high:,}"
    )


def _layers(width: int) -> int:
    """Layers for a width, by `DEPTHS`; whole numbers throughout, so the given widths come out exactly."""
    for (low, below), (high, above) in pairwise(DEPTHS):
        if width <= high:
            return below + (width - low) * (above - below) // (high - low)
    return DEPTHS[-1][1]


def _heads(width: int) -> int:
    """The fewest heads that divide the width into parts of at most 64 channels, GPT-2's; of 32 below a width of 512.

    A narrow model with heads of 64 would have one or two; more than needed costs time: scores are made per head.
    """
    widest = 64 if width >= 512 else 32
    return next(heads for heads in range(1, width + 1) if width % heads == 0 and width // heads <= widest)


@dataclass(frozen=True)
class Gpt2(Options):
    """GPT-2: norms before attention and MLP, learned positions, biases, GELU by tanh, embedding and head tied."""

    def __post_init__(self) -> None:
        self.check()

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """What the dial gives at `size`; a larger size, never fewer parameters. SpecError for one it cannot be."""
        d = dimensions(size, vocabulary, window)
        says = {"layers": d.layers, "width": d.width, "heads": d.heads, "rate": peak_rate(d.parameters)}
        return Shape(d.parameters, d.non_embedding, self.passes * d.flops_per_token, says)

    def batch(self, size: int, window: int) -> int:
        """Tokens per step: a power of two times the window, in proportion to size^(3/4).

        Through two points: 2,048 tokens for 300 thousand parameters (fewer leave a CPU idle, more leave a million
        tokens too few steps) and a million for 1.3 billion (GPT-3 XL). DataDecide's grow with size^(2/3).

        >>> [Gpt2().batch(size, 128) for size in (30_000, 300_000, 97_500_000)]
        [2048, 2048, 131072]
        """
        return batch(size, window)

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """Train a trunk and its branches; see `studies.training.trunks.train`."""
        d = dimensions(task.size, task.vocabulary, task.window)
        shape = self.shape(task.size, task.vocabulary, task.window)
        return train(task, Model(d, task.seed, self.dropout), shape, peak_rate(shape.parameters), state, self)


class Model(nn.Module):
    """The network: tokens (n, t) to logits (n, t, vocabulary). Its parts are named as in the published weights."""

    def __init__(self, d: Dimensions, seed: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dimensions, self.dropout = d, dropout
        self.wte = nn.Embedding(d.vocabulary, d.width)
        self.wpe = nn.Embedding(d.window, d.width)
        self.h = nn.ModuleList([Block(d, dropout) for _ in range(d.layers)])
        self.ln_f = nn.LayerNorm(d.width)
        self.initialise(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def initialise(self, random: torch.Generator) -> None:
        """Normal weights, no biases, norms of one; drawn on the CPU, so every device starts the same."""
        d = self.dimensions
        initial = INITIAL * math.sqrt(max(1.0, 768 / d.width))
        for name, parameter in self.named_parameters():
            if parameter.dim() >= 2:
                into_stream = name.endswith("c_proj.weight")
                parameter.normal_(0.0, initial / math.sqrt(2 * d.layers) if into_stream else initial, generator=random)
            else:
                parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)

    def forward(self, tokens: Tensor) -> Tensor:
        return F.linear(self.hidden(tokens), self.wte.weight)

    def hidden(self, tokens: Tensor) -> Tensor:
        """What the head is given of each token, (n, t, width)."""
        x = F.embedding(tokens, self.wte.weight) + self.wpe.weight[: tokens.shape[1]]
        if self.dropout:
            x = F.dropout(x, self.dropout, self.training)
        for block in self.h:
            x = block(x)
        found: Tensor = self.ln_f(x)
        return found

    def read(self, tokens: Tensor, memory: Memory | None = None) -> tuple[Tensor, Memory]:
        """Logits (n, vocabulary) behind the last of `tokens` (n, t), and the keys and values with which to read on."""
        past = memory[0][0].shape[2] if memory else 0
        x = F.embedding(tokens, self.wte.weight) + self.wpe.weight[past : past + tokens.shape[1]]
        kept: Memory = []
        for i, block in enumerate(self.h):
            x, now = cast(Block, block).read(x, memory[i] if memory else None)
            kept.append(now)
        return F.linear(self.ln_f(x[:, -1]), self.wte.weight), kept


Memory = list[tuple[Tensor, Tensor]]
"""Keys and values of each block, (n, heads, t, width / heads)."""


class Block(nn.Module):
    """Attention, then an MLP four times as wide, each on a normed copy and added to the stream."""

    def __init__(self, d: Dimensions, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.ln_1 = nn.LayerNorm(d.width)
        self.attn = nn.ModuleDict({"c_attn": nn.Linear(d.width, 3 * d.width), "c_proj": nn.Linear(d.width, d.width)})
        self.ln_2 = nn.LayerNorm(d.width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(d.width, 4 * d.width), "c_proj": nn.Linear(4 * d.width, d.width)})
        self.heads = d.heads

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.parts(x)
        return self.after(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))

    def parts(self, x: Tensor) -> Tensor:
        """Queries, keys and values of all heads, (3, n, heads, t, width / heads)."""
        n, t, width = x.shape
        found: Tensor = self.attn["c_attn"](self.ln_1(x)).view(n, t, 3, self.heads, width // self.heads)
        return found.permute(2, 0, 3, 1, 4)

    def after(self, x: Tensor, attended: Tensor) -> Tensor:
        """The stream with what was attended to, and what the MLP makes of it."""
        x = x + self.kept(self.attn["c_proj"](attended.transpose(1, 2).reshape(x.shape)))
        return x + self.kept(self.mlp["c_proj"](gelu(self.mlp["c_fc"](self.ln_2(x)))))

    def kept(self, added: Tensor) -> Tensor:
        """What a layer adds, less what is dropped."""
        return F.dropout(added, self.dropout, self.training) if self.dropout else added

    def read(self, x: Tensor, before: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The stream, and all keys and values so far; with some `before`, x is one token."""
        q, k, v = self.parts(x)
        if before is not None:
            k, v = torch.cat([before[0], k], dim=2), torch.cat([before[1], v], dim=2)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=before is None)
        return self.after(x, attended), (k, v)


def gelu(x: Tensor) -> Tensor:
    """GELU by tanh, as in GPT-2; on a CPU as x·sigmoid, the same function at less than half the time."""
    if x.device.type == "cpu" and x.dtype == torch.float32 and not torch.compiler.is_compiling():
        made: Tensor = _Gelu.apply(x)  # type: ignore[no-untyped-call]
        return made
    return F.gelu(x, approximate="tanh")


class _Gelu(torch.autograd.Function):
    """x/2 (1 + tanh u) = x·sigmoid(2u), with 2u = x (a + b x²): torch's vectorised tanh is slow, its sigmoid is not."""

    A = 2 * math.sqrt(2 / math.pi)
    B = A * 0.044715

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        sigmoid = x.square().mul_(_Gelu.B).add_(_Gelu.A).mul_(x).sigmoid_()
        ctx.save_for_backward(x, sigmoid)
        return x * sigmoid

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        x, sigmoid = ctx.saved_tensors
        slope = x.square().mul_(3 * _Gelu.B).add_(_Gelu.A).mul_(x)
        return slope.addcmul_(slope, sigmoid, value=-1).add_(1).mul_(sigmoid).mul_(gradients[0])
