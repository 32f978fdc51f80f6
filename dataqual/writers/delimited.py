"""CSV and TSV: the very rows that came from such a file, under its header."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from dataqual.columns import text_turns
from dataqual.corpus import Batch, Corpus, File
from dataqual.errors import InputError
from dataqual.kernels import csv_borders
from dataqual.pieces import CHUNK_BYTES
from dataqual.readers.cutting import UTF8_MARK
from dataqual.readers.streams import Blocks, BrokenArchive
from dataqual.turns import put_back
from dataqual.writers.writer import LineEncoder

DELIMITERS = {"csv": ",", "tsv": "\t"}
LINE_END = "\r\n"


@dataclass(frozen=True)
class Header:
    """The first record of a file: its names, and its bytes as they came, a byte order mark included."""

    names: tuple[str, ...]
    raw: bytes


class DelimitedLines(LineEncoder):
    """Rows of files with one header, as they came; with the other delimiter only quotes change, no value."""

    def __init__(self, kind: str, corpus: Corpus) -> None:
        self._kind = kind
        self._text = corpus.columns.text
        self._id = corpus.columns.id or ""
        self._kinds = [file.format for file in corpus.files]
        headers = [(file, header) for file in corpus.files if (header := read_header(file)) is not None]
        for file, header in headers[1:]:
            if header.names != headers[0][1].names:
                raise InputError(
                    f"{file.path}: other columns than in {headers[0][0].path}, so they cannot be one .{kind} file; "
                    "write .jsonl instead"
                )
        if headers:
            [(file, header), *_] = headers
            self._names = header.names
            own = file.format == kind
            self.head = (header.raw if own else encode_row(list(header.names), DELIMITERS[kind])) + b"\n"

    def as_they_came(self, batch: Batch) -> list[bytes]:
        kinds = [self._kinds[file] for file in batch.file.tolist()]
        return [
            raw if kind == self._kind else encode_row(decode_row(raw, DELIMITERS[kind]), DELIMITERS[self._kind])
            for kind, raw in zip(kinds, batch.raw, strict=True)
        ]

    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        fields = decode_row(batch.raw[row], DELIMITERS[self._kinds[int(batch.file[row])]])
        if batch.turns is None:
            fields[self._names.index(self._text)] = text
        else:
            turns = text_turns(dict(zip(self._names, fields, strict=True)), self._text)
            for (name, *_), own in put_back(turns, batch.parts(row)).items():
                fields[self._names.index(str(name))] = own
        origin = batch.origins[row] if batch.origins is not None else None
        if origin is not None and self._id in self._names:
            fields[self._names.index(self._id)] = origin.id
        return encode_row(fields, DELIMITERS[self._kind]) + (b"\r" if batch.raw[row].endswith(b"\r") else b"")


def decode_row(raw: bytes, delimiter: str) -> list[str]:
    """The fields of one record that is sound.

    >>> decode_row(b'a,"b\\nc"\\r', ",")
    ['a', 'b\\nc']
    """
    csv.field_size_limit(2**31 - 1)  # the process's own limit is low: 131,072 characters
    [fields] = csv.reader([raw.decode()], delimiter=delimiter, strict=True)
    return fields


def encode_row(fields: list[str], delimiter: str) -> bytes:
    """A record without its line end, quoted where it must be.

    >>> encode_row(["a", "b c", "d,e", "f\\ng"], ",")
    b'a,b c,"d,e","f\\ng"'
    """
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=LINE_END).writerow(
        fields
    )  # cells with its characters are quoted
    return out.getvalue().removesuffix(LINE_END).encode()


def read_header(file: File) -> Header | None:
    """The header of a CSV or TSV file; None where it has none that can be read, and hence no documents."""
    delimiter = DELIMITERS[file.format]
    data = b""
    try:
        for block in Blocks(file.place, file.packed, CHUNK_BYTES):
            data += block
            if found := _first(data, delimiter, final=False):
                return _parsed(*found, delimiter)
    except BrokenArchive:
        return None
    found = _first(data, delimiter, final=True)
    return _parsed(*found, delimiter) if found else None


def _first(data: bytes, delimiter: str, *, final: bool) -> tuple[bytes, bytes] | None:
    """Byte order mark and first record, if they are there whole."""
    mark = UTF8_MARK if data.startswith(UTF8_MARK) else b""
    body = data[len(mark) :]
    (starts, ends, _, _), _, _ = csv_borders.borders(body, delimiter.encode(), final, len(body) + 1)
    return (mark, body[starts[0] : ends[0]]) if len(starts) else None


def _parsed(mark: bytes, raw: bytes, delimiter: str) -> Header | None:
    try:
        names = decode_row(raw, delimiter)
    except (UnicodeDecodeError, csv.Error, ValueError):
        return None
    return Header(tuple(names), mark + raw)
