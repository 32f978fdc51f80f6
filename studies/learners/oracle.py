"""A learner that trains nothing and obeys a known law: to test a study, its statistics and its page in milliseconds."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from dataqual.errors import SpecError
from studies.data.windows import Exposed, TokenFile, planned_exposure
from studies.fitting import law as laws
from studies.fitting.law import Inputs
from studies.learner import Event, Ledger, Point, Predicted, Progress, Shape, Snapshot, Task
from studies.training.schedule import tokens_apart, tokens_spent

TRUTH = {"A": 60.0, "B": 80.0, "E": 0.5, "alpha": 0.35, "beta": 0.3, "R_D*": 10.0, "R_N*": 5.0}
"""Bits per byte near those of GPT-2s of 30 thousand to 3 million parameters on 0.1 to 10 million bytes."""


@dataclass(frozen=True)
class Oracle:
    """Loss by the law `truth`, tokens counting `quality` times by their file; noise shared by a seed, by a trunk, and per stop.

    A file not named in `quality` (by sha256 or by file name without suffix) counts once. Noise is drawn from the seed,
    the order and the file: same task, same points. The kind of held-out set adds `offsets` to the loss.
    """

    predicts: ClassVar[bool] = True
    """It gives every held-out token as much as the others."""

    law: str = "data_constrained"
    truth: Mapping[str, float] = field(default_factory=lambda: dict(TRUTH))
    quality: Mapping[str, float] = field(default_factory=dict)
    trunk_noise: float = 0.005
    """Standard deviation in log loss, one draw per trunk and held-out set."""
    stop_noise: float = 0.002
    seed_noise: float = 0.0
    """The same, one draw for all trunks of a size and seed: they begin with the same weights."""
    offsets: Mapping[str, float] = field(default_factory=dict)

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """Exactly `size` parameters, 6 N FLOPs a token."""
        if size < 1:
            raise SpecError(f"size is {size}; it must be 1 or more")
        return Shape(size, size, 6.0 * size, {"size": size})

    def batch(self, size: int, window: int) -> int:
        """One window."""
        return window

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """A point per stop, each preceded by its progress and followed by a snapshot, from the stop of `state` on."""
        shape, done = self.shape(task.size, task.vocabulary, task.window), int(state or b"0")
        for point in self.points(replace(task, stops=task.stops[done:])):
            yield Progress(point.tokens, next(iter(point.losses.values()), float("nan")))
            yield point
            for name, file in task.held_out.items() if task.predictions else ():
                each = point.losses[name] * math.log(2) * file.bytes / file.tokens
                yield Predicted(point.tokens, name, np.full(file.tokens, each, "<f4").tobytes())
            yield Snapshot(str(task.stops.index(point.tokens) + 1).encode())
        seen = planned_exposure(task.train, task.order, task.window, task.stops[-1])
        exposure = Exposed(windows=seen["windows"], times=seen["times"], order=seen["order"], adjacent=None)
        each = shape.flops_per_token
        yield Ledger(tokens_spent(task.stops) * each, tokens_apart(task.stops) * each, exposure)

    def points(self, task: Task) -> Iterator[Point]:
        """The points alone."""
        law, shape = laws.find(self.law), self.shape(task.size, task.vocabulary, task.window)
        quality = self.worth(task.train)
        known = {name: self.truth[name] for name in law.names()}
        for stop in task.stops:
            unique = min(stop, task.order.unique or stop)
            at = Inputs.at(shape.parameters, quality * stop, quality * unique, 6.0 * shape.parameters * quality * stop)
            loss = float(law.loss(known, at)[0])
            losses = {
                name: loss * self._noise(task, name, stop) + self.offsets.get(name, 0.0) for name in task.held_out
            }
            yield Point(stop, unique, shape.parameters, shape.flops_per_token * stop, losses)

    def worth(self, train: TokenFile) -> float:
        """What one token of this file is worth."""
        return self.quality.get(train.sha256, self.quality.get(train.path.stem, 1.0))

    def _noise(self, task: Task, held_out: str, stop: int) -> float:
        trunk = f"{task.seed}|{task.order.seed}|{task.order.unique}|{task.size}|{task.train.sha256}|{held_out}"
        noise = self.trunk_noise * _normal(trunk) + self.stop_noise * _normal(f"{trunk}|{stop}")
        if self.seed_noise:
            noise += self.seed_noise * _normal(f"seed {task.seed}|{task.size}|{held_out}")
        return float(np.exp(noise))


def _normal(key: str) -> float:
    """A standard normal number that is always the same for the same key."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    return float(np.random.default_rng(seed).standard_normal())
