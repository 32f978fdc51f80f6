"""Plain text: one document per file, per paragraph or per line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from dataqual.columns import Columns
from dataqual.corpus import Borders, File, Piece, Rows, Unreadable
from dataqual.readers.cutting import LINES, Cut, Cutter, Sizes, cut_file, invalid_utf8_reason, kept, too_long_reason

Txt = Literal["file", "paragraph", "line"]

BLANK_LINE = re.compile(rb"\n[ \t\r\f\v]*\n")


@dataclass(frozen=True)
class PlainText:
    """Text without records: a document is the whole `file`, a `paragraph` (lines between blank lines) or a `line`.

    Every line is a document under `line`, blank ones too. A document ends before its last line end, but a whole
    file keeps it.
    """

    txt: Txt = "file"

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut at lines, between paragraphs, or not at all."""
        for piece in cut_file(index, file, self._cutter(), sizes):
            yield replace(piece, header=(file.path,))

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        return replace(piece, data=data, borders=self._cutter().cut(data, True).borders)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """The piece as it is."""
        yield piece

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """Text files have one column, and a whole one its path."""
        yield {"text": ""} | ({"path": piece.header[0]} if self.txt == "file" else {})

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Number and text of every sound document."""
        rows = self.rows(piece, Columns(), Sizes())
        return ((n, {"text": text.decode()}) for n, text in zip(rows.records.tolist(), rows.texts, strict=True))

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece."""
        texts: list[bytes] = []
        good: list[int] = []
        unreadable = []
        for at, (line, raw) in enumerate(self._records(piece)):
            try:
                raw.decode()
                fault = ("too long", too_long_reason(len(raw), sizes)) if len(raw) > sizes.record else None
            except UnicodeDecodeError as error:
                fault = "invalid UTF-8", invalid_utf8_reason(raw, error)
            if fault is None:
                texts.append(raw)
                good.append(at)
            else:
                unreadable.append(Unreadable(piece.file, piece.first_record + at, line, *fault, kept(raw)))
        bare = texts if self.txt == "file" else [text.removesuffix(b"\r") for text in texts]
        path = piece.header[0] if self.txt == "file" and piece.header else None
        extras = {role: [path if name == "path" else None] * len(texts) for role, name in columns.extras().items()}
        return Rows(bare, piece.first_record + np.array(good, dtype=np.int64), texts, extras, unreadable)

    def _records(self, piece: Piece) -> Iterator[tuple[int, bytes]]:
        """Line and bytes of each document."""
        data = piece.data
        assert isinstance(data, bytes)
        if not piece.records or piece.unreadable:
            return
        if self.txt == "file":
            yield 1, data
        elif self.txt == "line":
            lines = data.split(b"\n")
            yield from enumerate(lines if lines[-1] else lines[:-1], piece.first_line)
        elif piece.borders is not None:
            places = (piece.borders.starts.tolist(), piece.borders.ends.tolist(), piece.borders.lines.tolist())
            for start, end, line in zip(*places, strict=True):
                yield piece.first_line + line, data[start:end]

    def _cutter(self) -> Cutter:
        if self.txt == "file":
            return Cutter(cut_nowhere, re.compile(rb"(?!)"))
        if self.txt == "line":
            return LINES
        return Cutter(_cut_paragraphs, BLANK_LINE, overlap=1024)


def cut_nowhere(data: bytes, final: bool) -> Cut:
    """The whole file is one record."""
    return Cut(len(data), 1, data.count(b"\n")) if final else Cut(0, 0, 0)


def _cut_paragraphs(data: bytes, final: bool) -> Cut:
    """Runs of lines that are not blank; blank lines behind them are taken along.

    >>> cut = _cut_paragraphs(b"\\na\\nb\\n \\nc", False)
    >>> cut.end, cut.records, cut.lines, cut.borders.starts.tolist(), cut.borders.ends.tolist()
    (7, 1, 4, [1], [4])
    """
    starts: list[int] = []
    ends: list[int] = []
    lines: list[int] = []
    all_lines = data.split(b"\n")
    if not final or not all_lines[-1]:
        all_lines.pop()
    at, start, begun = 0, -1, 0
    for number, line in enumerate(all_lines):
        blank = not line.strip()
        if start < 0 and not blank:
            start, begun = at, number
        elif start >= 0 and blank:
            starts.append(start)
            ends.append(at - 1)
            lines.append(begun)
            start = -1
        at += len(line) + 1
    at, taken = min(at, len(data)), len(all_lines)
    if start >= 0 and final:
        starts.append(start)
        ends.append(at - data.endswith(b"\n"))
        lines.append(begun)
    elif start >= 0:
        at, taken = start, begun
    first, last, before = (np.array(values, dtype=np.int64) for values in (starts, ends, lines))
    return Cut(at, len(starts), taken, Borders(first, last, before, np.zeros(len(starts), dtype=np.uint8)))
