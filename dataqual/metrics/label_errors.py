"""The metric `label_errors`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dataqual.document_sample import DocumentSample
from dataqual.images.labels import judged_sample
from dataqual.images.metric import PictureMetric
from dataqual.images.sample import PictureSample
from dataqual.labels.judging import judge
from dataqual.reading import Reading


@dataclass(frozen=True, kw_only=True)
class LabelErrors(PictureMetric):
    """The share of labels that are wrong, by models that never saw the document (confident learning, anchor points).

    Always an estimate: its interval reaches from what is wrong even where the models are surest of a class to all that they
    take for another one. None without two labels of ten documents each. `detail`: how many are suspect. Of pictures the models
    are small networks, which need torch.
    """

    of_labels: ClassVar[bool] = True
    certain: ClassVar[bool] = False

    size: int = 5_000

    def estimate(self, sample: DocumentSample) -> Reading:
        judged = judge(sample.text, sample.values("label"), seed=self.seed)
        return judged.errors(self.seed) if judged else Reading("label_errors", None, 0)

    def of_pictures(self, sample: PictureSample) -> Reading:
        judged = judged_sample(sample, seed=self.seed)
        return judged.errors(self.seed) if judged else Reading("label_errors", None, 0)
