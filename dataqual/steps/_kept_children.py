"""Children that a survey made, on disk until the step that adds them is called: what was made once is made for good."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.children import Child, Edit, Refusal, Verdict

SCHEMA: dict[str, Any] = {
    "place": pl.UInt64,
    "called": pl.String,
    "asked": pl.Int64,
    "text": pl.Binary,
    "edits": pl.String,
    "similarity": pl.Float64,
    "rule": pl.String,
    "value": pl.Float64,
    "threshold": pl.String,
    "evidence": pl.String,
}
"""One row for every child; `rule` is null of those that were accepted, and these come first of each parent."""


@dataclass(frozen=True)
class Tried:
    """A document that gets children, by its address, what it is called, and what was made of it and judged."""

    place: int
    called: str
    accepted: Sequence[tuple[Child, Verdict]]
    refused: Sequence[tuple[Child, Refusal]]
    asked: int
    """How many children it was to have in all attempts so far."""


class File(NamedTuple):
    """Of a batch in a round, the first being 0."""

    round: int
    batch: int


@dataclass(frozen=True)
class KeptChildren:
    """What was tried, a file for each batch and round; without a folder of the run's own, in one that goes with this object."""

    folder: str
    _held: tempfile.TemporaryDirectory[str] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def at(cls, folder: str | None) -> KeptChildren:
        """In this folder, or in a temporary one."""
        if folder is None:
            held = tempfile.TemporaryDirectory(prefix="dataqual-children-")
            return cls(held.name, held)
        Path(folder).mkdir(parents=True, exist_ok=True)
        return cls(folder)

    def __getstate__(self) -> dict[str, Any]:
        """Sent to another process it names the folder, and does not own it."""
        return {"folder": self.folder, "_held": None}

    def path(self, file: File) -> Path:
        """Where a file lies."""
        return Path(self.folder, f"{file.round:04d}-{file.batch:08d}.arrow")

    def has(self, file: File) -> bool:
        """Whether that batch was done in that round, by this run or by one before it."""
        return self.path(file).is_file()

    def write(self, file: File, tried: Sequence[Tried]) -> None:
        """Keep what was tried; the file is there whole or not at all."""
        rows = [row for one in tried for row in _rows(one)]
        new = self.path(file).with_suffix(".new")
        with new.open("wb") as out:
            pl.DataFrame(rows, schema=SCHEMA, orient="row").write_ipc(out)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self.path(file))

    def table(self, file: File, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows of a file."""
        return pl.read_ipc(self.path(file), columns=list(columns) if columns else None)

    def read(self, file: File) -> Iterator[Tried]:
        """What was tried, in order."""
        for (place, called, asked), rows in groupby(self.table(file).iter_rows(), key=itemgetter(0, 1, 2)):
            accepted: list[tuple[Child, Verdict]] = []
            refused: list[tuple[Child, Refusal]] = []
            for _, _, _, text, edits, similarity, rule, *told in rows:
                child = Child(text.decode(), tuple(Edit(*edit) for edit in json.loads(edits)))
                if rule is None:
                    accepted.append((child, Verdict((), similarity)))
                else:
                    refused.append((child, Refusal(rule, *told)))
            yield Tried(place, called, accepted, refused, asked)

    def texts(self, file: File, rows: NDArray[np.int64] | None = None) -> list[bytes]:
        """The texts of children that were accepted, or of some by their place among these."""
        found = self.table(file, ["text", "rule"]).filter(pl.col("rule").is_null())["text"]
        return (found if rows is None else found.gather(rows)).to_list()


def _rows(tried: Tried) -> Iterator[tuple[Any, ...]]:
    common = tried.place, tried.called, tried.asked
    for child, verdict in tried.accepted:
        yield *common, *_of(child), verdict.similarity, None, None, None, None
    for child, why in tried.refused:
        yield *common, *_of(child), None, why.rule, why.value, why.threshold, why.evidence


def _of(child: Child) -> tuple[bytes, str]:
    edits = [[edit.start, edit.end, edit.replacement, edit.reason] for edit in child.edits]
    return child.text.encode(), json.dumps(edits)
