"""A model writes on: tokens drawn one by one behind held-out prompts, and how well it expected what really follows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor

from studies.data.prompts import Prompts
from studies.learner import Texts


@runtime_checkable
class Reads(Protocol):
    """A model that reads on from where it was."""

    def read(self, tokens: Tensor, memory: Any = None) -> tuple[Tensor, Any]:
        """Logits (n, vocabulary) behind the last of `tokens` (n, t), and the memory with which to read on.

        With a memory, one token at a time; with what was read before, never more than the window.
        """


@torch.inference_mode()
def write(
    model: Any,
    prompts: Prompts,
    end: int,
    device: torch.device,
    precision: Callable[[], AbstractContextManager[Any]],
) -> Texts:
    """What `model`, which is `Reads`, writes on every prompt until it says `end`, and the nats of what really follows.

    After every half window the model begins anew with that half, here and for the real text alike, so that each token
    has half a window of context or more. Draws are made on the CPU: the same for all models of a study.
    """
    with precision():
        written = _drawn(model, prompts, device)
        nats = [
            _nats(model, torch.from_numpy(prompt).to(device), torch.from_numpy(follows).to(device))
            for prompt, follows in zip(prompts.tokens(), prompts.references(), strict=True)
        ]
    texts = [row[: row.index(end)] if end in row else row for row in written.tolist()]
    return Texts(tuple(map(tuple, texts)), tuple(nats))


def _drawn(model: Reads, prompts: Prompts, device: torch.device) -> Tensor:
    """(prompts, writing.tokens) drawn at the temperature."""
    asked, n = prompts.writing, len(prompts)
    uniform = torch.rand(asked.tokens, n, generator=torch.Generator().manual_seed(asked.seed), dtype=torch.float64)
    text = torch.cat([torch.from_numpy(prompts.tokens()), torch.zeros(n, asked.tokens, dtype=torch.int64)], dim=1)
    text = text.to(device)
    logits, memory = model.read(text[:, : prompts.size])
    read = prompts.size
    for at in range(prompts.size, text.shape[1]):
        cumulated = (logits.double() / asked.temperature).softmax(dim=1).cumsum(dim=1)
        wanted = uniform[at - prompts.size].to(device)[:, None] * cumulated[:, -1:]
        text[:, at : at + 1] = torch.searchsorted(cumulated, wanted, right=True).clamp(max=cumulated.shape[1] - 1)
        if read + 1 < 2 * prompts.size:
            logits, memory = model.read(text[:, at : at + 1], memory)
            read += 1
        else:
            logits, memory = model.read(text[:, at + 1 - prompts.size : at + 1])
            read = prompts.size
    return text[:, prompts.size :]


def _nats(model: Any, prompt: Tensor, follows: Tensor) -> float:
    """The summed loss over `follows`, half a window at a time, each behind the half before it."""
    text, size, total = torch.cat([prompt, follows]), len(prompt), 0.0
    for at in range(size, len(text), size):
        piece = text[at - size : at + size]
        logits = model(piece[None, :-1])[0, size - 1 :].float()
        total += float(F.cross_entropy(logits, piece[size:], reduction="sum"))
    return total
