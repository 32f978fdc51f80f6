"""The metric `distinct`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.lexical import distinct_in_sets
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class Distinct(SampleMetric):
    """Distinct-n (Li et al. 2016): the share of different n-grams among those of `among` words in a row, over sets of so many.

    N-grams of words within documents, in any case; a Han character is a word. Of a corpus of no more words it is the
    published number of all. None where there are none.

    >>> Distinct(n=2)(["a b a b", "b a"]).value
    0.5
    """

    n: int = 2
    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, n=self.n, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        over = sets.word_sets(sample, self.among)
        different, total = distinct_in_sets(Words.of(sample), self.n, over.among, over.count)
        values = (different[total > 0] / total[total > 0]).tolist()
        return sets.reading(sample, "distinct", over, values, ends=(0, 1), detail={"n": self.n})
