"""The metric `label_conflicts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dataqual.document_sample import DocumentSample
from dataqual.labels.copies import Copied, conflict_reading, conflicts
from dataqual.operators import SampleMetric
from dataqual.reading import Reading


@dataclass(frozen=True, kw_only=True)
class LabelConflicts(SampleMetric):
    """The share of labelled documents whose copies, exact or near, have another label; every copy is verified.

    Of a sample the interval is open above: the copies of a document that was drawn may not have been. None without labels.
    """

    size: int = 20_000

    of_labels: ClassVar[bool] = True

    def estimate(self, sample: DocumentSample) -> Reading:
        labels = sample.values("label")
        found = conflicts(Copied.of(sample.text), labels)
        labelled = sum(label is not None for label in labels)
        return conflict_reading(found, labelled, complete=sample.complete)
