"""The metric `self_bleu`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.overlap import self_bleu
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class SelfBleu(SampleMetric):
    """Self-BLEU (Zhu et al. 2018): the mean BLEU of a document against all others of a set of `among`; lower is more varied.

    Smoothed by method 1 of Chen and Cherry (2014); of a corpus of no more documents, that of all. None of fewer than two.

    >>> SelfBleu()(["a b c d", "a b c d"]).value, SelfBleu()(["a b", "c d"]).value
    (1.0, 0.0)
    """

    longest: int = 4
    among: int = sets.DOCUMENTS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, longest=self.longest)
        at_least(2, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        words = Words.of(sample)
        over = sets.document_sets(sample, self.among, most=10)
        values = [float(self_bleu(words, a, b, self.longest).mean()) for a, b in over if b - a > 1]
        return sets.reading(sample, "self_bleu", over, values, ends=(0, 1))
