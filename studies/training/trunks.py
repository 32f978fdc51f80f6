"""One trunk at a constant rate, and a branch that cools down to every stop; any torch model of tokens.

Nothing here is left to chance: a model comes initialised, the order of the windows is the task's, and dropout, where it is
asked for, is drawn from the seed and the step, so that a branch and a resumed run leave out the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dataqual.errors import SpecError
from studies.data.probe import Probe
from studies.data.prompts import Prompts
from studies.data.windows import Exposure, TokenFile
from studies.learner import Diverged, Event, Ledger, Made, Point, Predicted, Progress, Shape, Snapshot, Task, Texts
from studies.training.descending import Descent
from studies.training.footprint import pieces
from studies.training.options import Options
from studies.training.probing import Probed, Tunable, probed
from studies.training.schedule import Leg, check_stops, factor, legs, tokens_apart
from studies.training.snapshots import pack, unpack
from studies.training.stopping import over
from studies.training.together import Together
from studies.training.writing import Reads, write

PLAIN = Options()

SNAPSHOT_SECONDS = 20.0
"""Between two snapshots: at most this much is trained twice after a kill. There is one after every point, too."""

PROGRESS_SECONDS = 0.5
"""Between two looks at the loss: on a GPU each one waits for all the work in the queue."""

EMBEDDING = 0
"""Place of the table of embeddings among the matrices of a model: every one of ours has it first."""

EVALUATED = 2048
"""Tokens per batch of a held-out set on a CPU, where more no longer fits its caches."""


def train(
    task: Task,
    model: nn.Module,
    shape: Shape,
    rate: float,
    state: bytes | None = None,
    options: Options = PLAIN,
) -> Iterator[Event]:
    """Train `model` as `task` asks at the peak rate `rate`: a `Point` per stop, at last a `Ledger`. Parameters that
    need no gradient stay as they are.

    With the `state` of a snapshot it goes on from there, and what follows is what would have followed: bit for bit on
    a CPU; on a GPU up to the order in which its kernels add. SpecError for a task that cannot be; Diverged for a loss
    that is nan or infinite; WrongExposure if a branch did not see what was planned.
    """
    check(task)
    trip = _Trip(task, model, shape, rate, options)
    if state is not None:
        trip.restore(unpack(state))
    yield from trip.events()


def check(task: Task) -> None:
    """SpecError for stops, windows or tokens with which the task could not be trained to its end."""
    check_stops(task.stops, task.batch, task.window)
    task.order.windows(task.train, task.window, 0, task.stops[-1] // task.window)
    for file in (task.train, *task.held_out.values()):
        tokens = file.read()
        if len(tokens) and int(tokens.max()) >= task.vocabulary:
            raise SpecError(f"{file.path}: token {tokens.max()} in a vocabulary of {task.vocabulary:,}")
    for name, file in task.held_out.items():
        if file.tokens < 2 or file.bytes < 1:
            raise SpecError(f"{file.path}: held-out set {name!r} is empty; no loss can be had from it")


def _check_shared(task: Task, options: Options, many: int) -> None:
    """SpecError for a task that so many processes cannot share."""
    windows = task.batch // task.window
    if many > windows:
        raise SpecError(f"together: a batch of {windows} windows cannot be shared by {many} processes; take fewer")
    if many > 1 and options.adversarial:
        raise SpecError("together: adversarial training is not shared among processes; leave one of them out")


class _Trip:
    """Along the legs, with all that a snapshot must hold: where it is, the learner there, the trunk to return to."""

    def __init__(self, task: Task, model: nn.Module, shape: Shape, rate: float, options: Options) -> None:
        self.task, self.shape, self.rate = task, shape, rate * task.learning_rate
        self.legs = list(legs([stop // task.batch for stop in task.stops]))
        self.leg = 0
        self.steps = 0
        """Done in trunk and branches together."""
        self.pupil = _Pupil(task, model, shape, options)
        self.exposure = Exposure(task.train, task.order, task.window)
        self.trunk: dict[str, Any] | None = None
        self.validated: list[float] = []
        """Losses on the validation text at the stops so far."""
        self.predicted: dict[str, Tensor] = {}
        """Nats of each token of the held-out sets at the last stop, where they are wanted."""

    @property
    def first(self) -> bool:
        """Whether this process keeps what is found, or is alone."""
        return self.pupil.together.first

    @property
    def reached(self) -> tuple[int, ...]:
        """The stops that were come to: all of them at the end, but where the run was stopped early."""
        many = len(self.validated) if self.over else len(self.task.stops)
        return self.task.stops[:many]

    @property
    def over(self) -> bool:
        """Whether it was stopped early."""
        return len(self.validated) < len(self.task.stops) and over(self.validated, self.task.patience)

    def events(self) -> Iterator[Event]:
        """The legs one after the other."""
        for leg in self.legs[self.leg :]:
            yield from self.travel(leg)
            if leg.stop is None:
                self.trunk = self.learned()
            else:
                yield self.point(leg.stop * self.task.batch)
                for name, nats in self.predicted.items() if self.first else ():
                    yield Predicted(leg.stop * self.task.batch, name, nats.cpu().numpy().astype("<f4").tobytes())
                if self.over:
                    break
                if leg != self.legs[-1]:
                    self.learn(self.trunk or {})
                    self.trunk = None
            self.leg += 1
            if leg.stop is not None and leg != self.legs[-1] and self.first:
                yield Snapshot(pack(self.state()))
        if self.task.prompts and self.first and isinstance(self.pupil.model, Reads):
            yield Made(self.reached[-1], self.pupil.write(self.task.prompts))
        yield self.ledger()

    def travel(self, leg: Leg) -> Iterator[Event]:
        """Train to the end of a leg. The place is what the recorder says was seen, so the two cannot come apart."""
        reported = saved = time.monotonic()
        per_step = self.task.batch // self.task.window
        while (step := self.exposure.seen // per_step) < leg.end:
            self.step(step, leg.stop)
            self.steps += 1
            now = time.monotonic()
            if now - reported >= PROGRESS_SECONDS or step + 1 == leg.end:
                yield Progress(self.steps * self.task.batch, self.loss(at_the_end=step + 1 == leg.end))
                reported = now
            if now - saved >= SNAPSHOT_SECONDS and self.first:
                yield Snapshot(pack(self.state()))
                saved = now

    def step(self, step: int, stop: int | None) -> None:
        """One step on the next windows of the order."""
        seen, more = self.exposure.seen, self.task.batch // self.task.window
        numbers = self.task.order.windows(self.task.train, self.task.window, seen, seen + more)
        self.pupil.step(torch.from_numpy(self.exposure.take(numbers)), self.rate * factor(step, stop), step)

    def loss(self, at_the_end: bool) -> float:
        """Of the last batch; Diverged if it is no number. Of several processes each looks when it likes, so they give up at the end
        of a leg, all of them at once."""
        loss = self.pupil.loss.item()
        if not math.isfinite(loss) and (at_the_end or self.pupil.together.many == 1):
            raise Diverged(self._diverged(f"the loss is {loss}"))
        return loss

    def point(self, tokens: int) -> Point:
        """The losses at a stop, after proof that exactly the planned windows led there."""
        self.exposure.check(tokens)
        if self.task.predictions:
            self.predicted = {name: self.pupil.room(file) for name, file in self.task.held_out.items()}
        losses = {
            name: self.pupil.bits_per_byte(file, self.predicted.get(name)) for name, file in self.task.held_out.items()
        }
        for name, loss in losses.items():
            if not math.isfinite(loss):
                raise Diverged(self._diverged(f"the loss on {name} is {loss}"))
        found = self.probes()
        losses |= {name: one.loss for name, one in found.items()}
        unique = min(self.exposure.seen, self.exposure.distinct) * self.task.window
        flops = tokens * self.shape.flops_per_token
        measures = {name: one.readings for name, one in found.items()}
        return Point(tokens, unique, self.shape.parameters, flops, losses, measures, self.validate())

    def validate(self) -> float | None:
        """The loss on the validation text, kept for the next stops; None without such text."""
        if self.task.validation is None:
            return None
        loss = self.pupil.bits_per_byte(self.task.validation)
        if not math.isfinite(loss):
            raise Diverged(self._diverged(f"the loss on validation is {loss}"))
        self.validated.append(loss)
        return loss

    def probes(self) -> dict[str, Probed]:
        """What a copy of the model, tuned on each probe, comes to; of several processes the first does it. Diverged where one comes to nothing."""
        found = {name: self.pupil.probed(probe) for name, probe in self.task.probes.items()} if self.first else {}
        lost = next((name for name, one in found.items() if not math.isfinite(one.loss)), None)
        if self.task.probes and self.pupil.together.any(lost is not None, self.pupil.device):
            file = self.task.probes[lost or next(iter(self.task.probes))].path.name
            raise Diverged(self._diverged(f"the loss of a probe ({file}) is nan"))
        return found

    def _diverged(self, what: str) -> str:
        task = self.task
        return (
            f"{task.train.path.name}: size {task.size:,}, seed {task.seed}, order {task.order.seed}: {what} after "
            f"{self.steps * task.batch:,} tokens at a learning rate of {self.rate:.2g}; "
            f"say learning_rate: {task.learning_rate / 2:g} in the study file"
        )

    def ledger(self) -> Ledger:
        """What trunk and branches took, and what separate runs would have; what was evaluated is not counted."""
        each = self.shape.flops_per_token
        spent, apart = self.steps * self.task.batch * each, tokens_apart(self.reached) * each
        return Ledger(spent, apart, self.exposure.record())

    def learned(self) -> dict[str, Any]:
        """A copy of weights, moments and what was seen."""
        return {"pupil": self.pupil.state(), "exposure": self.exposure.state()}

    def learn(self, state: dict[str, Any]) -> None:
        """Be as `learned` once was."""
        self.pupil.restore(state["pupil"])
        self.exposure.restore(state["exposure"])

    def state(self) -> dict[str, Any]:
        here = {"leg": self.leg, "steps": self.steps, "here": self.learned(), "trunk": self.trunk}
        return here | {"validated": list(self.validated)}

    def restore(self, state: dict[str, Any]) -> None:
        self.leg, self.steps, self.trunk = state["leg"], state["steps"], state["trunk"]
        self.validated = list(state.get("validated", ()))
        self.learn(state["here"])


class _Pupil:
    """A model with its AdamW: it takes steps and tells its loss, on any device."""

    def __init__(self, task: Task, model: nn.Module, shape: Shape, options: Options = PLAIN) -> None:
        self.task, self.options = task, options
        self.device = torch.device(task.device)
        self.together = Together.here(self.device)
        _check_shared(task, options, self.together.many)
        self.model = model.to(self.device)
        self.descent = Descent(self.model, options.weight_decay)
        self.embedding = next(p for p in model.parameters() if p.dim() >= 2)
        self.forward = torch.compile(model, dynamic=False) if task.compile else model
        own = max(1, task.batch // task.window // self.together.many) * task.window
        self.pieces = pieces(shape, task.vocabulary, own, task.window)
        self.loss = torch.zeros((), device=self.device)

    def step(self, windows: Tensor, rate: float, number: int = 0) -> None:
        """One step of AdamW on the mean loss over these windows, (n, window + 1), the gradient clipped.

        Where a GPU has no room for a piece of it, the step is done once more in twice as many, and all later ones, too.
        """
        own = self.together.part(windows)
        while True:
            try:
                self.learn(own, number)
                break
            except torch.OutOfMemoryError:
                more = next((n for n in range(2 * self.pieces, len(own) + 1) if len(own) % n == 0), None)
                if more is None:
                    raise
                self.pieces = more
        self.together.add([*self.descent.gradients(), self.loss])
        self.descent.step(rate)

    def learn(self, windows: Tensor, number: int) -> None:
        """The gradient of step `number`, its loss kept: of the windows as they are, and against moved embeddings where asked for."""
        self.descent.clear()
        self.loss = self.gradient(windows, number)
        if self.options.adversarial and self.embedding.grad is not None:
            moved = self.embedding.grad * (self.options.adversarial / (self.embedding.grad.norm() + 1e-12))
            with torch.no_grad():
                before = self.embedding.clone()
                self.embedding.add_(moved)
            try:
                self.gradient(windows, number)
            finally:
                with torch.no_grad():
                    self.embedding.copy_(before)

    def gradient(self, windows: Tensor, number: int) -> Tensor:
        """Add the gradient of the mean loss over these windows to what is there, piece by piece; the loss."""
        if self.options.dropout:
            torch.manual_seed((self.together.rank << 56) + (self.task.seed << 32) + number)
        whole = torch.zeros((), device=self.device)
        for piece in self.arrive(windows).chunk(self.pieces):
            loss = self.nats(self.forward, piece) / self.task.batch
            torch.autograd.backward(loss)
            whole += loss.detach()
        return whole

    def nats(self, model: Any, windows: Tensor) -> Tensor:
        """The summed loss of windows (n, T + 1): T predictions each, with 1 … T tokens of context."""
        return F.cross_entropy(*self.told(model, windows), reduction="sum")

    def told(self, model: Any, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n · T, vocabulary) and the n · T tokens that they were to tell."""
        with self.precision():
            logits = model(windows[:, :-1])
        return logits.flatten(0, 1).float(), windows[:, 1:].flatten()

    def noted(self, windows: Tensor, each: Tensor | None, starts: Tensor) -> float:
        """The summed loss of windows that start at these tokens of a file; with `each`, that of every token is put in its place there."""
        told, true = self.told(self.model, self.arrive(windows))
        if each is not None:
            places = (starts[:, None] + torch.arange(1, windows.shape[1])).flatten()
            each[places.to(self.device)] = F.cross_entropy(told, true, reduction="none")
        return F.cross_entropy(told, true, reduction="sum").item()

    def precision(self) -> AbstractContextManager[Any]:
        """bfloat16 in matrix products and attention where asked for; weights and sums stay in float32."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.task.precision == "bfloat16")

    def arrive(self, windows: Tensor) -> Tensor:
        """The windows on the device, on their way there while the GPU still computes."""
        if self.device.type == "cpu":
            return windows
        return windows.pin_memory().to(self.device, non_blocking=True)

    def room(self, file: TokenFile) -> Tensor:
        """For the nats of each token of a file: four bytes a token, on the device."""
        return torch.zeros(file.tokens, dtype=torch.float32, device=self.device)

    @torch.inference_mode()
    def bits_per_byte(self, file: TokenFile, each: Tensor | None = None) -> float:
        """Of a whole file: each of its tokens predicted once, from those before it in its window.

        Windows do not overlap, so a token has half a window of context on average, in training and here alike. The
        first token of the file has none and counts as a uniform guess; the end-of-text tokens between documents count
        too. Bytes are those of the text, so vocabularies can be compared. The nats of `each` token are noted there, as they are added up.
        """
        self.model.train(False)
        try:
            return self._bits_per_byte(file, each)
        finally:
            self.model.train(True)

    def _bits_per_byte(self, file: TokenFile, each: Tensor | None) -> float:
        window, tokens = self.task.window, torch.from_numpy(file.read().astype("int64"))
        at_once = max(1, EVALUATED // window if self.device.type == "cpu" else self.task.batch // self.pieces // window)
        whole = (file.tokens - 1) // window
        tiles = tokens[: whole * window + 1].unfold(0, window + 1, window) if whole else tokens[:0]
        nats = math.log(self.task.vocabulary) if self.together.first else 0.0
        own = self.together.part(tiles)
        starts = self.together.part(torch.arange(0, whole * window, window))
        for at in range(0, len(own), at_once):
            nats += self.noted(own[at : at + at_once].contiguous(), each, starts[at : at + at_once])
        rest = tokens[whole * window :]
        if len(rest) > 1 and self.together.first:
            nats += self.noted(rest[None], each, torch.tensor([whole * window]))
        if each is not None:
            each[:1] = math.log(self.task.vocabulary) if self.together.first else 0.0
            self.together.add([each])
        if self.together.many > 1:
            sum_ = torch.tensor(nats, dtype=torch.float64, device=self.device)
            self.together.add([sum_])
            nats = sum_.item()
        return nats / math.log(2) / file.bytes

    def probed(self, probe: Probe) -> Probed:
        """What a copy of the model comes to on a probe."""
        assert isinstance(self.model, Tunable)
        return probed(self.model, probe, self.device, self.precision, bool(self.options.dropout))

    def write(self, prompts: Prompts) -> Texts:
        """What the model writes on prompts, as it is now."""
        self.model.train(False)
        try:
            return write(self.model, prompts, self.task.vocabulary - 1, self.device, self.precision)
        finally:
            self.model.train(True)

    def state(self) -> dict[str, Any]:
        """A copy, on the CPU, of weights, moments and the count of steps."""
        return {name: [tensor.to("cpu", copy=True) for tensor in tensors] for name, tensors in self.tensors().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Be as `state` was; everything stays where it lies, so a compiled model needs no new compilation."""
        for name, tensors in self.tensors().items():
            for tensor, saved in zip(tensors, state[name], strict=True):
                tensor.copy_(saved)

    def tensors(self) -> dict[str, list[Tensor]]:
        """All that changes in a step."""
        return self.descent.tensors()
