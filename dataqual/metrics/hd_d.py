"""The metric `hd_d`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataqual.diversity.lexical import DRAWS, hd_d
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.intervals import ratio
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class HdD(SampleMetric):
    """HD-D (McCarthy and Jarvis 2007): the share of different words among `draws` drawn from a document, the mean over documents.

    Documents of fewer words are left out. None where all are.

    >>> HdD(draws=2)(["a b", "a a", "one"]).value
    0.75
    """

    draws: int = DRAWS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, draws=self.draws)

    def estimate(self, sample: DocumentSample) -> Reading:
        values = hd_d(Words.of(sample), self.draws)
        long = ~np.isnan(values)
        value, interval = ratio(np.where(long, values, 0.0), long, sample.of)
        return sample.reading("hd_d", value, interval, detail={"documents": int(long.sum())})
