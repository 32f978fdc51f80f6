"""Parquet and arrow, part by part: the rows of every batch go to disk, and are joined at the end."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from dataqual.corpus import Corpus
from dataqual.writers.appearing import appear, beside, on_the_disk_of, writing
from dataqual.writers.full_rows import FullRows, schema
from dataqual.writers.writer import Rows, Wanted, Writer

HELD = 1 << 20
"""Bytes of rows that are gathered before they become a part: a ledger has few of each batch, and a part takes 3 ms."""


class NewParquet:
    """A file of `kind` and this `schema` that appears complete or not at all, and never stands in memory.

    With `place` its parts gather in that folder, which is somebody else's to take away; the first `parts` of them stay.
    A `private` one nobody but its owner may read.
    """

    def __init__(
        self,
        path: str,
        schema: dict[str, Any],
        *,
        place: Path | None = None,
        parts: int = 0,
        kind: str = "parquet",
        private: bool = False,
    ) -> None:
        self.path = path
        self._kind = kind
        self._private = private
        self._schema = schema
        self._own = place is None
        self._folder = place or beside(path)
        self._parts = [self._part(number) for number in range(parts)]
        self._held: list[pl.DataFrame] = []
        self._safe = self._marked = parts
        self._joined = self._folder / "joined"

    def __enter__(self) -> NewParquet:
        with writing(self.path):
            self._folder.mkdir(mode=0o700 if self._private else 0o777, exist_ok=not self._own)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._joined.parent != self._folder:
            self._joined.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        """Bytes of the parts."""
        self._put_down()
        return sum(part.stat().st_size for part in self._parts)

    def add(self, frame: pl.DataFrame) -> None:
        """More rows; a column of the schema that is missing is null."""
        if not frame.height:
            return
        if list(frame.schema.items()) != list(self._schema.items()):
            types = self._schema.items()
            missing = [pl.lit(None, dtype).alias(name) for name, dtype in types if name not in frame.columns]
            frame = frame.with_columns(missing).select([pl.col(name).cast(dtype) for name, dtype in types])
        self._held.append(frame)
        if sum(held.estimated_size() for held in self._held) >= HELD:
            self._put_down()

    def _put_down(self) -> None:
        """What is held becomes a part."""
        if not self._held:
            return
        part = self._part(len(self._parts))
        with writing(self.path):
            pl.concat(self._held).write_parquet(part, compression="lz4", statistics=False)
        self._parts.append(part)
        self._held.clear()

    def mark(self) -> int:
        """How many parts are on the disk after `sync`, all that were added: a place from which another run can go on."""
        self._put_down()
        self._marked = len(self._parts)
        return self._marked

    def sync(self) -> None:
        """The parts that were marked are on the disk; in any thread."""
        marked = self._marked  # which may grow meanwhile
        with writing(self.path):
            for part in self._parts[self._safe : marked]:
                with part.open("rb") as file:
                    os.fsync(file.fileno())
        self._safe = marked

    def finish(self) -> None:
        """Join the parts, on the disk of the file, which may be another than that of the parts."""
        self._put_down()
        joined = self._folder / "joined"
        with writing(self.path):
            rows = pl.scan_parquet(self._parts, glob=False) if self._parts else pl.DataFrame(schema=self._schema).lazy()
            if self._kind == "arrow":
                rows.sink_ipc(joined, compression="uncompressed", maintain_order=True)
            else:
                rows.sink_parquet(joined, compression="zstd", compression_level=1, maintain_order=True)
            if self._private:
                joined.chmod(0o600)
            self._joined = on_the_disk_of(self.path, joined)

    def publish(self, path: str | None = None) -> None:
        """Take the place of whatever had the name, or has the name `path`."""
        with writing(path or self.path):
            appear(self._joined, path or self.path)

    def _part(self, number: int) -> Path:
        return self._folder / f"{number:09d}.parquet"


class FrameWriter(Writer):
    """Rows of parquet and arrow files and of frames as they are, but for the texts that were edited."""

    def __init__(self, path: str, corpus: Corpus, kind: str, shard_size: int | None = None) -> None:
        super().__init__(path, shard_size)
        self._kind = kind
        self.encoder = Rows()
        self._schema = schema(corpus)
        self._rows = FullRows(corpus)

    def _target(self, place: Path, mark: int) -> NewParquet:
        return NewParquet(self.path, self._schema, place=place, parts=mark, kind=self._kind)

    def _put(self, target: NewParquet, encoded: Wanted) -> None:
        for frame in self._rows.take(encoded.file, encoded.record, encoded.texts, encoded.ids):
            target.add(frame)
