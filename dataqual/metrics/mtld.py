"""The metric `mtld`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity.lexical import THRESHOLD, mtld_factors
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.errors import SpecError
from dataqual.intervals import around
from dataqual.operators import SampleMetric
from dataqual.reading import Reading


@dataclass(frozen=True)
class Mtld(SampleMetric):
    """MTLD (McCarthy and Jarvis 2010): how many words in a row stay varied, forwards and backwards, over all documents.

    Words through factors; a factor ends where the share of different words in it falls to `threshold`, and each document
    begins a new one. Where no word is repeated at all it is the mean length. None without words.

    >>> Mtld()(["one two three"]).value
    3.0
    """

    threshold: float = THRESHOLD

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.threshold < 1:
            raise SpecError(f"threshold is {self.threshold}; it is between 0 and 1")

    def estimate(self, sample: DocumentSample) -> Reading:
        words = Words.of(sample)
        factors = mtld_factors(words, self.threshold)
        documents = (words.counts > 0).astype(float)
        ways = [way if way.sum() > 0 else documents for way in factors.T]
        total = float(words.counts.sum())
        if not total:
            return sample.reading("mtld", None, unit="words")
        value = float(sum(total / way.sum() for way in ways)) / 2
        # linear in both ways: how far each document moves the mean of the two ratios
        moves = [(words.counts - total / way.sum() * way) / way.sum() for way in ways]
        interval = around(value, (moves[0] + moves[1]) / 2, sample.of)
        return sample.reading("mtld", value, interval, unit="words")
