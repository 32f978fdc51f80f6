"""The metric `label_errors`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dataqual.document_sample import DocumentSample
from dataqual.labels.judging import judge
from dataqual.operators import SampleMetric
from dataqual.reading import Reading


@dataclass(frozen=True, kw_only=True)
class LabelErrors(SampleMetric):
    """The share of labels that are wrong, by models that never saw the document (confident learning, anchor points).

    Always an estimate: its interval reaches from what is wrong even where the models are surest of a class to all that they
    take for another one. None without two labels of ten documents each. `detail`: how many are suspect.
    """

    of_labels: ClassVar[bool] = True
    certain: ClassVar[bool] = False

    size: int = 5_000

    def estimate(self, sample: DocumentSample) -> Reading:
        judged = judge(sample.text, sample.values("label"), seed=self.seed)
        return judged.errors(self.seed) if judged else Reading("label_errors", None, 0)
