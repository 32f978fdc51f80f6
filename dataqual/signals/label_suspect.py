"""The signal `label_suspect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.labels.surveying import survey
from dataqual.operators import Engine, Signal
from dataqual.signals._of_documents import OfDocuments
from dataqual.text import Text


@dataclass(frozen=True)
class LabelSuspect(Signal):
    """1 where the label of a document is probably wrong, by models that never saw it (confident learning), else 0."""

    profiled: ClassVar[bool] = False
    surveyed: ClassVar[bool] = True

    seed: int = 0

    def prepare(self, corpus: Corpus, engine: Engine) -> OfDocuments:
        """Judge every label; UnknownColumn where the corpus has none."""
        found = survey(corpus, engine, seed=self.seed)
        values = np.zeros(len(found.places))
        if found.judged is not None:
            values[found.judged.rows] = found.judged.suspects
        return OfDocuments.of(found.places, values)

    def measure(self, text: Text) -> NDArray[Any]:
        raise SpecError(
            "label_suspect must first see the corpus: a recipe's keep lets it; a check takes the metric label_errors"
        )
