"""The signal `label_quality`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.labels.confident_learning import Ranking, quality
from dataqual.labels.surveying import survey
from dataqual.operators import Engine, Signal
from dataqual.signals._of_documents import OfDocuments
from dataqual.text import Text


@dataclass(frozen=True)
class LabelQuality(Signal):
    """How far the label of a document can be trusted, 0 to 1, by models that never saw it; 1 for a label that is not judged.

    `by` is how that is told from the chances: the chance of the label itself, its margin over the likeliest other one, or
    its chance weighed by how unsure the model is (Northcutt et al. 2021). A label of fewer than ten documents is not judged.
    """

    profiled: ClassVar[bool] = False
    surveyed: ClassVar[bool] = True

    by: Ranking = "self_confidence"
    seed: int = 0

    def prepare(self, corpus: Corpus, engine: Engine) -> OfDocuments:
        """Judge every label; UnknownColumn where the corpus has none."""
        found = survey(corpus, engine, seed=self.seed)
        values = np.ones(len(found.places))
        if found.judged is not None:
            values[found.judged.rows] = quality(found.judged.labels, found.judged.probabilities, self.by)
        return OfDocuments.of(found.places, values)

    def measure(self, text: Text) -> NDArray[Any]:
        raise SpecError(
            "label_quality must first see the corpus: a recipe's keep lets it; a check takes the metric label_errors"
        )
