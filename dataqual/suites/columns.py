"""Gauges of a column: what is null, what a value must be, what is there twice, and numbers over all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.document_sample import priorities
from dataqual.examples import KEPT
from dataqual.ledger import addresses, places
from dataqual.suites.conditions import Condition, is_null, key
from dataqual.suites.estimates import Estimate, Known, Mean, Proportion
from dataqual.suites.gauges import Gauge, Judged, Shown, Sight
from dataqual.suites.looking import Looked, Table

Ranked = tuple[tuple[int, int, int, Any], ...]
"""(priority, file, record, value) of a few values, the lowest first."""

STATISTICS = ("mean", "median", "min", "max", "total", "deviation", "distinct", "distinct_share")
"""What can be asked of a whole column, beside quantiles."""


@dataclass(frozen=True)
class Counted:
    """How many are wrong of how many, and a few of them."""

    wrong: int = 0
    n: int = 0
    few: Ranked = ()


class ColumnGauge(Gauge[Any]):
    """A gauge that looks at records, whether or not they are documents."""

    documents: ClassVar[bool] = False
    of: ClassVar[str] = "values"
    column: str

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.column,)


@dataclass(frozen=True)
class NotNull(ColumnGauge):
    """The share of records in which a column is not null; with `wrong` of those in which it is."""

    column: str
    wrong: bool = False
    of: ClassVar[str] = "records"

    def measure(self, looked: Looked) -> Counted:
        found = Counted()
        for table in looked.tables:
            there = np.zeros(len(table), bool)
            there[table.present(self.column)[0]] = True
            rows = np.flatnonzero(~there)
            found = _both(found, Counted(len(rows), len(table), _few(table, rows, [None] * len(rows))))
        return found

    def merge(self, first: Counted, second: Counted) -> Counted:
        return _both(first, second)

    def read(self, state: Counted) -> Sight:
        hits = state.wrong if self.wrong else state.n - state.wrong
        return Sight(Proportion(hits, state.n), _shown(state.few), state.wrong)

    def judge(self, looked: Looked) -> Iterator[Judged]:
        yield _judged(looked, f"{self.column} null", "not null", self.column, None)


@dataclass(frozen=True)
class Meets(ColumnGauge):
    """The share of values that are not null and meet a condition, of those that are not null."""

    column: str
    condition: Condition

    def measure(self, looked: Looked) -> Counted:
        found = Counted()
        for table in looked.tables:
            rows, values = table.present(self.column)
            wrong = np.flatnonzero(~self.condition.accept(values, table.loose))
            few = _few(table, rows[wrong], [values[at] for at in wrong.tolist()])
            found = _both(found, Counted(len(wrong), len(values), few))
        return found

    def merge(self, first: Counted, second: Counted) -> Counted:
        return _both(first, second)

    def read(self, state: Counted) -> Sight:
        return Sight(Proportion(state.n - state.wrong, state.n), _shown(state.few), state.wrong)

    def judge(self, looked: Looked) -> Iterator[Judged]:
        yield _judged(looked, self.column, str(self.condition), self.column, self.condition)


@dataclass(frozen=True)
class Unique(ColumnGauge):
    """The share of values that occur once, of those that are not null: of two equal ones neither counts.

    Of several columns the combination counts, but where all of them are null. Costs 16 bytes per record; values are told by
    64 bits of a hash, so that of 100 million different ones two are taken for equal with a chance of 1 in 4,000.
    """

    combined: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.combined

    def measure(self, looked: Looked) -> tuple[tuple[Any, Any], ...]:
        found = []
        for table in looked.tables:
            if len(self.combined) == 1:
                rows, values = table.present(self.combined[0])
            else:
                together = list(zip(*(table.columns[name] for name in self.combined), strict=True))
                rows = np.array([at for at, row in enumerate(together) if not all(map(is_null, row))], np.int64)
                values = [together[at] for at in rows.tolist()]
            if len(rows):
                found.append((_hashes(values), addresses(np.full(len(rows), table.file), table.record[rows])))
        return tuple(found)

    def merge(self, first: Any, second: Any) -> Any:
        return first + second

    def read(self, state: tuple[tuple[Any, Any], ...]) -> Sight:
        if not state:
            return Sight(Proportion(0, 0), (), 0)
        hashes, where = (np.concatenate(part) for part in zip(*state, strict=True))
        _, first, inverse, counts = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
        twice = counts[inverse] > 1
        later = np.flatnonzero(twice & (first[inverse] != np.arange(len(hashes))))[:KEPT]
        shown = []
        for at in later.tolist():
            (file, before), (record, line) = places(where[[at, first[inverse[at]]]])
            note = f"the same value as in record {line}" + ("" if file == before else " of another file")
            shown.append(Shown(int(file), int(record), None, note=note))
        return Sight(Proportion(len(hashes) - int(twice.sum()), len(hashes)), shown, int(twice.sum()))


@dataclass(frozen=True)
class OfColumn(ColumnGauge):
    """A number over the values of a column that are not null: one of `STATISTICS`, or a quantile from 0 to 1.

    As pandas has it: the deviation is of a sample (n - 1), a quantile is the nearest value. What is no number is an
    error of the check, for a mean of some values only would be none of the column. Costs 8 bytes per record.
    """

    column: str
    statistic: str | float

    def measure(self, looked: Looked) -> tuple[tuple[NDArray[Any], ...], int]:
        arrays: list[NDArray[Any]] = []
        strange = 0
        for table in looked.tables:
            values = table.present(self.column)[1]
            if self.statistic in ("distinct", "distinct_share"):
                arrays.append(_hashes(values))
                continue
            found = _numbers(values, table.loose)
            strange += len(values) - len(found)
            arrays.append(found)
        return tuple(arrays), strange

    def merge(self, first: Any, second: Any) -> Any:
        return first[0] + second[0], first[1] + second[1]

    def read(self, state: Any) -> Sight:
        arrays, strange = state
        if self.statistic in ("distinct", "distinct_share"):
            hashes = np.concatenate([np.zeros(0, np.uint64), *arrays])
            distinct, n = len(np.unique(hashes)), len(hashes)
            value = distinct if self.statistic == "distinct" else distinct / n if n else None
            return Sight(Known(value, n))
        numbers = np.concatenate([np.zeros(0), *arrays])
        if strange:
            return Sight(Known(None, 0), detail={"why": f"{strange:,} of the values are no numbers"})
        return Sight(self._estimate(numbers))

    def _estimate(self, numbers: NDArray[np.float64]) -> Estimate:
        n = len(numbers)
        if not n or (self.statistic == "deviation" and n < 2):
            return Known(None, n)
        if self.statistic == "mean":
            return Mean(float(numbers.mean()), float(numbers.std(ddof=1)) if n > 1 else 0.0, n)
        if isinstance(self.statistic, float):
            return Known(float(np.quantile(numbers, self.statistic, method="nearest")), n)
        found: dict[str, Any] = {
            "median": np.median,
            "min": np.min,
            "max": np.max,
            "total": np.sum,
            "deviation": lambda values: np.std(values, ddof=1),
        }
        return Known(float(found[self.statistic](numbers)), n)


@dataclass(frozen=True)
class Present(Gauge[dict[str, None]]):
    """Which of these columns the records have, and with `exactly` no others, with `ordered` in this order."""

    wanted: tuple[str, ...]
    exactly: bool = False
    ordered: bool = False
    documents: ClassVar[bool] = False
    listed: ClassVar[bool] = True
    of: ClassVar[str] = "columns"

    def measure(self, looked: Looked) -> dict[str, None]:
        return dict.fromkeys(name for table in looked.tables for name in table.names)

    def merge(self, first: dict[str, None], second: dict[str, None]) -> dict[str, None]:
        return first | second

    def read(self, state: dict[str, None]) -> Sight:
        """The share of the wanted columns that are there; 0 where others are, or the order is another, and must not."""
        there = [name for name in self.wanted if name in state]
        missing = [name for name in self.wanted if name not in state]
        more = [name for name in state if name not in self.wanted]
        why = [f"missing: {', '.join(missing)}"] if missing else []
        why += [f"not wanted: {', '.join(more)}"] if more and self.exactly else []
        if self.ordered and not missing and [name for name in state if name in self.wanted] != list(self.wanted):
            why.append(f"the order is {', '.join(state)}")
        hits = len(there) if not why or missing else 0
        return Sight(Known(hits / len(self.wanted), len(self.wanted)), detail={"why": "; ".join(why)} if why else {})


@dataclass(frozen=True)
class HowMany(Gauge[int]):
    """How many records, or with `columns_of` columns, there are."""

    columns_of: bool = False
    documents: ClassVar[bool] = False
    listed: ClassVar[bool] = True
    of: ClassVar[str] = "records"

    def measure(self, looked: Looked) -> Any:
        names = dict.fromkeys(name for table in looked.tables for name in table.names)
        return names if self.columns_of else sum(map(len, looked.tables))

    def merge(self, first: Any, second: Any) -> Any:
        return first | second if self.columns_of else first + second

    def read(self, state: Any) -> Sight:
        found = len(state) if self.columns_of else state
        return Sight(Known(found, found))


def _both(first: Counted, second: Counted) -> Counted:
    few = tuple(sorted((*first.few, *second.few), key=lambda one: one[:3])[:KEPT])
    return Counted(first.wrong + second.wrong, first.n + second.n, few)


def _few(table: Table, rows: NDArray[np.int64], values: Sequence[Any]) -> Ranked:
    """Those of the lowest priority, which depends on the address alone."""
    if not len(rows):
        return ()
    record = table.record[rows]
    drawn = priorities(np.full(len(rows), table.file, np.int32), record)
    order = np.argsort(drawn)[:KEPT].tolist()
    return tuple((int(drawn[at]), table.file, int(record[at]), values[at]) for at in order)


def _shown(few: Ranked) -> list[Shown]:
    return [Shown(file, record, value) for _, file, record, value in few]


def _judged(looked: Looked, rule: str, threshold: str, column: str, condition: Condition | None) -> Judged:
    """Which documents come from records whose value is wrong; records that are no documents are in no ledger of them."""
    wrong: set[tuple[int, int]] = set()
    for table in looked.tables:
        rows, values = table.present(column)
        if condition is None:
            bad = np.setdiff1d(np.arange(len(table)), rows)
        else:
            bad = rows[~condition.accept(values, table.loose)]
        wrong.update((table.file, record) for record in table.record[bad].tolist())
    batch = looked.measured.batch
    places_of = zip(batch.file.tolist(), batch.record.tolist(), strict=True)
    return Judged(rule, None, threshold, np.array([place in wrong for place in places_of], bool), None)


def _numbers(values: Sequence[Any], loose: bool) -> NDArray[np.float64]:
    """Those of the values that are numbers; a truth value is 0 or 1, as in pandas."""
    if loose and all(isinstance(value, str) for value in values):
        found = pl.Series(values, dtype=pl.String).cast(pl.Float64, strict=False).drop_nulls()
        return found.to_numpy()
    return np.array([v for v in values if isinstance(v, int | float | np.number | np.bool_)], np.float64)


def _hashes(values: Sequence[Any]) -> NDArray[np.uint64]:
    """64 bits of each value, the same in every process; equal values have equal ones."""
    return pl.Series([_spelled(value) for value in values], dtype=pl.String).hash(0).to_numpy()


def _spelled(value: Any) -> str:
    """A string for each value, one for all that Python holds for equal.

    >>> _spelled(1) == _spelled(1.0) == _spelled(True), _spelled("1") == _spelled(1)
    (True, False)
    """
    if isinstance(value, str):
        return "s" + value.encode("utf-8", "replace").decode() if not value.isascii() else "s" + value
    if isinstance(value, bool | int | float | np.number | np.bool_):
        number = value.item() if isinstance(value, np.generic) else value
        return f"n{int(number)}" if not isinstance(number, float) or number.is_integer() else f"n{number!r}"
    return f"o{key(value)!r}"
