"""MLflow: an experiment per study, a run per trial; where it goes MLFLOW_TRACKING_URI says, as ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mlflow

from studies.design.study import Study
from studies.design.trial import Trial
from studies.results import Line
from studies.tracking import about, named


@dataclass(frozen=True)
class Mlflow:
    """Logs into the experiment that is called as the study."""

    experiment: str

    def trial(self, trial: Trial, points: Sequence[Line]) -> None:
        """The trial's description as parameters, and a metric per held-out set, its step the tokens seen."""
        with mlflow.start_run(experiment_id=self.experiment, run_name=named(trial)):
            mlflow.log_params(about(trial))
            for point in points:
                mlflow.log_metric(f"bits_per_byte.{point['held_out']}", point["loss"], step=point["tokens"])

    def close(self) -> None:
        """Nothing: every run has ended."""


def track(study: Study, folder: Path) -> Mlflow:
    """The tracker of a study."""
    return Mlflow(mlflow.set_experiment(study.name).experiment_id)
