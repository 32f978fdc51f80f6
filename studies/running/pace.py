"""How far the trials of a plan are, and from that how long they and their money still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from studies.data.picture_file import PictureFile
from studies.design.prices import GpuHour
from studies.design.trial import Trial
from studies.findings.costs import HOUR, KWH
from studies.results import Line

SETTLED = 3.0
"""Seconds of work before a rate is worth a forecast."""

Clock = Callable[[], float]
Taken = tuple[float | None, float | None, float | None]
"""Of a trial: seconds of its device, joules, FLOP/s at most."""


@dataclass
class Pass:
    """One of the passes over what a study reads, and how much of it is through."""

    names: Sequence[str]
    """All that are to be made, in order; none where that was not said."""
    what: str
    done: int
    size: int
    started: float

    @property
    def number(self) -> int | None:
        """Which of the passes it is, from 1; None where that is not known."""
        return self.names.index(self.what) + 1 if self.what in self.names else None

    def share(self) -> float | None:
        """How much of it is through; None where nobody knows how long it takes."""
        return min(1.0, self.done / self.size) if self.size else None

    def seconds_left(self, now: float) -> float | None:
        """Of this pass alone, by its rate so far; None before there is one, and where it is as good as done."""
        seconds = now - self.started
        left = seconds / self.done * (self.size - self.done) if self.done and seconds >= SETTLED else 0.0
        return left if left >= 1 else None


@dataclass
class Pace:
    """What is known of a plan under way, kept by whoever is told of it.

    Time left is FLOPs left over FLOPs per second so far: tokens of a large model weigh more than those of a small one.
    """

    price: GpuHour | None = None
    """Of an hour of a GPU."""
    clock: Clock = time.monotonic
    plan: Sequence[Trial] = ()
    finished: set[str] = field(default_factory=set)
    diverged: set[str] = field(default_factory=set)
    points: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    """By trial: where it is."""
    loss: dict[str, float] = field(default_factory=dict)
    """By trial: of its last batch."""
    last: float | None = None
    """That of the last batch anywhere."""
    _before: dict[str, int] = field(default_factory=dict)
    _taken: dict[str, Taken] = field(default_factory=dict)
    _weight: dict[str, float] = field(default_factory=dict)
    _started: float = 0.0

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        """A plan, its trials that are done, and where others are at their snapshots."""
        self.plan, self.finished, self._started = plan, set(finished), self.clock()
        self.tokens = {key: tokens for key, tokens in begun.items() if tokens is not None}
        self._before, self._taken, self.loss, self.last, self.diverged = dict(self.tokens), {}, {}, None, set()
        self._weight = {trial.key: trial.shape.flops_per_token for trial in plan}
        self.points = sum(len(trial.stops) for trial in plan if trial.key in finished)

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """So many tokens of a trial are trained."""
        self._before.setdefault(trial.key, tokens)  # where it started: at a snapshot, or in its first steps
        self.tokens[trial.key], self.loss[trial.key], self.last = tokens, loss, loss

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """So long a trial has had its device, so much energy it took, and so many FLOP/s are the most there."""
        self._taken[trial.key] = seconds, joules, peak

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """A trial is done; without points if it diverged."""
        self.tokens[trial.key] = trial.tokens_spent
        self.loss.pop(trial.key, None)
        self.finished.add(trial.key)
        self.points += len({point["tokens"] for point in points})
        if not points:
            self.diverged.add(trial.key)

    @property
    def training(self) -> list[Trial]:
        """The trials that are at work, as far as they have been heard of."""
        return [trial for trial in self.plan if trial.key in self.loss]

    @property
    def things(self) -> str:
        """What is seen."""
        return "pictures" if self.plan and isinstance(self.plan[0].train, PictureFile) else "tokens"

    def seconds_left(self) -> float | None:
        """By the rate so far; None before there is one, and where nothing is left to speak of."""
        seconds = self.clock() - self._started
        done = sum(self._weight[key] * (tokens - self._before.get(key, 0)) for key, tokens in self.tokens.items())
        if seconds < SETTLED or done <= 0:
            return None
        left = self._flops_left() / (done / seconds)
        return left if left >= 1 else None

    def rate(self) -> float | None:
        """Tokens, or pictures, per second of all workers; None before there is one."""
        seconds = self.clock() - self._started
        seen = sum(tokens - self._before.get(key, 0) for key, tokens in self.tokens.items())
        return seen / seconds if seconds >= SETTLED else None

    def use(self) -> float | None:
        """The share of what the devices could do (MFU); None where that is not known."""
        mine, seconds = self._metered()
        if not seconds or not all(peak for _, _, peak in map(self._of, mine)):
            return None
        return self._done(mine) / sum((took or 0) * (peak or 0) for took, _, peak in map(self._of, mine))

    def money(self) -> tuple[float, float | None] | None:
        """What was spent and what is to come, None where nothing tells; None without a price or a GPU.

        Of the trials that were at work since this start, from where each began, a kill before it included.
        """
        mine, seconds = self._metered()
        if not seconds or self.price is None or mine[0].setting.device == "cpu":
            return None
        each, done = self.price.price / HOUR, self._done(mine)
        return seconds * each, self._flops_left() / (done / seconds) * each if done else None

    def energy(self) -> float | None:
        """In kWh; None where one of the trials does not know its own."""
        mine, seconds = self._metered()
        joules = [joules for _, joules, _ in map(self._of, mine)]
        known = [one for one in joules if one is not None]
        return sum(known) / KWH if seconds and len(known) == len(joules) else None

    def _metered(self) -> tuple[list[Trial], float]:
        """The trials that were at work, and the seconds they took; 0 while that says nothing yet."""
        mine = [trial for trial in self.plan if trial.key in self._taken and trial.key in self.tokens]
        taken = [took for took, _, _ in map(self._of, mine)]
        known = [took for took in taken if took is not None]
        seconds = sum(known)
        return mine, seconds if mine and len(known) == len(taken) and seconds >= SETTLED else 0.0

    def _of(self, trial: Trial) -> Taken:
        return self._taken[trial.key]

    def _done(self, trials: Sequence[Trial]) -> float:
        return sum(self._weight[trial.key] * self.tokens[trial.key] for trial in trials)

    def _flops_left(self) -> float:
        """Of all trials that are not done."""
        open_ = [trial for trial in self.plan if trial.key not in self.finished]
        return sum(max(0.0, t.flops_spent - self._weight[t.key] * self.tokens.get(t.key, 0)) for t in open_)
