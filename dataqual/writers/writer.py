"""`Writer`: documents in, batch by batch, one file out, or several of about a size."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.readers.remote import is_url
from dataqual.readers.streams import COMPRESSIONS
from dataqual.writers.appearing import NewFile, is_elsewhere
from dataqual.writers.full_rows import FullRows

State = list[int]
"""Of every file of an output, how much of it is on the disk, in what the format counts; and last the records in all."""


@dataclass(frozen=True)
class Lines:
    """Records as bytes, with what ends each."""

    records: int
    parts: Sequence[bytes | memoryview]
    """What to write, one behind the other; views of the input where records lie there as they are to be written."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A view belongs to this process."""
        return Lines, (self.records, [b"".join(self.parts)])


@dataclass(frozen=True)
class Wanted:
    """Rows of frames, by address, which whoever writes takes from their file in order; and the texts that were edited."""

    file: NDArray[np.int32]
    record: NDArray[np.int64]
    texts: dict[int, list[str]]
    """By row: what each turn of a chat says, or the text alone."""
    ids: dict[int, str] = field(default_factory=dict)
    """Of documents that a step made of others."""

    @property
    def records(self) -> int:
        """How many rows."""
        return len(self.record)


class Encoder(ABC):
    """What a batch becomes on the way out; pure, in any thread or process."""

    @abstractmethod
    def __call__(self, batch: Batch) -> Lines | Wanted:
        """What `Writer.write` needs of a batch."""


class LineEncoder(Encoder):
    """Records as they came, or encoded anew where they were edited, each with its `end`."""

    head: bytes = b""
    """What stands above the records."""
    before: bytes = b""
    """What stands before each but the first."""
    end: bytes = b"\n"
    tail: bytes = b""
    """What stands below them."""

    @abstractmethod
    def as_they_came(self, batch: Batch) -> list[bytes]:
        """The records of a batch, without what ends them."""

    @abstractmethod
    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        """The record in this row with another text; InputError where the format cannot hold that."""

    def of_frame(self, frame: pl.DataFrame) -> list[bytes]:
        """Rows of a frame as records."""
        raise NotImplementedError

    def __call__(self, batch: Batch) -> Lines | Wanted:
        if not len(batch.raw) and len(batch):
            return wanted(batch)
        records = self.as_they_came(batch)
        for row in np.flatnonzero(batch.edited).tolist() if batch.edited is not None else ():
            records[row] = self.edited(batch, row, batch.text[row])
        if len(records) != len(batch):
            raise AssertionError(f"{len(records)} records for {len(batch)} documents")
        return self.lines(records)

    def lines(self, records: Sequence[bytes]) -> Lines:
        """Records with what begins and ends each."""
        between = self.end + self.before
        return Lines(len(records), [self.before + between.join(records) + self.end] if records else [])


class Rows(Encoder):
    """Rows are taken from their file when they are written."""

    def __call__(self, batch: Batch) -> Wanted:
        return wanted(batch)


def wanted(batch: Batch) -> Wanted:
    """The addresses of a batch, and its edited texts."""
    rows = np.flatnonzero(batch.edited).tolist() if batch.edited is not None else []
    ids = {row: origin.id for row, origin in enumerate(batch.origins or ()) if origin is not None}
    return Wanted(batch.file, batch.record, {row: batch.parts(row) for row in rows}, ids)


