"""Arrow, as files (.arrow, .feather) and as streams, such as `datasets` saves: one record batch at a time.

polars reads a stream only as a whole, so the messages are cut here (Arrow's IPC format: a continuation mark, the size of the
metadata, the metadata, the body) and handed to it one batch after the other, each behind the schema.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from dataqual.columns import Columns, needed_of
from dataqual.corpus import File, Piece, Unreadable
from dataqual.frames import frame_pieces
from dataqual.readers.cutting import Sizes
from dataqual.readers.frames import Frames
from dataqual.readers.remote import local, opened

MAGIC = b"ARROW1\0\0"
"""How a file begins, and ends: polars reads it by its table of contents. One without its end is read as far as it goes."""

ROWS = 16_384
"""Rows of a file decoded at once; the pieces do not depend on it."""

END = b"\xff\xff\xff\xff\0\0\0\0"
SCHEMA, DICTIONARY, BATCH = 1, 2, 3
"""Kinds of messages."""

LARGEST = 4 << 30
"""Bytes of a message from which it is damage, not a batch."""


class Damaged(Exception):
    """What is no message, or only the beginning of one."""


@dataclass(frozen=True)
class Arrow(Frames):
    """Rows of an arrow file or stream; record numbers are row numbers, from 1. Damage costs what lies behind it."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut where the text fills a chunk."""
        record = 1
        broken = ""
        taken = _Taken(file, columns)
        try:
            for piece in frame_pieces(taken, columns.text, index, sizes.chunk, sizes.records):
                record = piece.first_record + piece.records
                yield piece
            broken = taken.broken
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            [broken, *_] = str(error).splitlines() or ["unknown error"]
        if broken:
            bad = Unreadable(index, record, 0, "damaged arrow", f"cannot be read from row {record} on: {broken}", b"")
            yield Piece(index, b"", record, records=1, unreadable=(bad,))


class _Taken:
    """The record batches with the columns that are needed, and why they end early, if they do."""

    def __init__(self, file: File, columns: Columns) -> None:
        self._file = file
        self._asked = (columns.text, *columns.extras().values(), *columns.more) if columns.text else ()
        self.broken = ""

    def __iter__(self) -> Iterator[pl.DataFrame]:
        try:
            for frame in frames(self._file):
                needed = needed_of(frame.columns, self._asked)
                yield frame.select(needed) if needed else frame
        except Damaged as error:
            self.broken = str(error)


def frames(file: File) -> Iterator[pl.DataFrame]:
    """Every record batch, in order, with all columns; Damaged where the file ends early or is none."""
    if _is_whole(file.place):
        with local(file.place) as place, _damage():
            yield from pl.scan_ipc(place, glob=False).collect_batches(maintain_order=True, chunk_size=ROWS)
        return
    with opened(file.place) as stream:
        head = b""
        start = stream.read(len(MAGIC))
        if start != MAGIC:
            stream.seek(0)
        for kind, message in _messages(stream):
            if kind == BATCH:
                yield _read(head + message + END)
            elif kind in (SCHEMA, DICTIONARY):
                head += message
        if not head and start:
            raise Damaged("no schema: it is neither an arrow file nor a stream")
        if start == MAGIC:
            raise Damaged("the file ends before its table of contents")


def schema(file: File) -> dict[str, pl.DataType]:
    """The columns and their types; Damaged where there are none."""
    if _is_whole(file.place):
        with local(file.place) as place, _damage():
            return dict(pl.scan_ipc(place, glob=False).collect_schema())
    with opened(file.place) as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            stream.seek(0)
        for kind, message in _messages(stream):
            if kind == SCHEMA:
                return dict(_read(message + END).schema)
    raise Damaged("no schema: it is neither an arrow file nor a stream")


def _is_whole(place: str) -> bool:
    """Whether it is a file, not a stream, and has its end."""
    with opened(place) as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            return False
        stream.seek(-6, io.SEEK_END)
        return stream.read(6) == MAGIC[:6]


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        [reason, *_] = str(error).splitlines() or ["unknown error"]
        raise Damaged(reason) from error


def _read(stream: bytes) -> pl.DataFrame:
    with _damage():
        return pl.read_ipc_stream(io.BytesIO(stream))


def _messages(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Kind and bytes of every message up to the end of the stream."""
    while True:
        start = stream.read(8)
        if not start or start[:4] == bytes(4):
            return
        if len(start) == 8 and start[:4] == END[:4]:
            size = struct.unpack("<i", start[4:])[0]
        elif len(start) == 8:  # before Arrow 0.15 there was no mark
            size = struct.unpack("<i", start[:4])[0]
            stream.seek(-4, io.SEEK_CUR)
            start = END[:4] + start[:4]
        else:
            raise Damaged("the file ends within a message")
        if not size:
            return
        if not 0 < size < LARGEST:
            raise Damaged("not arrow data")
        metadata = stream.read(size)
        try:
            kind, length = _message(metadata)
        except (struct.error, IndexError) as error:
            raise Damaged("the file ends within a message, or is not arrow data") from error
        body = stream.read(length) if 0 <= length < LARGEST else b""
        if len(body) != length:
            raise Damaged(f"a batch of {length:,} bytes, of which there are {len(body):,}")
        yield kind, start + metadata + body


def _message(metadata: bytes) -> tuple[int, int]:
    """Kind, and size of the body, of a message (a flatbuffer: version, header type, header, bodyLength)."""
    root = struct.unpack_from("<I", metadata)[0]
    table = root - struct.unpack_from("<i", metadata, root)[0]
    size = struct.unpack_from("<H", metadata, table)[0]

    def field(number: int, form: str) -> int:
        at = struct.unpack_from("<H", metadata, table + 4 + 2 * number)[0] if 4 + 2 * number < size else 0
        return int(struct.unpack_from(form, metadata, root + at)[0]) if at else 0

    return field(1, "<B"), field(3, "<q")
