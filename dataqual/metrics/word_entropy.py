"""The metric `word_entropy`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.lexical import entropy
from dataqual.metrics._of_words import OfWords


@dataclass(frozen=True)
class WordEntropy(OfWords):
    """Bits per word: the Shannon entropy of the words among `among` in a row, the mean over sets of so many.

    >>> WordEntropy()(["a b", "c d"]).value
    2.0
    """

    unit: ClassVar[str] = "bits"

    def of_words(self, codes: NDArray[np.int32]) -> float:
        return entropy(codes)
