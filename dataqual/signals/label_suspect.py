"""The signal `label_suspect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.labels.judging import Judged
from dataqual.signals._judged import OfLabels


@dataclass(frozen=True)
class LabelSuspect(OfLabels):
    """1 where the label of a document is probably wrong, by models that never saw it (confident learning), else 0."""

    unjudged: ClassVar[float] = 0.0

    def of_judged(self, judged: Judged) -> NDArray[Any]:
        return judged.suspects
