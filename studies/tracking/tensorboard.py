"""TensorBoard: event files in the folder of the study, one run per trial; loss by tokens seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch.utils.tensorboard.writer import SummaryWriter

from studies.design.study import Study
from studies.design.trial import Trial
from studies.results import Line
from studies.tracking import about, named


@dataclass(frozen=True)
class TensorBoard:
    """Writes DIR/tensorboard/TRIAL: `tensorboard --logdir DIR/tensorboard` shows them."""

    folder: Path

    def trial(self, trial: Trial, points: Sequence[Line]) -> None:
        """A scalar per held-out set, its step the tokens seen, and the trial's description."""
        writer = SummaryWriter(str(self.folder / "tensorboard" / named(trial)))
        writer.add_text("trial", "  \n".join(f"{name}: {value}" for name, value in about(trial).items()))
        for point in points:
            writer.add_scalar(f"bits_per_byte/{point['held_out']}", point["loss"], point["tokens"])
        writer.close()

    def close(self) -> None:
        """Nothing: every trial's file is closed."""


def track(study: Study, folder: Path) -> TensorBoard:
    """The tracker of a study."""
    return TensorBoard(folder)
