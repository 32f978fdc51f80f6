"""The gauge of how well annotators agree, over columns that hold what each of them gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dataqual.columns import as_string
from dataqual.errors import SpecError
from dataqual.labels.agreement import krippendorff_alpha
from dataqual.labels.ratings import LEVELS, Level, Ratings
from dataqual.suites.estimates import Known
from dataqual.suites.gauges import Gauge, Sight
from dataqual.suites.looking import Looked

Patterns = Mapping[tuple[str | None, ...], int]
"""What annotators gave one item, and how many items were given that: a few hundred patterns, however many items."""


@dataclass(frozen=True)
class KrippendorffAlpha(Gauge[Patterns]):
    """Krippendorff's alpha of annotators, a column for each, with its bootstrap interval over records."""

    documents: ClassVar[bool] = False
    of: ClassVar[str] = "records"
    columns: tuple[str, ...] = ()
    level: Level = "nominal"
    order: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.columns) < 2:
            raise SpecError("columns: agreement is of two annotators or more, a column for each")
        if self.level not in LEVELS:
            raise SpecError(f"level: {self.level!r} is none of {', '.join(LEVELS)}")

    def measure(self, looked: Looked) -> Patterns:
        found: Counter[tuple[str | None, ...]] = Counter()
        for table in looked.tables:
            found.update(zip(*(map(_said, table.columns[name]) for name in self.columns), strict=True))
        return found

    def merge(self, first: Patterns, second: Patterns) -> Patterns:
        return Counter(first) + Counter(second)

    def read(self, state: Patterns) -> Sight:
        rows = sorted(state, key=lambda row: [value or "" for value in row])
        given = {name: [row[at] for row in rows] for at, name in enumerate(self.columns)}
        ratings = Ratings.of_columns(given, order=self.order)
        codes = np.repeat(ratings.codes, [state[row] for row in rows], axis=0)
        every = Ratings(("",) * len(codes), ratings.annotators, ratings.values, codes)
        reading = krippendorff_alpha(every, self.level, seed=self.seed)
        return Sight(Known(reading.value, reading.n, reading.interval))


def _said(value: object) -> str | None:
    """A value as text; None for nothing, and for blanks."""
    found = as_string(value)
    return found.strip() or None if found is not None else None
