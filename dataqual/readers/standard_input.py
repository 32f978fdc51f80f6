"""Documents that come by standard input: kept in a temporary file, for they are read more than once."""

from __future__ import annotations

import csv
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from dataqual.corpus import File
from dataqual.readers.cutting import UTF8_MARK
from dataqual.readers.json_head import is_lines
from dataqual.readers.streams import Blocks, BrokenArchive

NAME = "<stdin>"

LOOKED_AT = 1 << 16
"""Bytes that tell the format: some dozen records."""

COMPRESSED = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst", b"BZh": "bz2", b"\xfd7zXZ\0": "xz"}


@contextmanager
def spooled(stream: BinaryIO, kind: str | None = None) -> Iterator[File]:
    """What is left of a stream as a file of this format, or of the one it looks like; gone at the end."""
    with tempfile.NamedTemporaryFile(prefix="dataqual-", suffix=".stdin") as spool:
        shutil.copyfileobj(stream, spool, LOOKED_AT)
        spool.flush()
        spool.seek(0)
        compression = compression_of(spool.read(6))
        file = File(NAME, "", compression, os.path.getsize(spool.name), spool.name)
        head = _head(file)
        yield replace(file, format=kind or looks_like(head), inode=_inode(stream))


def _inode(stream: BinaryIO) -> tuple[int, int] | None:
    """Of the file that a stream comes from; None for a pipe or what is no file at all."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, AttributeError):
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def compression_of(start: bytes) -> str | None:
    """By the first bytes, which no text has."""
    return next((name for magic, name in COMPRESSED.items() if start.startswith(magic)), None)


def looks_like(head: bytes) -> str:
    """The format of data that begin so; plain text where they look like nothing else.

    >>> looks_like(b'{"text": "a"}'), looks_like(b"id,text\\n1,a\\n"), looks_like(b"Yes, it is.\\nIs it?\\n")
    ('jsonl', 'csv', 'txt')
    """
    body = head.removeprefix(UTF8_MARK)
    if body.startswith(b"PAR1"):
        return "parquet"
    if body.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow"
    if re.match(rb"WARC/\d", body):
        return "warc"
    if body.lstrip()[:1] in (b"{", b"["):
        return "jsonl" if is_lines(body) else "json"
    if re.match(rb"\s*<(?:!doctype\s+html|html)\b", body, re.IGNORECASE):
        return "html"
    text = body.decode(errors="replace")
    for kind, delimiter in (("tsv", "\t"), ("csv", ",")):
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
        widths = {len(row) for row in (rows[:-1] if len(rows) > 2 else rows) if row}  # the last may be cut off
        if len(rows) > 1 and len(widths) == 1 and widths != {1}:
            return kind
    return "txt"


def _head(file: File) -> bytes:
    try:
        return next(iter(Blocks(file.place, file.compression, LOOKED_AT)), b"")
    except BrokenArchive:
        return b""