class Target(Protocol):
    """One file that is being written."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def size(self) -> int:
        """About how many bytes it has."""

    def mark(self) -> int:
        """How much of it is on the disk after `sync`, all that was written."""

    def sync(self) -> None:
        """What was marked is on the disk; in any thread."""

    def finish(self) -> None:
        """Everything is written."""

    def publish(self, path: str | None = None) -> None:
        """The file appears, under its own name or this one."""


class Writer(ABC):
    """Writes the records of documents, whole: every field they came with.

    The files gather in a folder (see `start`) and appear with `publish`, after `finish`. With `shard_size` there are
    several, each of about as many bytes; they are cut between batches.
    """

    encoder: Encoder

    def __init__(self, path: str, shard_size: int | None = None) -> None:
        self.path = path
        self.written = 0
        self._shard_size = shard_size
        self._folder = Path()
        self._targets: list[Target] = []
        self._marked = 0

    def start(self, folder: Path, state: State | None = None) -> None:
        """Begin, or go on from where another run was when it gave this state; before the `with` block."""
        self._folder = folder
        *marks, self.written = state or [0]
        self._targets = [self._target(folder / f"output-{at}", mark) for at, mark in enumerate(marks or [0])]

    def there(self, folder: Path, state: State) -> bool:
        """Whether all the files that this state speaks of are in the folder."""
        *marks, _ = state
        return all((folder / f"output-{at}").exists() for at in range(len(marks)))

    @abstractmethod
    def _target(self, place: Path, mark: int) -> Target:
        """One more file, of which so much is there already."""

    @abstractmethod
    def _put(self, target: Any, encoded: Any) -> None:
        """Write to the current file."""

    def write(self, encoded: Lines | Wanted) -> None:
        """What the encoder gave, in the order of the batches."""
        if not encoded.records:
            return
        if self._shard_size is not None and self._targets[-1].size >= self._shard_size:
            self._targets.append(self._target(self._folder / f"output-{len(self._targets)}", 0))
            self._targets[-1].__enter__()
        self._put(self._targets[-1], encoded)
        self.written += encoded.records

    def mark(self) -> State:
        """A state from which another run can go on, once `sync` has brought all that was written to the disk."""
        state = [*(target.mark() for target in self._targets), self.written]
        self._marked = len(self._targets)
        return state

    def sync(self) -> None:
        """What was marked is on the disk; in any thread."""
        for target in self._targets[: self._marked]:
            target.sync()

    def finish(self) -> None:
        """Everything is written, under temporary names."""
        for target in self._targets:
            target.finish()

    def publish(self) -> list[str]:
        """The files appear; their names. Shards of the same output of which there were more or fewer go."""
        if self._shard_size is None:
            self._targets[0].publish(self.path)
            return [self.path]
        names = shard_names(self.path, len(self._targets))
        for target, name in zip(self._targets, names, strict=True):
            target.publish(name)
        for place in {*shards_of(self.path)}.difference(map(Path, names)):
            place.unlink(missing_ok=True)
        return names

    def __enter__(self) -> Self:
        for target in self._targets:
            target.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for target in self._targets:
            target.__exit__(kind, error, trace)


def shard_names(path: str, number: int) -> list[str]:
    """Every file says how many there are, so that it is seen where one is missing.

    >>> shard_names("out/web.v2.jsonl.zst", 2)
    ['out/web.v2-00001-of-00002.jsonl.zst', 'out/web.v2-00002-of-00002.jsonl.zst']
    """
    if is_url(path):
        folder, slash, name = path.rpartition("/")
        return [f"{folder}{slash}{shard}" for shard in shard_names(name, number)]
    place = Path(path)
    endings = [ending for ending in place.suffixes[-2:] if ending in COMPRESSIONS or ending == place.suffix]
    ending = "".join(place.suffixes[-2:]) if place.suffix in COMPRESSIONS else "".join(endings[-1:])
    stem = place.name.removesuffix(ending)
    return [str(place.with_name(f"{stem}-{at:05d}-of-{number:05d}{ending}")) for at in range(1, number + 1)]


def shards_of(path: str) -> list[Path]:
    """The shards of this output that are there, of one run or several; of a URL nobody looks."""
    if is_elsewhere(path):
        return []
    [first] = shard_names(path, 1)
    stem, ending = Path(first).name.split(f"-{1:05d}-of-{1:05d}")
    known = re.compile(re.escape(stem) + r"-\d{5,}-of-\d{5,}" + re.escape(ending))
    return [place for place in sorted(Path(path).parent.iterdir()) if known.fullmatch(place.name)]


class Nowhere(Writer):
    """Counts, for a dry run."""

    def __init__(self) -> None:
        super().__init__("")
        self.encoder = Rows()

    def start(self, folder: Path, state: State | None = None) -> None: ...

    def _target(self, place: Path, mark: int) -> Target:
        raise NotImplementedError

    def _put(self, target: Any, encoded: Any) -> None: ...

    def write(self, encoded: Lines | Wanted) -> None:
        self.written += encoded.records


class LineWriter(Writer):
    """Records as bytes, under a head; rows of frames as the encoder has them."""

    encoder: LineEncoder

    def __init__(
        self, path: str, compression: str | None, corpus: Corpus, encoder: LineEncoder, shard_size: int | None = None
    ) -> None:
        super().__init__(path, shard_size)
        self.encoder = encoder
        self._compression = compression
        self._rows = FullRows(corpus)

    def _target(self, place: Path, mark: int) -> NewFile:
        return NewFile(self.path, self._compression, place=place, offset=mark)

    def _put(self, target: NewFile, encoded: Lines | Wanted) -> None:
        if isinstance(encoded, Wanted):
            rows = self._rows.take(encoded.file, encoded.record, encoded.texts, encoded.ids)
            encoded = self.encoder.lines([record for frame in rows for record in self.encoder.of_frame(frame)])
        parts = encoded.parts
        if target.empty:
            target.write(self.encoder.head)
            parts = [parts[0][len(self.encoder.before) :], *parts[1:]]
        target.write(*parts)

    def finish(self) -> None:
        targets: Any = self._targets
        if not self.written:
            targets[0].write(self.encoder.head)
        for target in targets if self.encoder.tail else ():
            target.write(self.encoder.tail)
        super().finish()
