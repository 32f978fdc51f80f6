"""What steps did to a corpus, gathered batch by batch in bounded room: sums, reasons with examples, costs by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.catalog import label
from dataqual.corpus import Address, Batch, Corpus
from dataqual.document_sample import priorities
from dataqual.ledger import Added, Change, Dropped, Refused, addresses
from dataqual.sketch import Sketch
from dataqual.views import view_of

MOST = 100_000
"""A column with more values than this names documents, not groups; counting it would have no bound."""

SUMS = ("documents", "bytes", "characters")
COUNTS = ("documents", "dropped", "edited", "added", "characters", "characters_after")
"""What is counted per group, before the documents that each rule dropped."""

Reason = tuple[str, str, str]
"""(action, step, rule), as in the ledger."""


@dataclass(frozen=True)
class Shown:
    """One document to which something was done, with enough of its text to see why."""

    priority: int
    file: int
    record: int
    id: str | None
    value: float | None
    text: str
    cut: bool
    """Whether the document goes on before or after `text`."""
    marks: tuple[tuple[int, int, str], ...] = ()
    """Where in `text` the reason stands."""
    after: str | None = None
    """Of an edit, what stands there now; None where the change itself must not be shown."""
    edits: tuple[tuple[int, int, str], ...] = ()
    """Of what was made of the document by edits that are known, start, end and replacement of each, in characters of `text`."""
    original: Address | None = None
    """Of a copy, where what was kept in its place is; None where that is no document of this corpus."""
    similarity: float | None = None
    seen: str | None = None
    """Of a child that was refused, what the rule saw, such as the words that are opposites."""
    picture: str | None = None
    """Of a picture, a thumbnail as the address of an image: as it came, or that of the parent."""
    picture_after: str | None = None
    """Of one that was edited or made, how it is now."""

    @property
    def order(self) -> tuple[int, int, int]:
        """Chance by hash of the address: the lowest of a corpus are the same whatever the batches."""
        return self.priority, self.file, self.record


@dataclass(frozen=True, eq=False)
class Told:
    """What was done for one reason."""

    documents: int
    characters: int
    """Of these documents, as they came."""
    values: Sketch | None
    signal: str | None
    """Its name and parameters, not the signal itself: that may hold all that a corpus is compared with."""
    unit: str
    threshold: str | None
    examples: tuple[Shown, ...]
    most: int
    """Examples that are shown."""

    def merge(self, other: Told) -> Told:
        """What was done for it in both."""
        values = self.values.merge(other.values) if self.values and other.values else self.values or other.values
        return Told(
            self.documents + other.documents,
            self.characters + other.characters,
            values,
            self.signal,
            self.unit,
            self.threshold,
            tuple(sorted(self.examples + other.examples, key=lambda shown: shown.order)[: self.most]),
            self.most,
        )


@dataclass(frozen=True, eq=False)
class Costs:
    """Per value of a column: `COUNTS`, then documents dropped by each rule; nothing once there are too many values."""

    rows: Mapping[str | None, NDArray[np.int64]]
    overflow: bool = False

    def merge(self, other: Costs) -> Costs:
        """Those of both."""
        if self.overflow or other.overflow:
            return Costs({}, overflow=True)
        rows = dict(self.rows)
        for name, numbers in other.rows.items():
            rows[name] = rows[name] + numbers if name in rows else numbers
        return Costs({}, overflow=True) if len(rows) > MOST else Costs(rows)


@dataclass(frozen=True, eq=False)
class Effects:
    """A monoid: merging those of any split of the corpus, in order, gives those of the whole."""

    before: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(SUMS), np.int64))
    after: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(SUMS), np.int64))
    """`SUMS`, of the text alone."""
    reasons: Mapping[Reason, Told] = field(default_factory=dict)
    costs: Mapping[str, Costs] = field(default_factory=dict)

    def merge(self, other: Effects) -> Effects:
        """Those of both."""
        return Effects(
            self.before + other.before,
            self.after + other.after,
            _merged(self.reasons, other.reasons, Told.merge),
            _merged(self.costs, other.costs, Costs.merge),
        )


def _merged(first: Mapping[Any, Any], second: Mapping[Any, Any], merge: Callable[[Any, Any], Any]) -> dict[Any, Any]:
    return {**first, **{key: merge(first[key], item) if key in first else item for key, item in second.items()}}


@dataclass(frozen=True)
class Accounting:
    """Looks at a batch as it came and as it is left; pure, in any thread or process."""

    rules: tuple[str, ...]
    roles: tuple[str, ...]
    """Columns by which documents are grouped, beside their script."""
    files: tuple[str, ...] = ()
    """Names of the files, where they are the groups."""

    @classmethod
    def of(cls, corpus: Corpus, rules: Sequence[str]) -> Accounting:
        """Groups and labels that the corpus has; its files where there are several and no groups."""
        roles = tuple(role for role in ("group", "label") if getattr(corpus.columns, role) is not None)
        names = tuple(file.path for file in corpus.files)
        return cls(tuple(rules), roles, names if len(names) > 1 and "group" not in roles else ())

    def __call__(self, batch: Batch, left: Batch, changes: Sequence[Change]) -> Effects:
        """What `changes` did to `batch`, so that `left` is left."""
        places = addresses(batch.file, batch.record)
        before = view_of(batch).lengths(batch)
        stays = np.searchsorted(places, addresses(left.file, left.record))
        after = _characters(left, before[stays])
        parts = [(part, np.searchsorted(places, addresses(part.batch.file, part.batch.record))) for part in changes]
        table = self._table(before, np.bincount(stays, after, len(batch)), left, stays, parts)
        reasons: dict[Reason, Told] = {}
        for part, rows in parts:
            told = _told(part, int(before[rows].sum()))
            reason = (type(part).__name__.lower(), part.step, part.rule)
            reasons[reason] = reasons[reason].merge(told) if reason in reasons else told
        return Effects(
            np.array([len(batch), view_of(batch).bytes(batch), before.sum()], np.int64),
            np.array([len(left), view_of(left).bytes(left), after.sum()], np.int64),
            reasons,
            {role: self._costs(names, codes, table) for role, names, codes in self._groups(batch)},
        )

    def _table(
        self,
        before: NDArray[np.int64],
        after: NDArray[Any],
        left: Batch,
        stays: NDArray[np.int64],
        parts: Sequence[tuple[Change, NDArray[np.int64]]],
    ) -> dict[int, NDArray[Any]]:
        """Per document of the batch what is to be summed by group; columns that are all zero are left out."""
        n = len(before)
        table: dict[int, NDArray[Any]] = {0: np.ones(n, np.int64), 4: before, 5: after}
        if left.edited is not None:
            table[2] = np.bincount(stays[left.edited & ~left.made], minlength=n)
        for part, rows in parts:
            hits = np.bincount(rows, minlength=n)
            columns = [3] if isinstance(part, Added) else []
            if isinstance(part, Dropped):
                columns = [1, *(len(COUNTS) + at for at, rule in enumerate(self.rules) if rule == part.rule)]
            for column in columns:
                table[column] = table[column] + hits if column in table else hits
        return table

    def _costs(self, names: Sequence[str | None], codes: NDArray[Any], table: Mapping[int, NDArray[Any]]) -> Costs:
        sums = np.zeros((len(names), len(COUNTS) + len(self.rules)), np.int64)
        for column, numbers in table.items():  # as floats, exact below 2**53
            sums[:, column] = np.bincount(codes, numbers, minlength=len(names))
        return Costs(dict(zip(names, sums, strict=True)))

    def _groups(self, batch: Batch) -> Iterator[tuple[str, Sequence[str | None], NDArray[Any]]]:
        """Each grouping: what it is called, its values in this batch, and which of them each document has."""
        for role in self.roles:
            values = batch.columns[role]
            names = values.unique(maintain_order=True)
            numbered = values.replace_strict(names, pl.int_range(len(names), eager=True), return_dtype=pl.Int64)
            yield role, names.to_list(), numbered.to_numpy()
        yield from view_of(batch).groups(batch, self.files)


def _characters(left: Batch, before: NDArray[np.int64]) -> NDArray[np.int64]:
    """Characters, or pixels, of what is left; only what was edited is counted again."""
    if left.edited is None or not left.edited.any():
        return before
    counts = before.copy()
    edited = left.take(np.flatnonzero(left.edited))
    counts[left.edited] = view_of(edited).lengths(edited)
    return counts


def _told(part: Change, characters: int) -> Told:
    values = part.values
    if isinstance(part, Refused) and values is not None:
        values = None if np.isnan(values).all() else values[~np.isnan(values)]
    hashed = priorities(part.batch.file, part.batch.record)
    rows = view_of(part.batch).drawn(part, hashed)
    known = part.batch.columns["id"].to_list() if "id" in part.batch.columns.columns else [None] * len(part)
    ids = [known[row] for row in rows.tolist()]
    signal = part.signal if isinstance(part, Dropped) else None
    return Told(
        len(part),
        characters,
        Sketch.of(values) if values is not None else None,
        label(signal) if signal is not None else None,
        signal.unit if signal is not None else "",
        part.threshold if isinstance(part, Dropped | Refused) else None,
        tuple(
            sorted(
                (_shown(part, int(row), int(hashed[row]), id) for row, id in zip(rows, ids, strict=True)),
                key=lambda shown: shown.order,
            )
        ),
        view_of(part.batch).shown,
    )


def _shown(part: Change, row: int, priority: int, id: str | None) -> Shown:
    values = part.values
    return Shown(
        priority=priority,
        file=int(part.batch.file[row]),
        record=int(part.batch.record[row]),
        id=id,
        value=float(values[row]) if values is not None and not np.isnan(values[row]) else None,
        seen=part.evidence[row] if isinstance(part, Refused) and part.evidence and part.before is not None else None,
        **view_of(part.batch).example(part, row),
    )
