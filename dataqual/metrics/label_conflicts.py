"""The metric `label_conflicts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dataqual.document_sample import DocumentSample
from dataqual.images.labels import copied_of
from dataqual.images.metric import PictureMetric
from dataqual.images.sample import PictureSample
from dataqual.labels.copies import Copied, conflict_reading, conflicts
from dataqual.reading import Reading


@dataclass(frozen=True, kw_only=True)
class LabelConflicts(PictureMetric):
    """The share of labelled documents whose copies, exact or near, have another label; every copy is verified.

    Of a sample the interval is open above: the copies of a document that was drawn may not have been. None without labels.
    """

    size: int = 20_000

    of_labels: ClassVar[bool] = True

    def estimate(self, sample: DocumentSample) -> Reading:
        return _read(Copied.of(sample.text), sample.values("label"), sample.complete)

    def of_pictures(self, sample: PictureSample) -> Reading:
        return _read(copied_of(sample.pictures), sample.labels, sample.complete)


def _read(copied: Copied, labels: Sequence[str | None], complete: bool) -> Reading:
    labelled = sum(label is not None for label in labels)
    return conflict_reading(conflicts(copied, labels), labelled, complete=complete)
