"""Who is told how far a study is, and one who says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from studies.results import Line

if TYPE_CHECKING:  # whoever prepares is told of no trial
    from studies.design.trial import Trial


class Watch(Protocol):
    """Who is told how far it is."""

    def say(self, text: str) -> None:
        """One line that stays."""

    def passes(self, names: Sequence[str]) -> None:
        """These passes are to be made over what the study reads, in this order, before its first trial."""

    def prepare(self, what: str, done: int, size: int) -> None:
        """So many bytes, of so many, are through this pass; 0 of 0 where nobody knows how long it takes."""

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        """These are all trials, those that are done already, and the tokens that others have seen at their snapshots."""

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """So many tokens of a trial are trained."""

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """So long a trial has had its device, so much energy it took, and so many FLOP/s are the most there; None is unknown."""

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """A trial is done; without points if it diverged."""

    def conclude(self, what: str) -> None:
        """All trials are done, and this is made of them now."""


class Silent:
    """A watch that says nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def passes(self, names: Sequence[str]) -> None:
        """Nothing."""

    def prepare(self, what: str, done: int, size: int) -> None:
        """Nothing."""

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        """Nothing."""

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """Nothing."""

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """Nothing."""

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """Nothing."""

    def conclude(self, what: str) -> None:
        """Nothing."""


SILENT = Silent()


class Told:
    """A watch that hands on all it is told to another one: what to begin from for one that also does something else with it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def say(self, text: str) -> None:
        """Handed on."""
        self._watch.say(text)

    def passes(self, names: Sequence[str]) -> None:
        """Handed on."""
        self._watch.passes(names)

    def prepare(self, what: str, done: int, size: int) -> None:
        """Handed on."""
        self._watch.prepare(what, done, size)

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        """Handed on."""
        self._watch.begin(plan, finished, begun)

    def progress(self, trial: Trial, tokens: int, loss: float) -> None:
        """Handed on."""
        self._watch.progress(trial, tokens, loss)

    def meter(self, trial: Trial, seconds: float | None, joules: float | None, peak: float | None) -> None:
        """Handed on."""
        self._watch.meter(trial, seconds, joules, peak)

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """Handed on."""
        self._watch.finish(trial, points)

    def conclude(self, what: str) -> None:
        """Handed on."""
        self._watch.conclude(what)
