"""A check of what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dataqual.corpus import Unreadable as Bad
from dataqual.examples import KEPT
from dataqual.suites.estimates import Proportion
from dataqual.suites.gauges import Gauge, Shown, Sight
from dataqual.suites.looking import Looked


@dataclass(frozen=True)
class Unreadable(Gauge[tuple[int, int, tuple[Bad, ...]]]):
    """The share of records that could not be read; the first of them are the examples."""

    of: ClassVar[str] = "records"

    def measure(self, looked: Looked) -> tuple[int, int, tuple[Bad, ...]]:
        bad = looked.measured.batch.unreadable
        return len(bad), len(looked.measured) + len(bad), tuple(bad[:KEPT])

    def merge(
        self, first: tuple[int, int, tuple[Bad, ...]], second: tuple[int, int, tuple[Bad, ...]]
    ) -> tuple[int, int, tuple[Bad, ...]]:
        return first[0] + second[0], first[1] + second[1], (first[2] + second[2])[:KEPT]

    def read(self, state: tuple[int, int, tuple[Bad, ...]]) -> Sight:
        bad, n, first = state
        shown = [Shown(one.file, one.record, None, note=f"{one.kind}: {one.reason}") for one in first]
        return Sight(Proportion(bad, n), shown, bad)
