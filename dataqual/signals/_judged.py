"""Signals of labels, of texts and of pictures: models that saw neither a document nor a copy of it judge its label."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.labels.judging import Judged
from dataqual.labels.surveying import LEARNT_FROM
from dataqual.naming import snake_case
from dataqual.operators import Engine, Signal, ViewName
from dataqual.signals._of_documents import OfDocuments
from dataqual.views import Judging, view_of


@dataclass(frozen=True, kw_only=True)
class OfLabels(Signal):
    """A subclass says what is told of a label that was judged, and of one that was not."""

    view: ClassVar[ViewName | None] = None
    profiled: ClassVar[bool] = False
    surveyed: ClassVar[bool] = True
    unjudged: ClassVar[float]
    """The number of a label that is not judged: one of fewer than ten documents."""

    seed: int = 0

    @abstractmethod
    def of_judged(self, judged: Judged) -> NDArray[Any]:
        """The number of each label that was judged."""

    def prepare(self, corpus: Corpus, engine: Engine) -> OfDocuments:
        """Judge every label; UnknownColumn where the corpus has none."""
        found = view_of(corpus).label_survey(corpus, engine, Judging(LEARNT_FROM, self.seed))
        values = np.full(len(found.places), self.unjudged)
        if found.judged is not None:
            values[found.judged.rows] = self.of_judged(found.judged)
        return OfDocuments.of(found.places, values)

    def of_batch(self, batch: Batch) -> NDArray[Any]:
        """Of texts and pictures alike: only a survey can tell."""
        return self.measure(batch)

    def measure(self, text: Any) -> NDArray[Any]:
        raise SpecError(
            f"{snake_case(type(self).__name__)} must first see the corpus: a recipe's keep lets it; a check takes the metric label_errors"
        )
