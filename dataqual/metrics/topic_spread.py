"""The metric `topic_spread`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity.topics import Topics, effective
from dataqual.document_sample import DocumentSample
from dataqual.intervals import z_of
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class TopicSpread(SampleMetric):
    """How many topics of equal size the documents are worth: the exponential of the entropy of up to `most` clusters.

    Clusters by k-means over TF-IDF and latent semantic analysis. The interval takes them as given: it is that of the
    shares of documents in them. None without documents.

    >>> TopicSpread()(["a b", "a b"]).value
    1.0
    """

    most: int = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, most=self.most)

    def estimate(self, sample: DocumentSample) -> Reading:
        if not len(sample):
            return sample.reading("topic_spread", None, unit="topics")
        sizes = Topics.of(sample, self.most).clusters.sizes
        value, error = effective(sizes)
        reach = z_of(0.95) * error
        interval = (max(1.0, value - reach), min(float(len(sizes)), value + reach))
        return sample.reading("topic_spread", value, interval, unit="topics", detail={"topics": len(sizes)})
