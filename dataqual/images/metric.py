"""`PictureMetric`: a metric of a sample that reads pictures as well as texts, under the same name."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from dataqual.images.sample import PictureSample
from dataqual.measured import Measured
from dataqual.operators import SampleMetric
from dataqual.reading import Reading


@dataclass(frozen=True, kw_only=True)
class PictureMetric(SampleMetric):
    """A subclass writes `estimate` for documents and `of_pictures` for pictures; a batch says which it has."""

    @abstractmethod
    def of_pictures(self, sample: PictureSample) -> Reading:
        """What the sample says of the pictures it was drawn from; defined on the empty one."""

    def measure(self, measured: Measured) -> Any:
        """The sample of the batch; of one without anything the neutral one of texts."""
        batch = measured.batch
        if batch.images is None or not len(batch):
            return super().measure(measured)
        return PictureSample.draw(batch, self.size, self.seed)

    def merge(self, first: Any, second: Any) -> Any:
        """The sample of both; where only one has pictures, the other has nothing."""
        if isinstance(first, PictureSample) == isinstance(second, PictureSample):
            return first.merge(second)
        return first if isinstance(first, PictureSample) else second

    def read(self, state: Any) -> Reading:
        return self.of_pictures(state) if isinstance(state, PictureSample) else self.estimate(state)
