"""Shares of things that come in clusters, as words do in documents: the clusters were drawn, not the words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.intervals import clopper_pearson, t_of
from dataqual.reading import Interval


@dataclass(frozen=True)
class ShareSums:
    """What a share needs of its clusters: of `part` and `whole` their sums and products; adding two gives both together.

    >>> sums = ShareSums.of(np.array([3, 0, 2]), np.array([4, 1, 2]))
    >>> round(sums.value, 3), [round(x, 2) for x in sums.interval()]
    (0.714, [0.07, 1.0])
    """

    clusters: int = 0
    """Those that have any of the whole."""
    having: int = 0
    """Those that have any of the part."""
    part: int = 0
    whole: int = 0
    part_part: int = 0
    part_whole: int = 0
    whole_whole: int = 0

    @classmethod
    def of(cls, part: NDArray[np.int64], whole: NDArray[np.int64]) -> ShareSums:
        """Of how many there are in each cluster, (clusters,)."""
        x, y = whole.astype(np.int64), part.astype(np.int64)
        sums = (y.sum(), x.sum(), y @ y, y @ x, x @ x)
        return cls(int((x > 0).sum()), int((y > 0).sum()), *map(int, sums))

    def __add__(self, other: ShareSums) -> ShareSums:
        return ShareSums(*(a + b for a, b in zip(self.numbers, other.numbers, strict=True)))

    @property
    def numbers(self) -> tuple[int, ...]:
        """All seven."""
        return (
            self.clusters,
            self.having,
            self.part,
            self.whole,
            self.part_part,
            self.part_whole,
            self.whole_whole,
        )

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.part / self.whole if self.whole else None

    def interval(self, confidence: float = 0.95) -> Interval | None:
        """Where the share lies in what the clusters are a sample of (Korn and Graubard 1998): Clopper and Pearson's interval
        of a simple sample that would be as informative, its size from the linearised variance over the clusters; where
        every cluster has all or nothing, and the same, as many as there are clusters. None of nothing.
        """
        if not self.whole:
            return None
        p, n = self.part / self.whole, self.clusters
        if n < 2:
            return clopper_pearson(p, 1.0, confidence)
        squares = self.part_part - 2 * p * self.part_whole + p * p * self.whole_whole
        variance = n / (n - 1) * max(squares, 0.0) / self.whole**2
        if self.part in (0, self.whole):
            size = float(n)
        else:
            size = min(p * (1 - p) / variance, self.whole) if variance > 0 else float(self.whole)
            if self.whole > 1:
                size *= (t_of(confidence, self.whole - 1) / t_of(confidence, n - 1)) ** 2
        return clopper_pearson(p * size, size, confidence)
