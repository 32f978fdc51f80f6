"""The metric `groups`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.reading import Reading
from dataqual.signals.byte_count import ByteCount
from dataqual.signals.word_count import WordCount

if TYPE_CHECKING:
    from dataqual.rules import RuleSet

MOST = 100_000
"""A column with more values than this names documents, not groups; counting it would have no bound."""
LISTED = 50


@dataclass(frozen=True, eq=False)
class Tally:
    """Per value of the column: documents, bytes, words, then documents dropped by each rule set."""

    rows: Mapping[str | None, NDArray[np.int64]]
    overflow: bool = False


@dataclass(frozen=True)
class Groups(Metric[Tally]):
    """Documents, bytes, words and rule-set failures per value of `column`: the largest fifty, and the rest.

    The value is the number of groups; None when there are more than 100,000, which is no grouping and is then
    not tallied (`detail["distinct"]` is then the 100,000 that were seen at least). A missing value is a group of its own.
    """

    column: str
    rule_sets: tuple[RuleSet, ...] = ()

    def measure(self, measured: Measured) -> Tally:
        columns = measured.batch.columns
        if self.column not in columns.columns or not len(measured):
            return Tally({})
        counted: list[Any] = [np.ones(len(measured), np.int64), measured[ByteCount()], measured[WordCount()]]
        counted += [measured.drops(rule_set) for rule_set in self.rule_sets]
        return tallied(columns[self.column].to_list(), counted)

    def merge(self, first: Tally, second: Tally) -> Tally:
        if first.overflow or second.overflow:
            return Tally({}, overflow=True)
        rows = dict(first.rows)
        for name, numbers in second.rows.items():
            rows[name] = rows[name] + numbers if name in rows else numbers
        return _bounded(rows)

    def read(self, state: Tally) -> Reading:
        """`detail["rows"]`: the largest groups by documents, ties by name; `detail["rest"]`: the others as one row."""
        ordered = sorted(state.rows.items(), key=lambda item: (-int(item[1][0]), item[0] is None, item[0] or ""))
        rest = ordered[LISTED:]
        detail = {
            "column": self.column,
            "distinct": MOST if state.overflow else len(ordered),
            "overflow": state.overflow,
            "rows": [self._row(name, numbers) for name, numbers in ordered[:LISTED]],
            "rest": {**self._row(None, np.sum([numbers for _, numbers in rest], axis=0)), "groups": len(rest)}
            if rest
            else None,
        }
        n = int(sum(numbers[0] for numbers in state.rows.values()))
        return Reading("groups", None if state.overflow else len(ordered), n, unit="groups", detail=detail)

    def _row(self, name: str | None, numbers: NDArray[np.int64]) -> dict[str, object]:
        documents, size, words, *dropped = (int(number) for number in numbers)
        fails = {rule_set.name: count for rule_set, count in zip(self.rule_sets, dropped, strict=True)}
        return {"value": name, "documents": documents, "bytes": size, "words": words, "fails": fails}


def tallied(values: Sequence[str | None], counted: Sequence[NDArray[Any]]) -> Tally:
    """Sums of whole numbers, (n,) each, over those of each value."""
    names = {name: code for code, name in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(names.__getitem__, values), np.int64, len(values))
    table = np.zeros((len(names), len(counted)), np.int64)
    for i, numbers in enumerate(counted):  # as floats, exact below 2**53
        table[:, i] = np.bincount(codes, numbers, minlength=len(names))
    return _bounded(dict(zip(names, table, strict=True)))


def _bounded(rows: dict[str | None, NDArray[np.int64]]) -> Tally:
    return Tally({}, overflow=True) if len(rows) > MOST else Tally(rows)
