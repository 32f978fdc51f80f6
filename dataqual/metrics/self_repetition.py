"""The metric `self_repetition`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.overlap import self_repetition
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class SelfRepetition(SampleMetric):
    """Self-repetition (Salkar et al. 2022): the mean over documents of ln(1 + how often others have its n-grams).

    Among sets of `among` documents; of a corpus of no more, the published number of all.

    >>> SelfRepetition(n=2)(["a b c", "a b d"]).value
    0.6931471805599453
    """

    n: int = 4
    among: int = sets.DOCUMENTS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, n=self.n, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        words = Words.of(sample)
        over = sets.document_sets(sample, self.among)
        values = [float(self_repetition(words.table(self.n, a, b)).mean()) for a, b in over]
        return sets.reading(sample, "self_repetition", over, values, ends=(0, math.inf), detail={"n": self.n})
