"""Pictures by label or group: how many, what the rule sets say of them, and the mean of some signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.catalog import name_of
from dataqual.measured import Measured
from dataqual.metrics.groups import Groups, Tally, tallied
from dataqual.operators import Signal

SCALE = 1_000_000
"""Means come from sums of whole numbers, so that no order of adding changes them: of signals to the sixth decimal."""


@dataclass(frozen=True)
class PictureGroups(Groups):
    """Pictures, their rule-set failures and sums of `signals` per value of a column: the largest fifty, and the rest."""

    signals: tuple[Signal, ...] = ()

    def measure(self, measured: Measured) -> Tally:
        columns = measured.batch.columns
        if self.column not in columns.columns or not len(measured):
            return Tally({})
        counted: list[Any] = [np.ones(len(measured), np.int64)]
        counted += [measured.drops(rule_set) for rule_set in self.rule_sets]
        counted += [np.rint(measured[signal] * SCALE).astype(np.int64) for signal in self.signals]
        return tallied(columns[self.column].to_list(), counted)

    def _row(self, name: str | None, numbers: NDArray[np.int64]) -> dict[str, object]:
        documents, *rest = (int(number) for number in numbers)
        dropped, sums = rest[: len(self.rule_sets)], rest[len(self.rule_sets) :]
        fails = {rule_set.name: count for rule_set, count in zip(self.rule_sets, dropped, strict=True)}
        means = {
            name_of(signal): round(total / SCALE / max(documents, 1), 6)
            for signal, total in zip(self.signals, sums, strict=True)
        }
        return {"value": name, "documents": documents, "fails": fails, "means": means}
