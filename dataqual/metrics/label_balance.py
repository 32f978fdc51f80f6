"""The metric `label_balance`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dataqual.labels.balance import balance
from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.reading import Reading

MOST = 100_000
"""A column with more values names documents, not labels; counting them would have no bound."""

Counts = Mapping[str | None, int]


@dataclass(frozen=True)
class LabelBalance(Metric[Counts]):
    """Evenness of the labels, 0 to 1: their entropy over the most it could be (Pielou 1966); 1 where all are as frequent.

    None with fewer than two labels, or more than 100,000. `detail`: the entropy in bits, how often the commonest label is
    for one of the rarest (`imbalance`), and the commonest fifty with their shares.
    """

    of_labels: ClassVar[bool] = True

    def measure(self, measured: Measured) -> Counts:
        columns = measured.batch.columns
        return _bounded(Counter(columns["label"].to_list() if "label" in columns.columns else []))

    def merge(self, first: Counts, second: Counts) -> Counts:
        if OVERFLOW in (first, second):
            return OVERFLOW
        return _bounded(Counter(first) + Counter(second))

    def read(self, state: Counts) -> Reading:
        if state == OVERFLOW:
            return Reading("label_balance", None, 0, of="labels", detail={"labels": MOST, "overflow": True})
        return balance({name: n for name, n in state.items() if name is not None}, state.get(None, 0))


OVERFLOW: Counts = {None: -1}
"""Stands for more labels than are counted."""


def _bounded(counts: Counts) -> Counts:
    return OVERFLOW if len(counts) > MOST else dict(counts)
