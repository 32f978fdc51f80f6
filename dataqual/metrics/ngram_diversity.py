"""The metric `ngram_diversity`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataqual.diversity import sets
from dataqual.diversity.lexical import distinct_in_sets
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class NgramDiversity(SampleMetric):
    """The sum of distinct-n for n from 1 to `longest` (Padmakumar and He 2024), over sets of `among` words; 0 to `longest`.

    As `distinct`, a length of which there is no n-gram left out.

    >>> NgramDiversity(longest=2)(["a b a b", "b a"]).value
    0.8333333333333333
    """

    longest: int = 4
    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, longest=self.longest, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        words = Words.of(sample)
        over = sets.word_sets(sample, self.among)
        sums = np.zeros(over.count)
        for n in range(1, self.longest + 1):
            different, total = distinct_in_sets(words, n, over.among, over.count)
            sums += different / np.maximum(total, 1)
        return sets.reading(sample, "ngram_diversity", over, sums.tolist(), ends=(0, self.longest))
