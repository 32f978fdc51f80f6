"""A model of pictures trained over an order, and judged by what it makes at every stop; no branch, no cooldown.

A GAN has no loss that falls, so there is nothing to cool down to: every stop is a look at one and the same run, by the
mean of its weights. The numbers that laws are fitted to are distances of made pictures from held-out real ones, never
from the pictures it was trained on.
"""

from __future__ import annotations

import io
import math
import struct
import time
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from dataqual.errors import SpecError
from dataqual.images.squares import squares
from studies.data.picture_file import WINDOW, PictureFile, Pixels
from studies.data.windows import Exposure
from studies.evaluating.extracting import Extract, opened
from studies.evaluating.fidelity import Floats, measured, memorised
from studies.learner import Diverged, Event, Ledger, Made, Point, Progress, Shape, Sheet, Snapshot, Task
from studies.training.schedule import check_stops
from studies.training.snapshots import pack, unpack
from studies.training.trunks import PROGRESS_SECONDS, SNAPSHOT_SECONDS

AT_ONCE = 250
"""Pictures that are made together."""
GRID = (4, 8)
"""Rows and columns of the pictures that are kept to be looked at."""
COMPARED, COARSE = 2_000, 8
"""Pictures at most among which a made one's nearest is looked for, and the side to which they are made for that: pixels,
for features learnt from the training pictures would tell these from the held-out ones; few, so that a shift by one matters less."""
EVALUATING = 7_919
"""Added to the seed for what is made at a stop: the same latents at each, and none of training's."""

Readings = Mapping[str, Mapping[str, Any]]


class Maker(ABC):
    """A model of pictures and its optimisers: it takes steps, and makes pictures."""

    @abstractmethod
    def step(self, pictures: Tensor) -> None:
        """One step on real pictures, (n, channels, height, width) from -1 to 1."""

    @abstractmethod
    def loss(self) -> float:
        """Of the last step, for people."""

    @abstractmethod
    def make(self, count: int, random: torch.Generator) -> Tensor:
        """So many pictures, from -1 to 1, by the weights that would be kept."""

    @abstractmethod
    def tensors(self) -> dict[str, list[Tensor]]:
        """All that changes in a step, but its random numbers."""

    def bits(self, pictures: Tensor, random: torch.Generator) -> float | None:
        """Bits per dimension of held-out pictures, as a bound from above; None of a model that has none."""
        return None


def train(
    task: Task, maker: Maker, shape: Shape, random: torch.Generator, state: bytes | None = None
) -> Iterator[Event]:
    """Train as `task` asks: a `Point` per stop and a `Made` at the last, then the `Ledger`; `random` is all the maker draws.

    With the `state` of a snapshot it goes on from there, and what follows is what would have followed: bit for bit on a
    CPU. SpecError for a task that cannot be; Diverged for a loss that is no number.
    """
    check(task)
    trip = _Trip(task, maker, shape, random)
    if state is not None:
        trip.restore(unpack(state))
    yield from trip.events()


def check(task: Task) -> None:
    """SpecError for stops with which the task could not be trained, or text where pictures are wanted."""
    check_stops(task.stops, task.batch, task.window)
    for file in (task.train, *task.held_out.values()):
        if not isinstance(file, PictureFile):
            raise SpecError(f"{file.path}: text, and this learner learns pictures")
        if file.tokens < 2:
            raise SpecError(f"{file.path}: {file.tokens} pictures; a distance takes two at least")
    if task.judging is None and task.held_out:
        raise SpecError("a study of pictures has an extractor of features to judge them by; there is none")


