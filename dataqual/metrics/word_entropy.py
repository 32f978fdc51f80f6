"""The metric `word_entropy`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.lexical import entropy
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class WordEntropy(SampleMetric):
    """Bits per word: the Shannon entropy of the words among `among` in a row, the mean over sets of so many.

    >>> WordEntropy()(["a b", "c d"]).value
    2.0
    """

    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        codes = Words.of(sample).codes
        over = sets.word_sets(sample, self.among)
        values = [entropy(codes[a:b]) for a, b in over]
        return sets.reading(sample, "word_entropy", over, values, unit="bits", ends=(0, math.inf))
