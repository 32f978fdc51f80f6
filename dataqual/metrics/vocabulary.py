"""The metric `vocabulary`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.lexical import distinct_in_sets
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class Vocabulary(SampleMetric):
    """Different words among `among` in a row, the mean over sets of so many; of a corpus of no more words, of all.

    Words in any case; a Han character is a word.

    >>> Vocabulary()(["The cat", "the dog"]).value
    3.0
    """

    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        over = sets.word_sets(sample, self.among)
        different, _ = distinct_in_sets(Words.of(sample), 1, over.among, over.count)
        values = different.tolist()
        return sets.reading(sample, "vocabulary", over, values, unit="words", ends=(0, self.among))
