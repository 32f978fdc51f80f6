"""The signal `mattr`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class Mattr(Signal):
    """Moving-average type–token ratio (Covington & McFall 2010): different words in `window` words, over all windows; 0 without words.

    Words of the `unicode` cut in any case, so a Han character is one. A document shorter than the window is one window.
    Unlike the plain ratio it does not fall with length.

    >>> Mattr(window=2)(["a b a a", "好好学习", ""]).round(3).tolist()
    [0.833, 0.833, 0.0]
    """

    profiled: ClassVar[bool] = False

    window: int = 50

    def __post_init__(self) -> None:
        if self.window < 1:
            raise SpecError(f"window is {self.window}; it is at least 1 word")

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut("unicode")
        borders = np.concatenate(([0], np.cumsum(words.counts)))
        hashes = words.hash(fold=True)
        return np.array([self._of(hashes[a:b]) for a, b in pairwise(borders.tolist())], np.float64)

    def _of(self, words: NDArray[np.uint64]) -> float:
        """Each word counts in the windows of which it is the first of its kind."""
        n = len(words)
        if n == 0:
            return 0.0
        window = min(self.window, n)
        order = np.argsort(words, kind="stable")
        same = words[order][1:] == words[order][:-1]
        before = np.full(n, -1, np.int64)
        before[order[1:][same]] = order[:-1][same]
        at = np.arange(n)
        first = np.maximum(np.maximum(before + 1, at - window + 1), 0)
        last = np.minimum(at, n - window)
        return float(np.maximum(last - first + 1, 0).sum() / (window * (n - window + 1)))
