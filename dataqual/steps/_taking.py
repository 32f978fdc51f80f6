"""What the steps `sample` and `rebalance` share: so many documents of each kind, those whose hashes are smallest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.drawing import document_keys
from dataqual.errors import UnknownColumn
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step

By = Literal["group", "label"]
Value = str | None
"""Of a group or label; None for the documents without one, and for all where nothing is told apart."""

Keys = NDArray[np.uint64]


@dataclass
class Tally:
    """How many documents there are of a value, and the smallest of their keys, `limit` at most."""

    limit: int
    count: int = 0
    parts: list[Keys] = field(default_factory=list)
    held: int = 0

    def add(self, keys: Keys) -> None:
        """More documents; twice the limit are held at most, so that a key costs a comparison or two."""
        self.count += len(keys)
        self.parts.append(keys)
        self.held += len(keys)
        if self.held > 2 * self.limit:
            self.parts = [self.smallest(self.limit)]
            self.held = self.limit

    def smallest(self, n: int) -> Keys:
        """The `n` smallest keys, which are `limit` at most, in no order."""
        keys = np.concatenate([np.zeros(0, np.uint64), *self.parts])
        return np.partition(keys, n - 1)[:n] if 0 < n < len(keys) else keys[: n or 0]


def tallied(
    corpus: Corpus, engine: Engine, step: str, by: By | None, seed: int, limit: int | None = None
) -> dict[Value, Tally]:
    """Every value of a corpus, in the order in which they come; UnknownColumn where it has no such column."""
    if by is not None and by not in corpus.columns.extras():
        raise UnknownColumn(f"{step}: by is {by}, but the corpus has no {by}; name its column with --{by}")

    def look(chunk: Chunk) -> list[tuple[Value, Keys]]:
        batch = corpus.parse(chunk)
        keys = document_keys(batch.file, batch.record, step, seed)
        return [(value, keys[rows]) for value, rows in kinds(batch, by)]

    found: dict[Value, Tally] = {}
    for parts in engine.map(look, corpus.chunks()):
        for value, keys in parts:
            found.setdefault(value, Tally(np.iinfo(np.int64).max // 2 if limit is None else limit)).add(keys)
    return found


def kinds(batch: Batch, by: By | None) -> Iterator[tuple[Value, NDArray[np.int64]]]:
    """The values in a batch, in the order in which they come, each with its rows."""
    if by is None or not len(batch):
        yield from [(None, np.arange(len(batch)))] if len(batch) else []
        return
    rows: dict[Value, list[int]] = {}
    for row, value in enumerate(batch.columns[by].to_list()):
        rows.setdefault(value, []).append(row)
    for value, own in rows.items():
        yield value, np.array(own, np.int64)


@dataclass(frozen=True)
class Quota:
    """How many of how many stay, and the largest key among them; -1 where none stays."""

    stay: int
    count: int
    largest: int

    @classmethod
    def of(cls, tally: Tally, stay: int) -> Quota:
        """Those of the smallest keys."""
        keys = tally.smallest(min(stay, tally.count))
        return cls(len(keys), tally.count, int(keys.max()) if len(keys) else -1)


@dataclass(frozen=True, eq=False)
class Taken(Step):
    """Drop of each value the documents beyond its quota; what has none stays. Copies of an address go or stay with it."""

    step: str
    by: By | None
    seed: int
    quotas: Mapping[Value, Quota]
    remark: str = ""

    def __call__(self, batch: Batch) -> tuple[Batch, list[Dropped]]:
        stays = np.ones(len(batch), bool)
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        dropped = []
        for value, rows in kinds(batch, self.by):
            quota = self.quotas.get(value)
            if quota is None or quota.stay == quota.count:
                continue
            goes = rows[keys[rows] > np.uint64(quota.largest)] if quota.stay else rows
            if len(goes):
                stays[goes] = False
                dropped.append(Dropped(batch.take(goes), self.step, self.step, threshold=self._said(value, quota)))
        return batch.where(stays), dropped

    def _said(self, value: Value, quota: Quota) -> str:
        kind = "" if self.by is None else f"no {self.by}: " if value is None else f"{self.by} {value!r}: "
        return f"{kind}{quota.stay:,} of {quota.count:,}{self.remark}"
