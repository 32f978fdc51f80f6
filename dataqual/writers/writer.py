"""`Writer`: documents in, batch by batch, one file out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any

import numpy as np

from dataqual.corpus import Batch
from dataqual.writers.appearing import NewFile


class Writer(ABC):
    """Writes the records of documents, whole: every field they came with.

    `encode` is pure and runs in any thread; `write` takes what it gave, in the order of the batches. The file appears
    with `publish`, after `finish`; a writer that is left before leaves nothing.
    """

    written: int = 0
    """Records so far."""

    @abstractmethod
    def __enter__(self) -> Writer: ...

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    def encode(self, batch: Batch) -> Any:
        """What `write` needs of a batch."""

    @abstractmethod
    def write(self, encoded: Any) -> None:
        """The next batch."""

    @abstractmethod
    def finish(self) -> None:
        """Everything is written, under a temporary name."""

    @abstractmethod
    def publish(self) -> None:
        """The file appears."""


class Nowhere(Writer):
    """Counts, for a dry run."""

    def __enter__(self) -> Nowhere:
        return self

    def __exit__(self, *_: object) -> None: ...

    def encode(self, batch: Batch) -> int:
        return len(batch)

    def write(self, encoded: int) -> None:
        self.written += encoded

    def finish(self) -> None: ...

    def publish(self) -> None: ...


class LineWriter(Writer):
    """Records as bytes, each with its `end`, under a `head`; a subclass gives the records."""

    head: bytes = b""
    end: bytes = b"\n"

    def __init__(self, path: str, compression: str | None) -> None:
        self.path = path
        self._file = NewFile(path, compression)

    def __enter__(self) -> LineWriter:
        self._file.__enter__()
        self._file.write(self.head)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)

    @abstractmethod
    def records(self, batch: Batch) -> list[bytes]:
        """The records of a batch as they came, without what ends them."""

    @abstractmethod
    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        """The record in this row with another text; InputError where the format cannot hold that."""

    def encode(self, batch: Batch) -> Any:
        return self.joined(batch)

    def joined(self, batch: Batch) -> tuple[int, bytes]:
        """How many records, and their bytes."""
        records = self.records(batch)
        if len(records) != len(batch):
            raise AssertionError(f"{len(records)} records for {len(batch)} documents")
        if batch.edited is not None and len(batch.raw):  # rows of frames have their new texts already
            for row in np.flatnonzero(batch.edited).tolist():
                records[row] = self.edited(batch, row, batch.text[row])
        return len(records), self.end.join([*records, b""])

    def write(self, encoded: Any) -> None:
        count, data = encoded
        self._file.write(data)
        self.written += count

    def finish(self) -> None:
        self._file.finish()

    def publish(self) -> None:
        self._file.publish()
