"""The ledger of a check: a row on every document that is not as expected, with the value and what it should be."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl

from dataqual.catalog import label
from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.images.perceptual import PictureCopies
from dataqual.ledger import SCHEMA, Dropped, rows
from dataqual.near_duplicates import NearCopies
from dataqual.operators import Signal
from dataqual.profiling.table import Addresses
from dataqual.quoting import difference, evidences, replacements
from dataqual.suites.copies import Copies
from dataqual.suites.gauges import Gauge
from dataqual.suites.looking import Looked
from dataqual.writers.appearing import writing

ACTION = "failed"
STEP = "check"


def rows_of(corpus: Corpus, looked: Looked, gauges: Mapping[str, Gauge[Any]]) -> pl.DataFrame:
    """The rows on one batch: for every check each document that is wrong."""
    batch = looked.measured.batch
    found = []
    for name, gauge in gauges.items():
        for judged in gauge.judge(looked):
            if judged.wrong.any():
                values = judged.values[judged.wrong] if judged.values is not None else None
                rule = name if name == judged.rule else f"{name}: {judged.rule}"
                part = batch.where(judged.wrong)
                found.append(Dropped(part, STEP, rule, judged.signal, values, judged.threshold))
    made = rows(
        corpus,
        found,
        batch.unreadable,
        name=_label,
        evidence=evidences,
        difference=difference,
        replacements=replacements,
    )
    return made.with_columns(action=pl.when(pl.col("action") == "dropped").then(pl.lit(ACTION)).otherwise("action"))


def _label(signal: Signal) -> str:
    return label(signal)


class Paper:
    """Rows batch by batch in a folder beside the file, which then appears at once; without an end it leaves nothing."""

    def __init__(self, path: str | Path, corpus: Corpus) -> None:
        self.path = Path(path)
        self._corpus = corpus
        if self.path.suffix != ".parquet":
            raise SpecError(f"--ledger: {path}: a ledger is a .parquet file")
        if corpus.holds(self.path) or self.path.is_dir():
            raise InputError(f"--ledger: {path} is one of the inputs or a folder; choose another name")

    def __enter__(self) -> Paper:
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=".checked-", dir=self.path.parent))
        except OSError as error:
            raise InputError(f"--ledger: {self.path}: cannot be written ({error.strerror})") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_copies(self, copies: NearCopies | PictureCopies, addresses: Addresses, asked: Mapping[str, Copies]) -> None:
        """A row on every copy that one of these checks counts, behind all others."""
        for number, (name, gauge) in enumerate(asked.items()):
            found = list(self._copies(copies, addresses, name, gauge))
            if found:
                frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
                frame.write_parquet(self.folder / f"copies-{gauge.kind}-{number}.parquet", compression="lz4")

    def _copies(
        self, copies: NearCopies | PictureCopies, addresses: Addresses, name: str, gauge: Copies
    ) -> Iterator[dict[str, Any]]:
        copy_of = copies.exact_copy_of if gauge.kind == "exact_copies" else copies.near_copy_of
        empty: dict[str, Any] = dict.fromkeys(SCHEMA)
        for number in np.flatnonzero(copy_of >= 0).tolist():
            (file, record), (other, original) = addresses[number], addresses[int(copy_of[number])]
            exact = gauge.kind == "exact_copies"
            yield empty | {
                "path": self._corpus.files[file].path,
                "record": record,
                "line": record if self._corpus.files[file].format == "jsonl" else None,
                "action": ACTION,
                "step": STEP,
                "rule": name,
                "kept_path": self._corpus.files[other].path,
                "kept_record": original,
                "similarity": 1.0 if exact else float(copies.similarity[number]),
            }

    def publish(self) -> None:
        """Put all rows in the file."""
        parts = sorted(self.folder.glob("*.parquet"))
        target = self.folder / "joined"
        with writing(self.path):
            if parts:
                pl.scan_parquet(parts, glob=False).sink_parquet(target, maintain_order=True)
            else:
                pl.DataFrame(schema=SCHEMA).write_parquet(target)
            target.replace(self.path)
