"""What was added, dropped or changed from one version of a corpus to the next, with sums that hold and a table of all changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.drift.pairing import EDITED, KINDS
from dataqual.ledger import addresses, places
from dataqual.readers.paths import readable

COLUMNS: dict[str, Any] = {
    "change": pl.String,
    "moved": pl.Boolean,
    "before_id": pl.String,
    "after_id": pl.String,
    "before_label": pl.String,
    "after_label": pl.String,
    "before_path": pl.String,
    "before_record": pl.Int64,
    "after_path": pl.String,
    "after_record": pl.Int64,
    "similarity": pl.Float64,
}
"""Of the table of changes; docs/compare.md says what stands in them."""


@dataclass(frozen=True, eq=False)
class Changes:
    """How every document of both versions ended; `before = unchanged + relabelled + renamed + edited + dropped`."""

    by: str
    """"id" or "text": what said which document is which, before near copies did."""
    before: int
    after: int
    counts: Mapping[str, int]
    """unchanged, relabelled, renamed, edited, dropped, added."""
    moved: int
    """Of those in both, how many stand elsewhere in the order."""
    notes: Sequence[str]
    """What was decided, and why."""
    pairs: NDArray[np.void] = field(repr=False)
    """Of the type `PAIR`, in the order of the first version."""
    displaced: NDArray[np.bool_] = field(repr=False)
    """(pairs,): which are `moved`."""
    similarity: Mapping[tuple[int, int], float] = field(repr=False)
    """Of edited pairs that near copies told, by their addresses."""
    dropped: NDArray[np.uint64] = field(repr=False)
    added: NDArray[np.uint64] = field(repr=False)
    corpora: tuple[Corpus, Corpus] = field(repr=False)
    labels: Sequence[Mapping[str, Any]] = ()
    """From which label to which, most frequent first: `before`, `after`, `documents`."""

    @property
    def common(self) -> int:
        """Documents that are in both, changed or not."""
        return len(self.pairs)

    def facts(self) -> dict[str, Any]:
        """As plain JSON values, without examples."""
        return {
            "by": self.by,
            "before": self.before,
            "after": self.after,
            "counts": dict(self.counts),
            "moved": self.moved,
            "labels": [dict(row) for row in self.labels],
            "notes": list(self.notes),
        }

    def table(self) -> pl.LazyFrame:
        """A row for each document that is not the same in the same place, in the order of the first version, added ones last."""
        told = (self.pairs["kind"] > 0) | self.displaced
        pairs, gone, new = self.pairs[told], len(self.dropped), len(self.added)
        kinds = np.array(KINDS)[pairs["kind"]]
        before = np.concatenate([pairs["before"], self.dropped])
        none = np.zeros(max(gone, new), np.uint64)
        sides = (
            ("before", np.concatenate([before, none[:new]]), np.repeat([True, False], [len(before), new])),
            (
                "after",
                np.concatenate([pairs["after"], none[:gone], self.added]),
                np.repeat([True, False, True], [len(pairs), gone, new]),
            ),
        )
        last = np.full(new, np.iinfo(np.uint64).max, np.uint64)
        frame = pl.DataFrame(
            [
                pl.Series("change", np.concatenate([kinds, np.repeat(["dropped", "added"], [gone, new])])),
                pl.Series("moved", np.concatenate([self.displaced[told], np.zeros(gone + new, bool)])),
                pl.Series("similarity", self._similarities(pairs) + [None] * (gone + new), pl.Float64),
                pl.Series("_", np.concatenate([before, last])),
            ]
        )
        for (name, address, there), corpus in zip(sides, self.corpora, strict=True):
            frame = frame.with_columns(_side(name, address, there, corpus))
        return frame.lazy().sort("_", maintain_order=True).select(*COLUMNS)

    def _similarities(self, pairs: NDArray[np.void]) -> list[float | None]:
        if not self.similarity:
            return [None] * len(pairs)
        keys = zip(pairs["before"].tolist(), pairs["after"].tolist(), strict=True)
        return [self.similarity.get(key) for key in keys]

    def addresses(self, kind: str) -> NDArray[Any]:
        """Of dropped and added documents (documents,) addresses, of other kinds their pairs."""
        if kind in ("dropped", "added"):
            found: NDArray[Any] = getattr(self, kind)
            return found
        return self.pairs[self.pairs["kind"] == KINDS.index(kind)]


def _side(name: str, address: NDArray[np.uint64], there: NDArray[np.bool_], corpus: Corpus) -> list[pl.Series]:
    """The columns about the documents of one version, (documents,), which are at these addresses where they are `there`."""
    file, record = places(address)
    named = named_of(corpus, address[there])
    paths = [readable(one.path) for one in corpus.files]
    columns = {
        "id": named["id"].to_list(),
        "label": named["label"].to_list(),
        "path": [paths[at] for at in file[there].tolist()],
        "record": record[there].tolist(),
    }
    made = []
    for column, values in columns.items():
        spread = np.full(len(address), None, object)
        spread[there] = values
        made.append(pl.Series(f"{name}_{column}", spread.tolist(), dtype=COLUMNS[f"{name}_{column}"]))
    return made


def named_of(corpus: Corpus, address: NDArray[np.uint64]) -> pl.DataFrame:
    """(addresses,) `id` and `label` of the documents there, null where they have none; the corpus is read once."""
    wanted = np.unique(address)
    found = {role: np.full(len(wanted), None, object) for role in ("id", "label")}
    for batch in corpus.batches() if len(wanted) else ():
        own = addresses(batch.file, batch.record)
        at = np.searchsorted(wanted, own).clip(max=len(wanted) - 1)
        rows = np.flatnonzero(wanted[at] == own)
        for role, values in found.items():
            if role in batch.columns.columns:
                values[at[rows]] = batch.columns[role].gather(rows).to_list()
    place = np.searchsorted(wanted, address)
    return pl.DataFrame({role: pl.Series(values[place].tolist(), dtype=pl.String) for role, values in found.items()})


def edited(pairs: NDArray[np.void]) -> NDArray[np.void]:
    """The pairs whose texts differ."""
    return pairs[pairs["kind"] == EDITED]
