"""Weights & Biases: a run per trial, grouped by study; where it goes (a server, or offline) its own settings say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import wandb

from studies.design.study import Study
from studies.design.trial import Trial
from studies.results import Line
from studies.tracking import about, named


@dataclass(frozen=True)
class Wandb:
    """Logs into the project `dataqual-studies` unless WANDB_PROJECT names one; a trial has one id, so none is there twice."""

    study: str
    folder: Path

    def trial(self, trial: Trial, points: Sequence[Line]) -> None:
        """Losses of all held-out sets at each stop, its step the tokens seen."""
        run = wandb.init(
            project=wandb.Settings().project or "dataqual-studies",
            group=self.study,
            name=named(trial),
            id=trial.key,
            resume="allow",
            config=about(trial),
            dir=str(self.folder),
            reinit="create_new",
            settings=wandb.Settings(silent=True, console="off"),
        )
        for tokens in dict.fromkeys(point["tokens"] for point in points):
            losses = {f"bits_per_byte/{p['held_out']}": p["loss"] for p in points if p["tokens"] == tokens}
            run.log({**losses, "tokens": tokens}, step=tokens)
        run.finish()

    def close(self) -> None:
        """Nothing: every run is finished."""


def track(study: Study, folder: Path) -> Wandb:
    """The tracker of a study."""
    return Wandb(study.name, folder)