class _Trip:
    """From stop to stop, with all that a snapshot must hold."""

    def __init__(self, task: Task, maker: Maker, shape: Shape, random: torch.Generator) -> None:
        self.task, self.maker, self.shape, self.random = task, maker, shape, random
        self.exposure = Exposure(task.train, task.order, WINDOW)
        self.device = torch.device(task.device)

    @cached_property
    def judge(self) -> Judge:
        """Made when it is first asked: a look at the speed of a size has nothing to judge."""
        assert self.task.judging is not None
        return Judge(self.task, opened(self.task.judging.extractor))

    def events(self) -> Iterator[Event]:
        for stop in self.task.stops:
            if self.exposure.seen > stop or self.exposure.seen == stop != self.task.stops[-1]:
                continue
            yield from self.travel(stop)
            self.exposure.check(stop)
            yield from self.point(stop)
            if stop != self.task.stops[-1]:
                yield Snapshot(pack(self.state()))
        each = self.shape.flops_per_token
        spent, apart = self.task.stops[-1] * each, sum(self.task.stops) * each
        yield Ledger(spent, apart, self.exposure.record())

    def travel(self, stop: int) -> Iterator[Event]:
        """Train to a stop."""
        reported = saved = time.monotonic()
        while (seen := self.exposure.seen) < stop:
            numbers = self.task.order.windows(self.task.train, WINDOW, seen, seen + self.task.batch)
            self.maker.step(self.arrive(self.exposure.take(numbers)))
            now = time.monotonic()
            if now - reported >= PROGRESS_SECONDS or self.exposure.seen >= stop:
                loss = self.maker.loss()
                if not math.isfinite(loss):
                    raise Diverged(self._diverged(f"the loss is {loss}"))
                yield Progress(self.exposure.seen, loss)
                reported = now
            if now - saved >= SNAPSHOT_SECONDS and self.exposure.seen < stop:
                yield Snapshot(pack(self.state()))
                saved = now

    def point(self, stop: int) -> Iterator[Event]:
        """What is made at a stop, and how far it is from the held-out pictures."""
        assert self.task.judging is not None
        random = torch.Generator(self.device).manual_seed(self.task.seed + EVALUATING)
        made = self.made(self.task.judging.pictures, random)
        if not np.isfinite(made).all():
            raise Diverged(self._diverged("a made picture is no number"))
        pixels = to_pixels(made)
        measures = self.judge(pixels)
        losses: dict[str, float] = {}
        for name, found in measures.items():
            bits = self.bits(self.task.held_out[name])
            losses[name] = found["fid"]["value"] if bits is None else bits
        unique = min(self.exposure.seen, self.exposure.distinct)
        flops = stop * self.shape.flops_per_token
        yield Point(stop, unique, self.shape.parameters, flops, losses, measures)
        if stop == self.task.stops[-1]:
            yield Made(stop, Sheet(grid(pixels, *GRID)))

    @torch.inference_mode()
    def made(self, count: int, random: torch.Generator) -> Floats:
        """Pictures (count, channels, height, width), some at a time."""
        parts = [self.maker.make(min(AT_ONCE, count - at), random) for at in range(0, count, AT_ONCE)]
        return torch.cat(parts).float().cpu().numpy()

    @torch.inference_mode()
    def bits(self, file: Any) -> float | None:
        """Bits per dimension of a held-out set, with draws that are the same at every stop."""
        random, pixels = torch.Generator(self.device).manual_seed(self.task.seed + EVALUATING), file.pixels()
        total = 0.0
        for at in range(0, len(pixels), AT_ONCE):
            some = pixels[at : at + AT_ONCE]
            bits = self.maker.bits(self.arrive(some), random)
            if bits is None:
                return None
            total += bits * len(some)
        if not math.isfinite(total):
            raise Diverged(self._diverged("the loss on held-out pictures is no number"))
        return total / len(pixels)

    def arrive(self, pixels: Pixels) -> Tensor:
        """Pictures as the models take them."""
        given = torch.from_numpy(np.array(pixels))  # a copy: what is mapped from a file cannot be written to
        if self.device.type != "cpu":
            given = given.pin_memory().to(self.device, non_blocking=True)
        return given.permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)

    def _diverged(self, what: str) -> str:
        task = self.task
        return (
            f"{task.train.path.name}: size {task.size:,}, seed {task.seed}, order {task.order.seed}: {what} after "
            f"{self.exposure.seen:,} pictures; say learning_rate: {task.learning_rate / 2:g} in the study file"
        )

    def state(self) -> dict[str, Any]:
        tensors = {name: [t.detach().to("cpu", copy=True) for t in some] for name, some in self.maker.tensors().items()}
        return {
            "maker": tensors,
            "random": self.random.get_state().numpy().tobytes(),
            "exposure": self.exposure.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, some in self.maker.tensors().items():
                for tensor, saved in zip(some, state["maker"][name], strict=True):
                    tensor.copy_(saved)
        self.random.set_state(torch.frombuffer(bytearray(state["random"]), dtype=torch.uint8))
        self.exposure.restore(state["exposure"])


class Judge:
    """Made pictures against each held-out set and the training pictures; real features are taken once."""

    def __init__(self, task: Task, extract: Extract) -> None:
        assert isinstance(task.train, PictureFile)
        self.extract = extract
        files = {name: file for name, file in task.held_out.items() if isinstance(file, PictureFile)}
        self.real = {name: extract(file.pixels()) for name, file in files.items()}
        self.plain = {name: coarse(file.pixels()[:COMPARED]) for name, file in files.items()}
        own = task.order.epoch(task.train, WINDOW, 0)[:COMPARED]
        self.train = coarse(task.train.pixels()[own])

    def __call__(self, made: Pixels) -> Readings:
        """FID, FID∞, KID and the share nearer to a training picture, by held-out set."""
        own, plain = self.extract(made), coarse(made[:COMPARED])
        return {
            name: {
                **{what: reading.facts() for what, reading in measured(real, own).items()},
                "memorised": memorised(self.train, self.plain[name], plain).facts(),
            }
            for name, real in self.real.items()
        }


@dataclass
class Adam:
    """Adam (Kingma & Ba 2015) over all parameters of a network as one long one."""

    network: nn.Module
    rate: float
    betas: tuple[float, float]

    def __post_init__(self) -> None:
        self.parameters = list(self.network.parameters())
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]
        self.counts = [torch.zeros((), device=p.device) for p in self.parameters]

    def step(self, loss: Tensor) -> None:
        """Down the gradient of a loss with regard to this network alone."""
        gradients = list(torch.autograd.grad(loss, self.parameters))
        adamw(
            [p.data for p in self.parameters], gradients, self.means, self.squares, [], self.counts,
            foreach=False, fused=True, amsgrad=False, beta1=self.betas[0], beta2=self.betas[1], lr=self.rate,
            weight_decay=0.0, eps=1e-8, maximize=False,
        )  # fmt: skip

    def tensors(self) -> list[Tensor]:
        """All that it remembers."""
        return [*self.means, *self.squares, *self.counts]


