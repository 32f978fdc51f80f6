"""The metric `templates`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.diversity import sets
from dataqual.diversity.frames import Frames
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class Templates(SampleMetric):
    """The share of documents that have a sentence frame in common with another of a set of `among`.

    A frame is what is left of a sentence when its rare words and numbers are left open: "write a poem about …". None
    without documents.

    >>> Templates()([f"Please write me a short poem about {what}." for what in ("cats", "dogs", "rain")]).value
    1.0
    """

    among: int = sets.DOCUMENTS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(2, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        over = sets.document_sets(sample, self.among)
        found = Frames.of(sample)
        return sets.reading(sample, "templates", over, [found.shared(a, b) for a, b in over], ends=(0, 1), share=True)
