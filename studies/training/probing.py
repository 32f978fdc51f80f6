"""Tuning a trained model on a probe: a copy with a new head learns the labels, and is tested on examples it has not seen.

As Radford et al. 2018 do it: the whole model is tuned, the head reads the state behind the last token of a text or word (all of it
was read there), the rate rises and falls in straight lines. The model itself stays as it was.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studies.data.probe import Example, Probe
from studies.evaluating.scores import scores
from studies.training.descending import Descent

AT_ONCE = 32
"""Examples of a step, as in Radford et al. 2018."""
RATE, SMALL = 7e-4, 3_700_000
"""Peak rate of models of so many parameters or fewer, as measured (docs/decisions.md)."""
RADFORD, GPT = 6.25e-5, 117_000_000
"""That of Radford et al. 2018, and the parameters of their model; between and beyond, a straight line in logarithms."""
LOW_RANK = 4.0
"""Times that where adapters alone are tuned, as 2e-4 (Hu et al. 2022) is to 5e-5."""
WARM_UP = 0.1
"""Share of the steps in which the rate rises."""
DECAY = 0.01
"""Weight decay, as in Radford et al. 2018."""

Precision = Callable[[], AbstractContextManager[Any]]


@runtime_checkable
class Tunable(Protocol):
    """A torch model whose state behind each token can be read."""

    def hidden(self, tokens: Tensor) -> Tensor:
        """What the head is given of each token, (n, t, width)."""


class Probed(NamedTuple):
    """What came of a probe."""

    loss: float
    """Bits per label, of the examples it was tested on."""
    readings: Mapping[str, Mapping[str, Any]]
    """Accuracy and F1, as `studies.evaluating.scores` has them."""


def probed(model: Tunable, probe: Probe, device: torch.device, precision: Precision, dropout: bool = False) -> Probed:
    """Tune a copy of `model` and test it; same model, same probe, same numbers on a CPU."""
    examples, rate = probe.read(), probe.learning_rate * peak_rate(model)
    pupil = _Pupil(model, len(probe.classes)).to(device)
    descent = Descent(pupil, DECAY)
    batches = list(_batches(examples.train, probe))
    pupil.train(True)
    for number, batch in enumerate(batches):
        if dropout:
            torch.manual_seed((probe.seed << 32) + number)
        descent.clear()
        with precision():
            logits = pupil(batch, device)
        torch.autograd.backward(F.cross_entropy(logits.float(), _labels(batch, device)))
        descent.step(rate * factor(number, len(batches)))
    pupil.train(False)
    return _tested(pupil, examples.test, probe, device, precision)


def peak_rate(model: Any) -> float:
    """By the number of all parameters; more where only adapters are trained.

    >>> [f"{peak_rate(nn.Linear(n, 1, bias=False)):.2g}" for n in (1_000, 117_000_000)]
    ['0.0007', '6.3e-05']
    """
    parameters = sum(p.numel() for p in model.parameters())
    slope = math.log(RADFORD / RATE) / math.log(GPT / SMALL)
    rate = RATE * (max(parameters, SMALL) / SMALL) ** slope
    return rate if all(p.requires_grad for p in model.parameters()) else LOW_RANK * rate


def factor(step: int, steps: int) -> float:
    """What the peak rate is multiplied by: up in a straight line over a tenth of the steps, down to nothing over the rest.

    >>> [factor(step, 20) for step in (0, 1, 2, 11, 19)]
    [0.5, 1.0, 1.0, 0.5, 0.055...]
    """
    up = max(1, round(WARM_UP * steps))
    return (step + 1) / up if step < up else (steps - step) / max(1, steps - up)


class _Pupil(nn.Module):
    """A copy of a model with a head that tells classes, all of them alike to it at first."""

    def __init__(self, model: Tunable, classes: int) -> None:
        super().__init__()
        whole: Any = model
        self.model = copy.deepcopy(whole)
        one = torch.zeros(1, 1, dtype=torch.int64, device=next(iter(whole.parameters())).device)
        self.head = nn.Linear(whole.hidden(one).shape[-1], classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, batch: Sequence[Example], device: torch.device) -> Tensor:
        """Logits (labels, classes) of all labels of these examples, one after the other."""
        tokens = np.zeros((len(batch), max(len(e.tokens) for e in batch)), np.int64)
        for row, example in enumerate(batch):  # what stands behind a text is never looked back from
            tokens[row, : len(example.tokens)] = example.tokens
        rows = [row for row, example in enumerate(batch) for _ in example.places]
        places = [place for example in batch for place in example.places]
        found: Tensor = self.head(self.model.hidden(torch.from_numpy(tokens).to(device))[rows, places])
        return found


def _batches(examples: Sequence[Example], probe: Probe) -> Iterator[list[Example]]:
    """The examples in another order in each epoch, some at a time; those of a batch together, whatever their lengths."""
    for epoch in range(probe.epochs):
        order = np.random.Generator(np.random.PCG64([probe.seed, epoch])).permutation(len(examples))
        for at in range(0, len(order), AT_ONCE):
            yield [examples[i] for i in order[at : at + AT_ONCE]]


def _labels(batch: Sequence[Example], device: torch.device) -> Tensor:
    return torch.tensor([label for example in batch for label in example.labels], device=device)


@torch.inference_mode()
def _tested(
    pupil: _Pupil, examples: Sequence[Example], probe: Probe, device: torch.device, precision: Precision
) -> Probed:
    nats, told = 0.0, list[list[str]]()
    for at in range(0, len(examples), AT_ONCE):
        batch = examples[at : at + AT_ONCE]
        with precision():
            logits = pupil(batch, device).float()
        nats += float(F.cross_entropy(logits, _labels(batch, device), reduction="sum"))
        classes = iter(logits.argmax(dim=1).tolist())
        told += [[probe.classes[next(classes)] for _ in example.places] for example in batch]
    true = [[probe.classes[label] for label in example.labels] for example in examples]
    labels = sum(map(len, true))
    return Probed(nats / math.log(2) / labels, scores(true, told, [example.source for example in examples]))
