"""JSON Lines: the very lines that came from such a file, and anything else as objects of equal values."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import orjson
import polars as pl

from dataqual.columns import path_of
from dataqual.corpus import Batch, Corpus, File, Slices
from dataqual.errors import InputError
from dataqual.writers.delimited import DELIMITERS, decode_row, read_header
from dataqual.writers.writer import LineEncoder, Lines, Wanted

BLANK = re.compile(r"[ \t\r\n]*")
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)
"""A string, a bracket, or a number or word."""


class ObjectLines(LineEncoder):
    """One JSON object per line, from any format; of a whole .txt file its text and path."""

    def __init__(self, corpus: Corpus) -> None:
        self._files = corpus.files
        self._text = corpus.columns.text
        self._whole = getattr(corpus, "txt", "file") == "file"
        self._all_lines = all(file.format == "jsonl" for file in corpus.files)
        self._names = [_names(file) if file.format in DELIMITERS else () for file in corpus.files]

    def __call__(self, batch: Batch) -> Lines | Wanted:
        as_they_lie = batch.edited is None or not batch.edited.any()
        if isinstance(batch.raw, Slices) and as_they_lie and self._all_lines:
            return Lines(len(batch), batch.raw.lines())
        return super().__call__(batch)

    def as_they_came(self, batch: Batch) -> list[bytes]:
        kinds = [self._files[file].format for file in batch.file.tolist()]
        return [
            raw if kind == "jsonl" else orjson.dumps(self._object(batch, i, kind))
            for i, (kind, raw) in enumerate(zip(kinds, batch.raw, strict=True))
        ]

    def of_frame(self, frame: pl.DataFrame) -> list[bytes]:
        return [_dumps(row) for row in frame.to_dicts()]

    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        kind = self._files[int(batch.file[row])].format
        if kind == "jsonl":
            return with_text(batch.raw[row], self._text, text)
        return orjson.dumps(self._object(batch, row, kind) | {self._text: text})

    def _object(self, batch: Batch, i: int, kind: str) -> dict[str, str]:
        """What a record of another format of lines holds."""
        file = int(batch.file[i])
        if kind in DELIMITERS:
            return dict(zip(self._names[file], decode_row(batch.raw[i], DELIMITERS[kind]), strict=True))
        return {"text": batch.text[i]} | ({"path": self._files[file].path} if self._whole else {})


def _names(file: File) -> tuple[str, ...]:
    """The header of a delimited file, empty where it has none and hence no documents; InputError for a name twice."""
    header = read_header(file)
    for name in header.names if header else ():
        if header and header.names.count(name) > 1:
            raise InputError(f"{file.path}: two columns are called {name!r}, which an object cannot hold")
    return header.names if header else ()


def with_text(raw: bytes, column: str, text: str) -> bytes:
    """A line with another string in the text column; every other byte stays, and so does the way of writing letters.

    >>> with_text(b'{"n": 1.50, "text":"a" }', "text", "b").decode()
    '{"n": 1.50, "text":"b" }'
    >>> with_text(b'{"meta": {"text": "\\\\u00e9"}}', "meta.text", "\u00e8")
    b'{"meta": {"text": "\\\\u00e8"}}'
    """
    line = raw.decode()
    start, end = 0, len(line)
    for key in path_of(column, orjson.loads(raw)):
        start, end = _value(line, start, key)
    ascii_only = raw.isascii()
    return f"{line[:start]}{json.dumps(text, ensure_ascii=ascii_only)}{line[end:]}".encode()


def _value(line: str, at: int, key: str) -> tuple[int, int]:
    """Where the value of a key lies in the object that begins at `at`; the last of several keys, as parsers have it."""
    found = (0, 0)
    at = line.index("{", at) + 1
    while line[at := _blank(line, at)] != "}":
        name = _blank(line, at + (line[at] == ","))
        end = _end(line, name)
        start = _blank(line, _blank(line, end) + 1)
        at = _end(line, start)
        if json.loads(line[name:end], strict=False) == key:
            found = start, at
    return found


def _end(line: str, at: int) -> int:
    """Behind the value that begins here, however deep it is: brackets are counted, and not those in strings."""
    depth = 0
    for token in TOKEN.finditer(line, at):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if not depth:
            return token.end()
    raise ValueError(f"no value at {at}")


def _blank(line: str, at: int) -> int:
    """The first place from `at` on that is no white space."""
    match = BLANK.match(line, at)
    assert match is not None
    return match.end()


def _dumps(row: dict[str, Any]) -> bytes:
    return orjson.dumps(row, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> str:
    """What JSON has no word for: bytes as text if they are UTF-8, else as base64; decimals and durations as written."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)
