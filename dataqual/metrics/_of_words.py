"""What the metrics have in common that tell one number of so many words in a row."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.catalog import name_of
from dataqual.diversity import sets
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class OfWords(SampleMetric):
    """The mean of a number over sets of `among` words in a row; a subclass writes `of_words`."""

    unit: ClassVar[str] = ""

    among: int = sets.WORDS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, among=self.among)

    @abstractmethod
    def of_words(self, codes: NDArray[np.int32]) -> float:
        """The number of these words, of which equal ones have equal codes; 0 or more."""

    def estimate(self, sample: DocumentSample) -> Reading:
        codes = Words.of(sample).codes
        over = sets.word_sets(sample, self.among)
        values = [self.of_words(codes[a:b]) for a, b in over]
        return sets.reading(sample, name_of(self), over, values, unit=self.unit, ends=(0, math.inf))
