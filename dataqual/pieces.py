"""What a corpus is read as: files, cut into pieces at record borders, gathered into chunks, each of which becomes one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.turns import Shape

CHUNK_BYTES = 4 << 20
"""Raw bytes per chunk, hence per batch. Fixed, so that the same input always falls into the same
batches: 4 MiB keeps two hundred batches in a 1 GB file (even work on many cores) at well under one per
cent of overhead, and a batch with all its cuts within 100 MB."""

CHUNK_RECORDS = 8_192
"""Records per chunk at most, fixed likewise: beside its text a document takes kilobytes while it is measured, so that
4 MiB of single words took 1.4 GB under a budget of 512 MiB; with this cap 0.53 GB, no slower (300,000 documents)."""

RAW_KEPT = 1 << 20
"""Bytes kept of a record that could not be read: more than a person looks at, less than memory minds."""

Address = tuple[int, int]
"""(index into `Corpus.files`, 1-based record number in that file)."""

Progress = Callable[[int, int, int], None]
"""Called after each batch: documents so far, bytes of input read so far, bytes in all (0 if unknown)."""


@dataclass(frozen=True)
class File:
    """One input: a path, or for data that came in memory a name in angle brackets such as `<list>`."""

    path: str
    format: str
    compression: str | None = None
    size: int = 0
    """Bytes on disk; 0 for data in memory."""
    spooled: str | None = None
    """Where the bytes lie, if not at `path`: those of standard input, for as long as they are read."""

    inode: tuple[int, int] | None = None
    """Device and inode of what was spooled, where a shell redirected a file."""

    unpacked: str | None = None
    """Where a plain copy of a compressed file lies, for as long as it is read again and again."""

    @property
    def place(self) -> str:
        """What to open."""
        return self.unpacked or self.spooled or self.path

    @property
    def packed(self) -> str | None:
        """How what is at `place` is compressed."""
        return None if self.unpacked else self.compression


@dataclass(frozen=True)
class Unreadable:
    """A record that could not become a document: where, of which kind, and why in words."""

    file: int
    """Index into `Corpus.files`."""
    record: int
    """1-based record number in the file, unreadable records included; for JSONL this is the line number."""
    line: int
    """1-based physical line on which the record begins (equals `record` but for CSV); 0 where there are no lines."""
    kind: str
    """One of a short fixed list: 'not JSON', 'invalid UTF-8', 'lone surrogate', 'NUL byte', 'not an object',
    'missing text', 'null text', 'text is not a string', 'too long', 'unterminated quote', 'broken quoting',
    'wrong number of fields', 'no header', 'truncated archive', 'damaged archive', 'damaged parquet', 'UTF-16',
    'truncated array', 'damaged arrow', 'damaged WARC', 'not text'."""
    reason: str
    raw: bytes
    """The record as it came, at most `RAW_KEPT` bytes of it; the rest is counted in `reason`."""


@dataclass(frozen=True)
class Borders:
    """Where the records of a piece lie when a newline alone does not tell: one row per record."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    """Newlines in the piece before the record."""
    flags: NDArray[np.uint8]
    """0 for a sound record, else why it is not, in the format's own numbers."""

    def between(self, first: int, stop: int, start: int, line: int) -> Borders:
        """Those of the records from `first` to `stop`, in a piece that begins at byte `start` and line `line`."""
        rows = slice(first, stop)
        return Borders(self.starts[rows] - start, self.ends[rows] - start, self.lines[rows] - line, self.flags[rows])


@dataclass(frozen=True)
class Piece:
    """Records of one file that lie together: raw bytes that end at a record border, or rows of a frame."""

    file: int
    data: bytes | pl.DataFrame
    first_record: int
    first_line: int = 0
    records: int = 0
    """Record numbers the piece spans."""
    offset: int = 0
    """Where `data` begins in the (decompressed) file."""
    done: int = 0
    """Bytes of the file on disk that were read when the piece was cut: for showing progress."""
    frame_bytes: int = 0
    """Of rows of a frame, about how many bytes they are; of pictures, what these weigh."""
    header: tuple[str, ...] = ()
    borders: Borders | None = None
    unreadable: tuple[Unreadable, ...] = ()
    """What was found unreadable while cutting: too long to hold, or behind a break in the archive."""
    marks: NDArray[np.uint32] | None = field(default=None, compare=False)
    """Of lines, (marks, 2): before how many records, and bytes, of the piece some of them begin."""

    def weight(self) -> int:
        """Bytes, or about as many, that the piece adds to its chunk."""
        return self.frame_bytes or (len(self.data) if isinstance(self.data, bytes) else 0)


@dataclass(frozen=True)
class Chunk:
    """Pieces that become one batch."""

    index: int
    pieces: tuple[Piece, ...]
    done: int = 0
    """Bytes on disk of the whole input that were read so far; compare with `Corpus.size`."""

    @property
    def alone(self) -> bool:
        """Whether it is so large, by one huge record, that an engine works on nothing beside it."""
        return sum(piece.weight() for piece in self.pieces) > 2 * CHUNK_BYTES


@dataclass
class Rows:
    """The documents of one piece: texts as UTF-8, record numbers, raw records, columns, and what was unreadable."""

    texts: Sequence[bytes]
    records: NDArray[np.int64]
    raw: Sequence[bytes] = ()
    columns: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    turns: Sequence[Shape] = ()
    """Of chats, how the turns of each document are balanced, and how long they are."""
    images: Images | None = None
    """Of pictures, these; the texts are empty then."""


def pack(pieces: Iterable[Piece], files: Sequence[File], size: int, records: int) -> Iterator[Chunk]:
    """Pieces gathered, in order, into chunks of about `size` bytes and at most `records` records.

    Raw records and rows of frames never share one.

    A piece is never cut here, so one that is larger is a chunk alone.
    """
    held: list[Piece] = []
    weight = count = index = 0
    before = [0, *np.cumsum([file.size for file in files]).tolist()]

    def chunk() -> Chunk:
        last = held[-1]
        return Chunk(index, tuple(held), done=before[last.file] + last.done)

    for piece in pieces:
        full = (weight and weight + piece.weight() > size) or (count and count + piece.records > records)
        if held and (full or isinstance(piece.data, bytes) != isinstance(held[-1].data, bytes)):
            yield chunk()
            index, held, weight, count = index + 1, [], 0, 0
        held.append(piece)
        weight += piece.weight()
        count += piece.records
    if held:
        yield chunk()
