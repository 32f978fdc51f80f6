"""Who is told how far a study is, and one who says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from studies.results import Line
from studies.trial import Trial


class Watch(Protocol):
    """Who is told how far it is."""

    def say(self, text: str) -> None:
        """One line that stays."""

    def prepare(self, what: str, done: int, size: int) -> None:
        """So many bytes of the corpus, of so many, are through this pass over it."""

    def begin(self, plan: Sequence[Trial], finished: set[str]) -> None:
        """These are all trials, and those that are done already."""

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """So many tokens of a trial are trained."""

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """So long a trial has had its device, so much energy it took, and so many FLOP/s are the most there; None is unknown."""

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """A trial is done; without points if it diverged."""


class Silent:
    """A watch that says nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def prepare(self, what: str, done: int, size: int) -> None:
        """Nothing."""

    def begin(self, plan: Sequence[Trial], finished: set[str]) -> None:
        """Nothing."""

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """Nothing."""

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """Nothing."""

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """Nothing."""
