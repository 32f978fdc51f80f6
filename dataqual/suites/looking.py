"""What the checks look at: a batch of documents, measured once for all of them, and the records it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import NoneType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.columns import as_string, look_up
from dataqual.corpus import Chunk, Corpus
from dataqual.measured import Measured
from dataqual.suites.conditions import is_null

STRINGS_ALONE = ("csv", "tsv")
"""Formats in which every value is a string."""

PLAIN = {str, int, bool, list, dict}
"""Types of which no value is null."""


@dataclass(frozen=True, eq=False)
class Table:
    """Values of some columns of sound records of one file, whether or not they are documents; nulls are None."""

    file: int
    record: NDArray[np.int64]
    columns: dict[str, list[Any]]
    names: tuple[str, ...]
    """All columns that the records have, in the order in which they came first."""
    loose: bool
    """Whether all values are strings, for the format has no other types."""
    _present: dict[str, tuple[NDArray[np.int64], list[Any]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.record)

    def present(self, column: str) -> tuple[NDArray[np.int64], list[Any]]:
        """Rows in which the column is not null, and its values there."""
        if column not in self._present:
            values = self.columns[column]
            if set(map(type, values)) <= PLAIN | {NoneType}:
                rows = [row for row, value in enumerate(values) if value is not None]
            else:
                rows = [row for row, value in enumerate(values) if not is_null(value)]
            self._present[column] = np.array(rows, np.int64), [values[row] for row in rows]
        return self._present[column]

    def where(self, rows: NDArray[np.int64]) -> Table:
        """Only these rows."""
        chosen = {name: [values[row] for row in rows.tolist()] for name, values in self.columns.items()}
        return Table(self.file, self.record[rows], chosen, self.names, self.loose)


class Part(Measured):
    """Some rows of what was measured: signals are those of the whole, so each is still measured once."""

    def __init__(self, whole: Measured, rows: NDArray[np.int64]) -> None:
        super().__init__(whole.batch.take(rows))
        self._whole, self._rows = whole, rows

    def __getitem__(self, signal: Any) -> NDArray[Any]:
        values: NDArray[Any] = self._whole[signal][self._rows]
        return values


@dataclass(frozen=True, eq=False)
class Looked:
    """What the checks see of one batch."""

    measured: Measured
    tables: Sequence[Table]

    def groups(self, role: str, column: str) -> Iterable[tuple[str | None, Looked]]:
        """What there is of each group, the value of `column`, which has this role."""
        values = self.measured.batch.columns.get_column(role, default=pl.Series([], dtype=pl.String))
        keys = [[*map(as_string, table.columns[column])] if column in table.columns else [] for table in self.tables]
        for name in dict.fromkeys(chain(values.to_list(), *keys)):
            rows = np.flatnonzero((values.is_null() if name is None else values.eq(name).fill_null(False)).to_numpy())
            tables = [
                table.where(np.array([row for row, value in enumerate(found) if value == name], np.int64))
                for table, found in zip(self.tables, keys, strict=True)
            ]
            yield name, Looked(Part(self.measured, rows), tables)


def tables(corpus: Corpus, chunk: Chunk, names: Sequence[str], *, listed: bool = False) -> list[Table]:
    """The values of these columns in a chunk, a table for every piece; `listed`: all names of columns are wanted."""
    if not names and not listed:
        return []
    found = []
    for piece in chunk.pieces:
        records = list(corpus.records(piece))
        columns = {name: [value_at(record, name) for _, record in records] for name in names}
        every = dict.fromkeys(piece.header)
        if listed:
            for _, record in records:
                every.update(dict.fromkeys(map(str, record)))
        numbers = np.array([number for number, _ in records], np.int64)
        loose = corpus.files[piece.file].format in STRINGS_ALONE
        found.append(Table(piece.file, numbers, columns, tuple(every), loose))
    return found


def value_at(record: Any, name: str) -> Any:
    """The value of a column, dotted or not; None where the record has none.

    >>> value_at({"a": {"b": 1}}, "a.b"), value_at({"a": [2]}, "a.0"), value_at({}, "a")
    (1, 2, None)
    """
    try:
        return look_up(record, name)
    except KeyError:
        return None
