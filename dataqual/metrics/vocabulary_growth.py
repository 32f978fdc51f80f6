"""The metric `vocabulary_growth`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.lexical import growth
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class VocabularyGrowth(SampleMetric):
    """How fast new words come: Heaps' exponent from half of `among` words to all of them, the mean over sets of so many.

    1 where every word is new, about 0.5 to 0.8 in prose, near 0 where all has been said (Heaps 1978).

    >>> VocabularyGrowth()(["a b", "a b"]).value
    0.0
    """

    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(2, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        codes = Words.of(sample).codes
        over = sets.word_sets(sample, self.among)
        values = [growth(codes[a:b]) for a, b in over]
        return sets.reading(sample, "vocabulary_growth", over, values, ends=(0, 1))
