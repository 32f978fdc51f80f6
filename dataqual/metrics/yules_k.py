"""The metric `yules_k`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.lexical import yules_k
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class YulesK(SampleMetric):
    """Yule's K (1944): 10,000 times how often two words drawn are the same; over sets of `among` words. Lower is more varied.

    >>> YulesK()(["a a b c"]).value
    1250.0
    """

    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        codes = Words.of(sample).codes
        over = sets.word_sets(sample, self.among)
        values = [yules_k(codes[a:b]) for a, b in over]
        return sets.reading(sample, "yules_k", over, values, ends=(0, math.inf))
