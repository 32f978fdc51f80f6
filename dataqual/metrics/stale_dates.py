"""The metric `stale_dates`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.dates import MISSING, NO_DATE, dates, told
from dataqual.measured import Measured
from dataqual.operators import Metric, at_least
from dataqual.reading import Reading

DATED = "dated documents"
"""What the share is one of."""
LATEST = 0.05
"""The latest year of a corpus is one that this share of its dated documents reach: a clock that was wrong says 2099."""


@dataclass(frozen=True, eq=False)
class Dated:
    """How many documents have which date."""

    dates: NDArray[np.int64]
    """Ascending, as `dataqual.dates` writes them; at most every day of two thousand years."""
    counts: NDArray[np.int64]
    missing: int = 0
    no_date: int = 0
    """Documents whose value is no date."""

    @classmethod
    def of(cls, found: NDArray[np.int64]) -> Dated:
        """From the date of each document."""
        values, counts = np.unique(found[found > MISSING], return_counts=True)
        return cls(values, counts.astype(np.int64), int((found == MISSING).sum()), int((found == NO_DATE).sum()))

    def plus(self, other: Dated) -> Dated:
        """Those of both."""
        values, at = np.unique(np.concatenate([self.dates, other.dates]), return_inverse=True)
        counts = np.bincount(at, np.concatenate([self.counts, other.counts]), len(values)).astype(np.int64)
        return Dated(values, counts, self.missing + other.missing, self.no_date + other.no_date)

    @property
    def n(self) -> int:
        """Documents with a date."""
        return int(self.counts.sum())

    def reached(self, share: float) -> int:
        """The latest date that this share of the dated documents reach, at least one of them."""
        from_the_end = np.cumsum(self.counts[::-1])
        return int(self.dates[::-1][np.searchsorted(from_the_end, max(math.ceil(share * self.n), 1))])

    def years(self) -> Iterator[tuple[int, int]]:
        """Each year with its documents, ascending."""
        values, at = np.unique(self.dates // 10_000, return_inverse=True)
        yield from zip(values.tolist(), np.bincount(at, self.counts).astype(int).tolist(), strict=True)


@dataclass(frozen=True)
class StaleDates(Metric[Dated]):
    """Share of the dated documents from before the last `years` years, which end with the latest that one in twenty reach.

    Dates are those of the date column, found by its name or named where the corpus is opened; None without one. `detail` says
    the oldest and newest date, the middle one, documents by year, and how many have none or something else instead.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> rows = [{"text": "a", "date": day} for day in ("2024-05-01", "2023-01-01", "2009年3月", "")]
    >>> reading = read(StaleDates(), Corpus.of(rows))
    >>> round(reading.value, 2), reading.n, reading.detail["oldest"], reading.detail["before"]
    (0.33, 3, '2009-03', 2020)
    """

    of_dates: ClassVar[bool] = True

    years: int = 5

    def __post_init__(self) -> None:
        at_least(1, years=self.years)

    def measure(self, measured: Measured) -> Dated:
        columns = measured.batch.columns
        if "date" not in columns.columns:
            return Dated(np.zeros(0, np.int64), np.zeros(0, np.int64), len(measured))
        return Dated.of(dates(columns["date"]))

    def merge(self, first: Dated, second: Dated) -> Dated:
        return first.plus(second)

    def read(self, state: Dated) -> Reading:
        if not state.n:
            return Reading("stale_dates", None, 0, DATED, detail={"missing": state.missing, "no_date": state.no_date})
        latest = state.reached(LATEST) // 10_000
        old = int(state.counts[state.dates // 10_000 <= latest - self.years].sum())
        detail: dict[str, Any] = {
            "documents": old,
            "before": latest - self.years + 1,
            "latest": latest,
            "newest": told(int(state.dates[-1])),
            "oldest": told(int(state.dates[0])),
            "median": told(state.reached(0.5)),
            "missing": state.missing,
            "no_date": state.no_date,
            "years": [list(row) for row in state.years()],
        }
        return Reading("stale_dates", old / state.n, state.n, DATED, detail=detail)
