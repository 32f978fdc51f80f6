"""JSON Lines: the very lines that came from such a file, and anything else as objects of equal values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import orjson
import polars as pl

from dataqual.columns import path_of, text_turns
from dataqual.corpus import Batch, Corpus, File, Origin, Slices
from dataqual.errors import InputError
from dataqual.html_text import decoded
from dataqual.readers import pages, warc
from dataqual.readers.encoding import encoded
from dataqual.readers.json_values import one_line
from dataqual.turns import put_back
from dataqual.writers.delimited import DELIMITERS, decode_row, read_header
from dataqual.writers.writer import LineEncoder, Lines, Wanted

BLANK = re.compile(r"[ \t\r\n]*")
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)
"""A string, a bracket, or a number or word."""


class ObjectLines(LineEncoder):
    """One JSON object per line, from any format; of a file that is one document its text, its path and what else it says."""

    own: tuple[str, ...] = ("jsonl",)
    """Formats whose records leave as they came."""

    def __init__(self, corpus: Corpus) -> None:
        self._files = corpus.files
        self._columns = corpus.columns
        self._whole = getattr(corpus, "txt", "file") == "file"
        self._all_own = all(file.format in self.own for file in corpus.files)
        self._names = [_names(file) if file.format in DELIMITERS else () for file in corpus.files]

    def __call__(self, batch: Batch) -> Lines | Wanted:
        as_they_lie = batch.edited is None or not batch.edited.any()
        if isinstance(batch.raw, Slices) and as_they_lie and self._all_own and (self.before, self.end) == (b"", b"\n"):
            return Lines(len(batch), batch.raw.lines())
        return super().__call__(batch)

    def as_they_came(self, batch: Batch) -> list[bytes]:
        kinds = [self._files[file].format for file in batch.file.tolist()]
        return [
            raw if kind in self.own else self._line(batch, i, kind)
            for i, (kind, raw) in enumerate(zip(kinds, batch.raw, strict=True))
        ]

    def of_frame(self, frame: pl.DataFrame) -> list[bytes]:
        return [encoded(row) for row in frame.to_dicts()]

    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        kind = self._files[int(batch.file[row])].format
        raw = batch.raw[row] if kind in self.own else self._line(batch, row, kind)
        if self._columns.turns:
            line = with_turns(raw, self._columns.text, batch.parts(row))
        else:
            line = with_text(raw, self._columns.text, text)
        origin = batch.origins[row] if batch.origins is not None else None
        return line if origin is None else with_origin(line, self._columns.id, origin)

    def _line(self, batch: Batch, i: int, kind: str) -> bytes:
        """A record of another format as an object on a line."""
        file = int(batch.file[i])
        if kind == "json":
            return one_line(batch.raw[i])
        if kind == "jsonl":
            return batch.raw[i]
        if kind in DELIMITERS:
            fields = decode_row(batch.raw[i], DELIMITERS[kind])
            return orjson.dumps(dict(zip(self._names[file], fields, strict=True)))
        return orjson.dumps({"text": batch.text[i]} | self._beside(batch.raw[i], file, kind))

    def _beside(self, raw: bytes, file: int, kind: str) -> dict[str, str]:
        """What documents of formats without fields have beside their text."""
        path = self._files[file].path
        if kind == "warc":
            return warc.beside(raw)
        if kind == "html":
            return pages.beside(decoded(raw), path)
        return {"path": path} if kind == "md" or self._whole else {}


class ArrayValues(ObjectLines):
    """One JSON array, a record on each line, but for those that came from such a file: they keep their bytes."""

    own = ("jsonl", "json")
    head = b"[\n"
    before = b",\n"
    end = b""
    tail = b"\n]\n"


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
    return _with(raw, {path_of(column, orjson.loads(raw)): text})


ORIGIN = "augmented"
"""The field of a record that was made of another: parent, method, edits, similarity."""


def with_origin(raw: bytes, id_column: str | None, origin: Origin) -> bytes:
    """A line with the id of a document that was made of another, and how it was, as its last field.

    >>> with_origin(b'{"id": "7", "text": "a"}', "id", Origin("7~noise-1", "7", "noise")).decode()
    '{"id": "7~noise-1", "text": "a", "augmented": {"parent": "7", "method": "noise", "edits": []}}'
    """
    record = orjson.loads(raw)
    told = origin.facts()
    try:
        raw = _with(raw, {path_of(id_column or "", record): origin.id})
    except KeyError:  # it has no id beside
        told = {"id": origin.id} | told
    value = json.dumps(told, ensure_ascii=raw.isascii())
    line = raw.decode()
    if ORIGIN in record:  # of an earlier augmentation
        start, end = _value(line, 0, ORIGIN)
        return f"{line[:start]}{value}{line[end:]}".encode()
    at = line.rindex("}")
    return f'{line[:at].rstrip()}, "{ORIGIN}": {value}{line[at:]}'.encode()


def with_turns(raw: bytes, column: str, parts: Sequence[str]) -> bytes:
    """A line whose turns, those that are not blank, say `parts`; every byte that is not of a turn that changed stays.

    >>> with_turns(b'{"q": "Hi", "a":"Yes."}', "q+a", ["Hi", "No."])
    b'{"q": "Hi", "a":"No."}'
    """
    return _with(raw, put_back(text_turns(orjson.loads(raw), column), parts))


def _with(raw: bytes, texts: Mapping[tuple[str | int, ...], str]) -> bytes:
    """A line with other strings in these places."""
    line = raw.decode()
    ascii_only = raw.isascii()
    for path, text in texts.items():
        start, end = 0, len(line)
        for key in path:
            start, end = _value(line, start, key) if isinstance(key, str) else _item(line, start, key)
        line = f"{line[:start]}{json.dumps(text, ensure_ascii=ascii_only)}{line[end:]}"
    return line.encode()


def _item(line: str, at: int, number: int) -> tuple[int, int]:
    """Where an item lies in the list that begins at `at`."""
    at = line.index("[", at) + 1
    for _ in range(number):
        at = _blank(line, _end(line, _blank(line, at))) + 1
    start = _blank(line, at)
    return start, _end(line, start)


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
