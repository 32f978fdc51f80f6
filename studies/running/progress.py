"""How far a study is: on a terminal a line that is overwritten, elsewhere a line now and then; all on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from studies.design.prices import GpuHour
from studies.design.trial import Trial
from studies.durations import duration
from studies.results import Line
from studies.running.pace import Pace, Pass

PAUSE = 0.2
"""Seconds between two lines of progress on a terminal: more often is flicker."""
SELDOM = 30.0
"""Seconds between two lines of preparing elsewhere: a log is read afterwards."""


class Display:
    """Says on `stream` how far a study is; nothing at all when `quiet`."""

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
        self._pace = Pace(price, clock)
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = not quiet and self._stream.isatty()
        self._clock = clock
        self._in_words = said
        self._said = 0.0
        self._written = False
        self._names: Sequence[str] = ()
        self._pass: Pass | None = None

    def passes(self, names: Sequence[str]) -> None:
        """These passes are to be made over what the study reads, in this order, before its first trial."""
        self._names, self._pass = names, None
        self._said = self._clock() if not self._live else self._said  # a log hears of what takes its time

    def prepare(self, what: str, done: int, size: int) -> None:
        """So many bytes, of so many, are through this pass."""
        now = self._clock()
        if self._pass is None or self._pass.what != what:
            self._pass = Pass(self._names, what, done, size, now)
        self._pass.done, self._pass.size = done, size
        if now - self._said >= (PAUSE if self._live else SELDOM):
            self._said = now
            self._tell(prepared(self._pass, now))

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        """These are all trials, those that are done already, and the tokens that others have seen at their snapshots."""
        self._pace.begin(plan, finished, begun)
        if finished:
            self.say(f"going on: {len(finished)} of {len(plan)} trials are done")
        for trial in plan:
            if trial.key in begun:
                self.say(f"going on: {called(trial)}, {resumed(trial, begun[trial.key])}")

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """So many tokens of a trial are trained."""
        self._pace.progress(trial, tokens, loss)
        self._overwrite(self.line)

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """So long a trial has had its device, so much energy it took, and so many FLOP/s are the most there."""
        self._pace.meter(trial, seconds, joules, peak)

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """A trial is done; without points if it diverged."""
        self._pace.finish(trial, points)
        done = f"{len(self._pace.finished)}/{len(self._pace.plan)}"
        self.say(f"{done}: {called(trial)}: {_losses(points)}{self._left()}")

    def conclude(self, what: str) -> None:
        """All trials are done, and this is made of them now."""
        if self._live:
            self._write(f"{what} …")

    def say(self, text: str) -> None:
        """One line that stays."""
        if not self._quiet:
            self.clear()
            self._stream.write(f"{self._in_words(text)}\n")
            self._stream.flush()

    def _overwrite(self, text: Callable[[], str]) -> None:
        """The line of a terminal, not too often; nothing elsewhere."""
        now = self._clock()
        if self._live and now - self._said >= PAUSE:
            self._said = now
            self._write(text())

    def _tell(self, text: str) -> None:
        """Over the line of a terminal, or as one more line elsewhere."""
        if self._live:
            self._write(text)
        else:
            self.say(text)

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
        pace = self._pace
        loss = "" if pace.last is None else f", loss {pace.last:.3f}"
        rate = "" if (each := pace.rate()) is None else f", {each:,.0f} {pace.things}/s"
        done = f"{len(pace.finished)}/{len(pace.plan)} trials, {pace.points} points"
        return f"{done}{loss}{rate}{self._left()}{self._spent()}"

    def seconds_left(self) -> float | None:
        """By the rate so far; None before there is one."""
        return self._pace.seconds_left()

    def _spent(self) -> str:
        """Behind the time left: the share of what the devices could do (MFU), money spent and to come, energy; what is unknown is left out."""
        parts = []
        if (use := self._pace.use()) is not None:
            parts.append(f"use {use:.0%}")
        if (money := self._pace.money()) is not None and self._pace.price is not None:
            spent, left = money
            more = "" if left is None else f", {left:.2f} to come"
            parts.append(f"{spent:.2f} {self._pace.price.currency} spent{more}")
        if (energy := self._pace.energy()) is not None:
            parts.append(f"{energy:.3g} kWh")
        return "".join(f"; {part}" for part in parts)

    def _left(self) -> str:
        left = self._pace.seconds_left()
        return "" if left is None else f", {duration(left)} left"


def prepared(now_at: Pass, now: float) -> str:
    """Which of the passes it is at, how much of it is through, and how long that one still takes."""
    number = "" if now_at.number is None else f" {now_at.number}/{len(now_at.names)}"
    share, left = now_at.share(), now_at.seconds_left(now)
    through = "" if share is None else f", {share:.0%}"
    return f"preparing{number}: {now_at.what}{through}" + ("" if left is None else f", {duration(left)} left")


def called(trial: Trial) -> str:
    """What a person calls a trial: grade, parameters, how many different things it sees where these repeat, seed, arm."""
    arm = "" if trial.arm == "main" else f", {trial.arm}"
    again = "" if trial.order.unique is None else f", {trial.order.unique:,} different"
    return f"{trial.grade}, {trial.shape.parameters:,} parameters{again}, seed {trial.seed}{arm}"


def resumed(trial: Trial, tokens: int | None) -> str:
    """Where a trial goes on."""
    if tokens is None:
        return "from its last snapshot"
    return f"from step {tokens // trial.batch:,} of {trial.tokens_spent // trial.batch:,.0f}"


def _losses(points: Sequence[Line]) -> str:
    """The losses at the last stop, by held-out set."""
    if not points:
        return "diverged"
    last = max(point["tokens"] for point in points)
    return ", ".join(f"{point['held_out']} {point['loss']:.4f}" for point in points if point["tokens"] == last)
