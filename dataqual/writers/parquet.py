"""Parquet, part by part: the rows of every batch go to disk, and are joined at the end."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from dataqual.corpus import Batch, Corpus
from dataqual.writers.appearing import beside, writing
from dataqual.writers.full_rows import FullRows, schema
from dataqual.writers.writer import Writer


class NewParquet:
    """A parquet file of this `schema` that appears complete or not at all, and never stands in memory."""

    def __init__(self, path: str, schema: dict[str, Any]) -> None:
        self.path = path
        self._schema = schema
        self._folder = beside(path)
        self._parts: list[Path] = []

    def __enter__(self) -> NewParquet:
        with writing(self.path):
            self._folder.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, frame: pl.DataFrame) -> None:
        """More rows; a column of the schema that is missing is null."""
        if not frame.height:
            return
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in self._schema.items() if name not in frame.columns]
        whole = frame.with_columns(missing).select([pl.col(name).cast(dtype) for name, dtype in self._schema.items()])
        part = self._folder / f"{len(self._parts):09d}.parquet"
        with writing(self.path):
            whole.write_parquet(part, compression="lz4", statistics=False)
        self._parts.append(part)

    def finish(self) -> None:
        """Join the parts."""
        joined = self._folder / "joined"
        with writing(self.path):
            if self._parts:
                pl.scan_parquet(self._parts, glob=False).sink_parquet(
                    joined, compression="zstd", compression_level=1, maintain_order=True
                )
            else:
                pl.DataFrame(schema=self._schema).write_parquet(joined)

    def publish(self) -> None:
        """Take the place of whatever had the name."""
        with writing(self.path):
            (self._folder / "joined").replace(Path(self.path).resolve())


class ParquetWriter(Writer):
    """Rows of parquet files and frames as they are."""

    def __init__(self, path: str, corpus: Corpus) -> None:
        self._new = NewParquet(path, schema(corpus))
        self._rows = FullRows(corpus)

    def __enter__(self) -> ParquetWriter:
        self._new.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._new.__exit__(kind, error, trace)

    def encode(self, batch: Batch) -> Batch:
        """As it is: rows come from the file, in order."""
        return batch

    def write(self, encoded: Batch) -> None:
        for frame in self._rows.take(encoded):
            self._new.add(frame)
            self.written += frame.height

    def finish(self) -> None:
        self._new.finish()

    def publish(self) -> None:
        self._new.publish()
