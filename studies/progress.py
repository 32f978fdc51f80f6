"""How far a study is: on a terminal a line that is overwritten, elsewhere a line per finished trial; all on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from studies.results import Line
from studies.study import GpuHour
from studies.trial import Trial

PAUSE = 0.2
"""Seconds between two lines of progress: more often is flicker."""
SETTLED = 3.0
"""Seconds of training before a rate is worth a forecast."""


class Display:
    """Says on `stream` how far the trials of a plan are; nothing at all when `quiet`.

    Time left is FLOPs left over FLOPs per second so far: tokens of a large model weigh more than those of a small one.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        said: Callable[[str], str] = str,
        price: GpuHour | None = None,
    ) -> None:
        """`said` gives a line in the language of who reads it; `price` is of an hour of a GPU."""
        self._price = price
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = not quiet and self._stream.isatty()
        self._clock = clock
        self._in_words = said
        self._said = self._started = 0.0
        self._written = False
        self._plan: Sequence[Trial] = ()
        self._weight: dict[str, float] = {}
        self._finished: set[str] = set()
        self._points = 0
        self._tokens: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._loss: float | None = None
        self._taken: dict[str, tuple[float | None, float | None, float | None]] = {}
        """By trial: seconds of its device, joules, FLOP/s at most."""

    def prepare(self, what: str, done: int, size: int) -> None:
        """So many bytes of the corpus, of so many, are through this pass over it."""
        now = self._clock()
        if self._live and now - self._said >= PAUSE:
            self._said = now
            self._write(f"{what}: {done / max(size, 1):.0%}")

    def begin(self, plan: Sequence[Trial], finished: set[str]) -> None:
        """These are all trials, and those that are done already."""
        self._plan, self._finished, self._started = plan, set(finished), self._clock()
        self._taken = {}
        self._tokens, self._before, self._loss = {}, {}, None  # a study beside the first begins anew
        self._weight = {trial.key: trial.shape.flops_per_token for trial in plan}
        self._points = sum(len(trial.stops) for trial in plan if trial.key in finished)
        if finished:
            self.say(f"going on: {len(finished)} of {len(plan)} trials are done")

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """So many tokens of a trial are trained."""
        self._before.setdefault(trial.key, tokens)  # where it started: at a snapshot, or in its first steps
        self._tokens[trial.key], self._loss = tokens, loss
        now = self._clock()
        if self._live and now - self._said >= PAUSE:
            self._said = now
            self._write(self.line())

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """So long a trial has had its device, so much energy it took, and so many FLOP/s are the most there."""
        self._taken[trial.key] = seconds, joules, peak

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """A trial is done; without points if it diverged."""
        self._tokens[trial.key] = trial.tokens_spent
        self._finished.add(trial.key)
        self._points += len({point["tokens"] for point in points})
        arm = "" if trial.arm == "main" else f", {trial.arm}"
        self.say(
            f"{len(self._finished)}/{len(self._plan)}: {trial.grade}, {trial.shape.parameters:,} parameters, "
            f"seed {trial.seed}{arm}: {_losses(points)}{self._left()}"
        )

    def say(self, text: str) -> None:
        """One line that stays."""
        if not self._quiet:
            self.clear()
            self._stream.write(f"{self._in_words(text)}\n")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{self._in_words(text)}")
        self._stream.flush()
        self._written = True

    def clear(self) -> None:
        """Take the line that is overwritten away."""
        if self._written:
            self._stream.write("\r\x1b[K")
            self._written = False

    def line(self) -> str:
        """Trials, points, the loss of the last batch anywhere, tokens per second of all workers, time left."""
        loss = "" if self._loss is None else f", loss {self._loss:.3f}"
        seconds = self._clock() - self._started
        rate = f", {self._trained() / seconds:,.0f} tokens/s" if seconds >= SETTLED else ""
        return f"{len(self._finished)}/{len(self._plan)} trials, {self._points} points{loss}{rate}{self._left()}{self._spent()}"

    def _spent(self) -> str:
        """Behind the time left: the share of what the devices could do (MFU), money spent and to come, energy; what is unknown is left out.

        Of the trials that were at work since this start, from where each began, a kill before it included.
        """
        mine = [trial for trial in self._plan if trial.key in self._taken and trial.key in self._tokens]
        taken = [self._taken[trial.key] for trial in mine]
        seconds = sum(took for took, _, _ in taken if took is not None)
        if not mine or seconds < SETTLED or any(took is None for took, _, _ in taken):
            return ""
        done = sum(self._weight[trial.key] * self._tokens[trial.key] for trial in mine)
        parts = []
        if all(peak for _, _, peak in taken):
            parts.append(f"use {done / sum((took or 0) * (peak or 0) for took, _, peak in taken):.0%}")
        if self._price is not None and mine[0].setting.device != "cpu":
            each = self._price.price / 3600
            left = self._flops_left() / (done / seconds) * each if done else None
            more = "" if left is None else f", {left:.2f} to come"
            parts.append(f"{seconds * each:.2f} {self._price.currency} spent{more}")
        if all(joules is not None for _, joules, _ in taken):
            parts.append(f"{sum(joules or 0 for _, joules, _ in taken) / 3.6e6:.3g} kWh")
        return "".join(f"; {part}" for part in parts)

    def seconds_left(self) -> float | None:
        """By the rate so far; None before there is one."""
        seconds = self._clock() - self._started
        done = sum(self._weight[key] * (tokens - self._before.get(key, 0)) for key, tokens in self._tokens.items())
        if seconds < SETTLED or not done:
            return None
        return self._flops_left() / (done / seconds)

    def _flops_left(self) -> float:
        """Of all trials that are not done."""
        open_ = [t for t in self._plan if t.key not in self._finished]
        return sum(t.flops_spent - self._weight[t.key] * self._tokens.get(t.key, 0) for t in open_)

    def _trained(self) -> int:
        return sum(tokens - self._before.get(key, 0) for key, tokens in self._tokens.items())

    def _left(self) -> str:
        left = self.seconds_left()
        return "" if left is None else f", {duration(left)} left"


def duration(seconds: float) -> str:
    """Seconds for people.

    >>> duration(42), duration(200), duration(7400)
    ('42 s', '3 min 20 s', '2 h 3 min')
    """
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _losses(points: Sequence[Line]) -> str:
    """The losses at the last stop, by held-out set."""
    if not points:
        return "diverged"
    last = max(point["tokens"] for point in points)
    return ", ".join(f"{point['held_out']} {point['loss']:.4f}" for point in points if point["tokens"] == last)
