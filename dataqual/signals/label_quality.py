"""The signal `label_quality`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.labels.confident_learning import Ranking, quality
from dataqual.labels.judging import Judged
from dataqual.signals._judged import OfLabels


@dataclass(frozen=True)
class LabelQuality(OfLabels):
    """How far the label of a document can be trusted, 0 to 1, by models that never saw it; 1 for a label that is not judged.

    `by` is how that is told from the chances: the chance of the label itself, its margin over the likeliest other one, or
    its chance weighed by how unsure the model is (Northcutt et al. 2021). A label of fewer than ten documents is not judged.
    """

    unjudged: ClassVar[float] = 1.0

    by: Ranking = "self_confidence"

    def of_judged(self, judged: Judged) -> NDArray[Any]:
        return quality(judged.labels, judged.probabilities, self.by)
