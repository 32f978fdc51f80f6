"""A language model of long short-term memory (Hochreiter 1997; Gers 2000), two layers, with one dial: from 2 thousand parameters to 130 million."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dataqual.errors import SpecError
from studies.learner import Event, Shape, Task
from studies.training.options import Options
from studies.training.schedule import peak_rate
from studies.training.trunks import train

LAYERS = 2
"""As in Zaremba 2014 and most word-level models since; the width alone is the dial."""

WIDTHS = (*range(8, 128, 4), *range(128, 512, 32), *range(512, 2049, 64))
"""Coarser where a step changes little."""

FORGET = 1.0
"""What the bias of the forget gate starts at: memory that is kept until there is reason not to (Jozefowicz 2015)."""


@dataclass(frozen=True)
class Dimensions:
    """Everything that makes one model."""

    vocabulary: int
    width: int

    @property
    def non_embedding(self) -> int:
        """Per layer four gates, each with a matrix from below, one from before, and torch's two biases."""
        return LAYERS * (8 * self.width**2 + 8 * self.width)

    @property
    def parameters(self) -> int:
        """All of them; the embedding is also the head, and counts once (Press & Wolf 2017)."""
        return self.vocabulary * self.width + self.non_embedding

    @property
    def flops_per_token(self) -> int:
        """Of a step, forward and backward: two per multiplication and addition in the matrix products, and twice that for the gradients."""
        return 3 * (LAYERS * 2 * 8 * self.width**2 + 2 * self.width * self.vocabulary)


def dimensions(size: int, vocabulary: int) -> Dimensions:
    """The model whose number of parameters is nearest to `size`, as a ratio; SpecError if none is within a quarter.

    >>> dimensions(300_000, 257)
    Dimensions(vocabulary=257, width=128)
    """
    ladder = [Dimensions(vocabulary, width) for width in WIDTHS]
    if size > 0:
        best = min(ladder, key=lambda d: abs(math.log(d.parameters / size)))
        if abs(math.log(best.parameters / size)) < math.log(1.25) or ladder[0] != best != ladder[-1]:
            return best
    low, high = ladder[0].parameters, ladder[-1].parameters
    raise SpecError(
        f"no lstm of {size:,} parameters with a vocabulary of {vocabulary:,}; it can have {low:,} to {high:,}"
    )


@dataclass(frozen=True)
class Lstm(Options):
    """LSTM: embedding and head tied; memory starts empty at every window, as a transformer's does. Dropout is between and
    behind the layers (Zaremba 2014)."""

    def __post_init__(self) -> None:
        self.check()

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """What the dial gives at `size`; a larger size, never fewer parameters. SpecError for one it cannot be."""
        d = dimensions(size, vocabulary)
        says = {"layers": LAYERS, "width": d.width, "rate": peak_rate(d.parameters)}
        return Shape(d.parameters, d.non_embedding, self.passes * d.flops_per_token, says)

    def batch(self, size: int, window: int) -> int:
        """Tokens per step: those of `gpt2`, so that the two can be compared stop by stop.

        >>> Lstm().batch(30_000, 128)
        2048
        """
        wanted = 2048 * max(1.0, (size / 300_000) ** 0.75)
        return int(window * 2 ** max(0, round(math.log2(wanted / window))))

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """Train a trunk and its branches; see `studies.training.trunks.train`."""
        d = dimensions(task.size, task.vocabulary)
        shape = self.shape(task.size, task.vocabulary, task.window)
        return train(task, Model(d, task.seed, self.dropout), shape, peak_rate(shape.parameters), state, self)


class Model(nn.Module):
    """The network: tokens (n, t) to logits (n, t, vocabulary)."""

    def __init__(self, d: Dimensions, seed: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.embedding = nn.Embedding(d.vocabulary, d.width)
        self.lstm = nn.LSTM(d.width, d.width, LAYERS, batch_first=True, dropout=dropout)
        self.initialise(d.width, torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def initialise(self, width: int, random: torch.Generator) -> None:
        """Uniform within 1 / sqrt(width), as torch has it, but for the forget gate; drawn on the CPU, so every device starts the same."""
        bound = 1 / math.sqrt(width)
        for name, parameter in self.named_parameters():
            parameter.uniform_(-bound, bound, generator=random)
            if name.startswith("lstm.bias_ih"):
                parameter[width : 2 * width] += FORGET  # gates stand in the order input, forget, cell, output

    def forward(self, tokens: Tensor) -> Tensor:
        return F.linear(self.hidden(tokens), self.embedding.weight)

    def hidden(self, tokens: Tensor) -> Tensor:
        """What the head is given of each token, (n, t, width)."""
        out: Tensor = self.lstm(F.embedding(tokens, self.embedding.weight))[0]
        return F.dropout(out, self.dropout, self.training) if self.dropout else out

    def read(self, tokens: Tensor, memory: Any = None) -> tuple[Tensor, Any]:
        """Logits (n, vocabulary) behind the last of `tokens` (n, t), and the memory with which to read on."""
        out, kept = self.lstm(F.embedding(tokens, self.embedding.weight), memory)
        return F.linear(out[:, -1], self.embedding.weight), kept
