"""The second pass: every record goes to its part, and the ledger says which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus, Progress, Unreadable
from dataqual.engine import Local
from dataqual.errors import InputError
from dataqual.readers import ReadCount
from dataqual.splitting.shares import Splitting
from dataqual.splitting.surveying import CHANGED, Found
from dataqual.unfinished import PART, Unfinished
from dataqual.writers import NewParquet, Writer
from dataqual.writers.writer import Lines, Wanted

SCHEMA: dict[str, Any] = {
    "path": pl.String,
    "record": pl.Int64,
    "id": pl.String,
    "part": pl.String,
    "cluster": pl.Int64,
    "stratum": pl.String,
    "unreadable": pl.String,
    "files": pl.String,
}
"""The columns of a split's ledger; docs/split.md says what stands in them."""


@dataclass
class Writing:
    """The second pass: every record goes to its part."""

    corpus: Corpus
    how: Splitting
    found: Found
    writers: Sequence[Writer]
    paper: NewParquet
    unfinished: Unfinished
    batches: int = 0
    count: ReadCount = field(default_factory=ReadCount)

    def go_on(self, state: Mapping[str, Any]) -> int:
        """Begin behind what a run had done when it marked this; how many records those were."""
        self.batches, self.count = state["batches"], state["count"]
        return self.count.documents + self.count.unreadable

    def go(self, engine: Local, progress: Progress | None) -> None:
        """All batches, in order; InputError where they are not those of the first pass."""
        chunks = islice(self.corpus.chunks(), self.batches, None)
        with closing(engine.map(self._look, chunks)) as results:
            for done, documents, unreadable, encoded, ledger in results:
                self._take(documents, unreadable, encoded, ledger)
                if progress is not None:
                    progress(self.count.documents, done, self.corpus.size)
        self.unfinished.settle()
        self._check()

    def _take(
        self, documents: int, unreadable: Sequence[Unreadable], encoded: Sequence[Lines | Wanted], ledger: pl.DataFrame
    ) -> None:
        for writer, records in zip(self.writers, encoded, strict=True):
            writer.write(records)
        self.paper.add(ledger)
        self.count.add(documents, unreadable)
        self.batches += 1
        if self.batches % PART == 0:
            marks = {"writers": [writer.mark() for writer in self.writers], "ledger": self.paper.mark()}
            state = marks | {"batches": self.batches, "count": self.count}
            self.unfinished.mark(state, [*self.writers, self.paper])

    def _look(self, chunk: Chunk) -> tuple[int, int, Sequence[Unreadable], list[Lines | Wanted], pl.DataFrame]:
        batch = self.corpus.parse(chunk)
        rows = self.found.rows(batch)
        part = self.found.part[rows]
        encoded = [writer.encoder(batch.where(part == number)) for number, writer in enumerate(self.writers)]
        return chunk.done, len(batch), batch.unreadable, encoded, self._ledger(batch, rows)

    def _ledger(self, batch: Batch, rows: NDArray[np.int64]) -> pl.DataFrame:
        """A row for every document, and one for every record that could not be read."""
        found = self.found
        paths = pl.Series([file.path for file in self.corpus.files], dtype=pl.String)
        cluster = pl.Series(found.cluster[rows])
        frame = pl.DataFrame(
            {
                "path": paths[batch.file],
                "record": batch.record,
                "id": batch.columns["id"]
                if "id" in batch.columns.columns
                else pl.Series([None] * len(batch), dtype=pl.String),
                "part": pl.Series(self.how.names, dtype=pl.String)[found.part[rows]],
                "cluster": cluster.set(cluster == 0, None),
                "stratum": pl.Series(found.strata, dtype=pl.String)[found.stratum[rows]] if found.strata else None,
                "unreadable": None,
                "files": self._files,
            },
            schema=SCHEMA,
        )
        bad = [
            {
                "path": self.corpus.files[bad.file].path,
                "record": bad.record,
                "unreadable": bad.kind,
                "files": self._files,
            }
            for bad in batch.unreadable
        ]
        if not bad:
            return frame
        both = pl.concat([frame, pl.DataFrame(bad, schema=SCHEMA)])
        files = np.concatenate([batch.file, [bad.file for bad in batch.unreadable]])
        return both[np.lexsort((both["record"].to_numpy(), files))]

    @property
    def _files(self) -> str:
        """All parts, by file name, that of a part in several without their numbers: a later split into the same folder
        knows by it which files are of this one."""
        return "/".join(Path(writer.path).name for writer in self.writers)

    def _check(self) -> None:
        """The sums must come out even, and as they did the first time."""
        count, first = self.count, self.found.count
        parts = {name: writer.written for name, writer in zip(self.how.names, self.writers, strict=True)}
        if count.documents != sum(parts.values()):
            raise AssertionError(f"{count.documents} documents read, but {parts} written")
        if (count.documents, count.unreadable) != (first.documents, first.unreadable):
            raise InputError(CHANGED)
