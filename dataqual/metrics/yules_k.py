"""The metric `yules_k`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity import lexical
from dataqual.metrics._of_words import OfWords


@dataclass(frozen=True)
class YulesK(OfWords):
    """Yule's K (1944): 10,000 times how often two words drawn are the same; over sets of `among` words. Lower is more varied.

    >>> YulesK()(["a a b c"]).value
    1250.0
    """

    def of_words(self, codes: NDArray[np.int32]) -> float:
        return lexical.yules_k(codes)