def coarse(pixels: Pixels) -> Floats:
    """Pictures as rows of few numbers, (n, 64 · channels), from 0 to 1."""
    return squares(pixels, COARSE, pixels.shape[3]).reshape(len(pixels), -1).astype(np.float64)


def to_pixels(made: Floats) -> Pixels:
    """uint8 (n, height, width, channels) of pictures (n, channels, height, width) from -1 to 1."""
    return np.clip(np.rint((made.transpose(0, 2, 3, 1) + 1) * 127.5), 0, 255).astype(np.uint8)


def grid(pixels: Pixels, rows: int, columns: int) -> bytes:
    """The first pictures side by side as a PNG, as many as there are places or pictures."""
    many = min(rows * columns, len(pixels))
    rows = -(-many // columns)
    sheet = np.zeros((rows * columns, *pixels.shape[1:]), np.uint8)
    sheet[:many] = pixels[:many]
    height, width, channels = sheet.shape[1:]
    laid = sheet.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return png(laid.reshape(rows * height, columns * width, channels))


def png(pixels: Pixels) -> bytes:
    """A PNG of one picture (height, width, 1 or 3 channels), without a clock in it: same pixels, same bytes.

    >>> png(np.zeros((2, 2, 1), np.uint8))[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    height, width, channels = pixels.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * channels)], axis=1)
    out = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    out.seek(0, io.SEEK_END)
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2}[channels], 0, 0, 0)
    for kind, content in ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")):
        out.write(struct.pack(">I", len(content)) + kind + content)
        out.write(struct.pack(">I", zlib.crc32(kind + content)))
    return out.getvalue()


def convolution(inside: int, outside: int, kernel: int, side: int) -> int:
    """FLOPs of a convolution of one picture forward: two per multiplication and addition; `side` of what it gives."""
    return 2 * kernel * kernel * inside * outside * side * side


def choices(names: Sequence[str], known: Mapping[str, object], where: str) -> None:
    """SpecError for a name that is not known."""
    for name in names:
        if name not in known:
            raise SpecError(f"{where}: {name!r} is unknown; there are: {', '.join(known)}")
