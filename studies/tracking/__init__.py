"""Trackers, one to a file: where the points of a study go beside its own files, for people who watch many runs in one place.

A tracker is told of trials as they end; nothing that is found depends on one, and one that fails is left out from there on,
with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dataqual.errors import InputError, MissingExtra, SpecError, did_you_mean
from studies.results import Line
from studies.watching import Told, Watch

if TYPE_CHECKING:
    from studies.design.study import Study
    from studies.design.trial import Trial

NAMES = ("mlflow", "tensorboard", "wandb")


class Tracker(Protocol):
    """What a tracker does."""

    def trial(self, trial: Trial, points: Sequence[Line]) -> None:
        """A trial has ended with these points, a line per stop and held-out set."""

    def close(self) -> None:
        """The study has ended, or was stopped."""


def tracker(name: str, study: Study, folder: Path) -> Tracker:
    """The tracker of that name for a study that lies in `folder`; SpecError for an unknown one, MissingExtra without its package.

    >>> tracker("tensorbord", None, Path())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    dataqual.errors.SpecError: track: no tracker 'tensorbord'; did you mean 'tensorboard'? there are: ...
    """
    check_name(name)
    try:
        made: Tracker = import_module(f"studies.tracking.{name}").track(study, folder)
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or name, "track") from None
    except Exception as error:  # a server that is not there, a store that is refused
        raise InputError(f"track: {name} cannot begin: {first_line(error)}") from None
    return made


def check_name(name: str) -> None:
    """SpecError for a tracker that is not known."""
    if name not in NAMES:
        raise SpecError(f"track: no tracker {name!r}; {did_you_mean(name, NAMES)}")


def first_line(error: Exception) -> str:
    """What an error says, on one line.

    >>> first_line(ValueError("nobody\\nthere")), first_line(KeyError())
    ('nobody there', 'KeyError')
    """
    return " ".join(str(error).split()) or type(error).__name__


def named(trial: Trial) -> str:
    """What a person calls a trial: grade, parameters, seed, and the arm where it is not the main one."""
    arm = "" if trial.arm == "main" else f"-{trial.arm}"
    unique = "" if trial.order.unique is None else f"-{trial.order.unique}"
    return f"{trial.grade}-{trial.shape.parameters}-s{trial.seed}{arm}{unique}"


def about(trial: Trial) -> dict[str, str | int | float]:
    """The parameters of a trial, for a tracker's table."""
    return {
        "grade": trial.grade,
        "arm": trial.arm,
        "learner": trial.name,
        "parameters": trial.shape.parameters,
        "seed": trial.seed,
        "unique": trial.order.unique or trial.stops[-1],
        "batch": trial.batch,
        "learning_rate": trial.learning_rate,
        "key": trial.key,
    }


class Tracked(Told):
    """A watch that hands on what it is told, and the trials that end to trackers as well."""

    def __init__(self, watch: Watch, trackers: Sequence[Tracker], warn: Callable[[str], None]) -> None:
        super().__init__(watch)
        self._trackers, self._warn = list(trackers), warn

    def finish(self, trial: Trial, points: Sequence[Line]) -> None:
        """Handed on, and told to every tracker that still works."""
        super().finish(trial, points)
        for each in [*self._trackers]:
            self._try(each, lambda each=each: each.trial(trial, points))  # type: ignore[misc]

    def close(self) -> None:
        """Close every tracker."""
        for each in [*self._trackers]:
            self._try(each, each.close)

    def _try(self, each: Tracker, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # whatever a service of somebody else's throws, the study goes on
            self._trackers.remove(each)
            self._warn(
                f"tracking by {type(each).__name__.lower()} has stopped: {' '.join(str(error).split()) or type(error).__name__}"
            )
