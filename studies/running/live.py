"""How far a study is, kept in its folder while it runs, for whoever asks from elsewhere: `studies status`.

`progress.json` is written whole, about once a second, and stays behind a study that was stopped or killed: then it says where
that was. Nothing that a result depends on is in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studies.design.prices import GpuHour
from studies.design.trial import Trial
from studies.results import Line
from studies.running.pace import Pace, Pass
from studies.running.progress import called
from studies.watching import Told, Watch

PROGRESS = "progress.json"
"""In the folder of a study."""
PAUSE = 1.0
"""Seconds between two writes: whoever looks does not look more often."""

Facts = dict[str, Any]


class Live(Told):
    """A watch that hands on what it is told, and keeps it in a folder; a disk that takes no more is nobody's concern here."""

    def __init__(self, watch: Watch, folder: Path, price: GpuHour | None, beside: Sequence[str] = ()) -> None:
        """`price` is of an hour of a GPU; the studies that run `beside` this one lie in folders of these names within its own."""
        super().__init__(watch)
        self._folder, self._beside, self._pace = folder, list(beside), Pace(price)
        self._names: Sequence[str] = ()
        self._pass: Pass | None = None
        self._doing: str | None = None
        self._written = 0.0

    def passes(self, names: Sequence[str]) -> None:
        """Handed on, and kept."""
        super().passes(names)
        self._names, self._pass = names, None

    def prepare(self, what: str, done: int, size: int) -> None:
        """Handed on, and kept."""
        super().prepare(what, done, size)
        new = self._pass is None or self._pass.what != what
        if self._pass is None or new:
            self._pass = Pass(self._names, what, done, size, time.monotonic())
        self._pass.done, self._pass.size = done, size
        self._write(now=new)

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        """Handed on, and kept."""
        super().begin(plan, finished, begun)
        self._pace.begin(plan, finished, begun)
        self._pass = None
        self._write(now=True)

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """Handed on, and kept."""
        super().progress(trial, tokens, loss)
        self._pace.progress(trial, tokens, loss)
        self._write()

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """Handed on, and kept."""
        super().meter(trial, seconds, joules, peak)
        self._pace.meter(trial, seconds, joules, peak)

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """Handed on, and kept."""
        super().finish(trial, points)
        self._pace.finish(trial, points)
        self._write(now=True)

    def conclude(self, what: str) -> None:
        """Handed on, and kept."""
        super().conclude(what)
        self._doing = what
        self._write(now=True)

    def _write(self, *, now: bool = False) -> None:
        at = time.monotonic()
        if not now and at - self._written < PAUSE:
            return
        self._written = at
        part = self._folder / f".{PROGRESS}.{os.getpid()}.part"
        with contextlib.suppress(OSError):
            part.write_text(json.dumps(self.facts(at), ensure_ascii=False), encoding="utf-8")
            part.replace(self._folder / PROGRESS)

    def facts(self, now: float) -> Facts:
        """All of it as plain values; what is not known is null."""
        pace, money = self._pace, self._pace.money()
        return {
            "preparing": None if self._pass is None else _preparing(self._pass, now),
            "planned": len(pace.plan) or None,
            "done": len(pace.finished),
            "diverged": len(pace.diverged),
            "points": pace.points,
            "training": [_training(trial, pace) for trial in pace.training],
            "concluding": self._doing,
            "seconds_left": pace.seconds_left(),
            "money": None if money is None or pace.price is None else {
                "spent": money[0], "to_come": money[1], "currency": pace.price.currency,
            },
            "use": pace.use(),
            "beside": self._beside,
        }  # fmt: skip


def _preparing(now_at: Pass, now: float) -> Facts:
    return {
        "what": now_at.what,
        "number": now_at.number,
        "of": len(now_at.names) or None,
        "share": now_at.share(),
        "seconds_left": now_at.seconds_left(now),
    }


def _training(trial: Trial, pace: Pace) -> Facts:
    return {
        "trial": trial.key,
        "called": called(trial),
        "step": pace.tokens[trial.key] // trial.batch,
        "of": int(trial.tokens_spent // trial.batch),
        "loss": pace.loss[trial.key],
    }


def kept(folder: Path) -> Facts | None:
    """What was written last in a folder; None where nothing can be read."""
    try:
        found = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
