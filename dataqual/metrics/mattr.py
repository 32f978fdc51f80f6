"""The metric `mattr`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataqual.diversity.lexical import moving_ratios
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.intervals import ratio
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class Mattr(SampleMetric):
    """Moving-average type–token ratio: the share of different words in `window` words, over all windows within documents.

    That of the signal `mattr`, documents weighted by their windows (Covington and McFall 2010). None without words.

    >>> Mattr(window=2)(["a b a a", "好好学习"]).value
    0.8333333333333334
    """

    window: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, window=self.window)

    def estimate(self, sample: DocumentSample) -> Reading:
        words = Words.of(sample)
        windows = np.where(words.counts > 0, np.maximum(words.counts - self.window + 1, 1), 0)
        ratios = moving_ratios(words, self.window)
        value, interval = ratio(ratios * windows, windows, sample.of)
        return sample.reading("mattr", value, interval)
