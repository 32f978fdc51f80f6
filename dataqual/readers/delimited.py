"""CSV and TSV: a header, then one record per row; a quoted field may hold newlines."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dataqual.columns import Columns, needed_of, text_turns
from dataqual.corpus import Borders, File, Piece, Rows, Unreadable
from dataqual.kernels import csv_borders
from dataqual.readers.cutting import Cut, Cutter, Sizes, cut_file, invalid_utf8_reason, kept, too_long_reason
from dataqual.turns import Shape, joined, shape_of


@dataclass(frozen=True)
class Delimited:
    """Rows under a header, as RFC 4180 has it; records are counted from 1 below the header, blank lines are none.

    An empty cell is an empty document, but no id, label or group.
    """

    delimiter: str = ","

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut at newlines outside of quotes; every piece knows the header."""
        header: tuple[str, ...] | None = None
        for piece in cut_file(index, file, self._cutter(sizes), sizes):
            if header is None and piece.records and not piece.unreadable:
                header, piece = self._headed(piece)
            elif header is not None:
                bad = tuple(replace(bad, record=bad.record - 1) for bad in piece.unreadable)
                piece = replace(piece, first_record=piece.first_record - 1, header=header, unreadable=bad)
            yield piece
            if header == ():
                return

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        return replace(piece, data=data, borders=self._cutter(sizes).cut(data, True).borders)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """The piece as it is."""
        yield piece

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """The sound rows of a piece, to find the columns in; a file without rows still has its header's names."""
        rows = list(self._fields(_raw(piece)))
        for row in rows or [[""] * len(piece.header)]:
            if row and isinstance(row, list) and len(row) == len(piece.header):
                yield dict(zip(piece.header, row, strict=True))

    def records(self, piece: Piece) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and fields of the sound rows of a piece; an empty field is None."""
        flags = piece.borders.flags.tolist() if piece.borders is not None else []
        for number, fields in enumerate(self._fields(_raw(piece), flags), piece.first_record):
            if isinstance(fields, list) and len(fields) == len(piece.header):
                yield number, {name: value or None for name, value in zip(piece.header, fields, strict=True)}

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece; a bad record costs only itself."""
        raw = _raw(piece)
        flags = piece.borders.flags.tolist() if piece.borders is not None else []
        width = len(piece.header)
        text_of = _getter(piece.header, columns)
        texts: list[bytes] = []
        shapes: list[Shape] = []
        good: list[int] = []
        rows: list[list[str]] = []
        unreadable = []
        for at, fields in enumerate(self._fields(raw, flags)):
            if isinstance(fields, list) and len(fields) == width and text_of is not None:
                texts.append(text_of(fields, shapes).encode())
                good.append(at)
                rows.append(fields)
            else:
                assert piece.borders is not None
                line = piece.first_line + int(piece.borders.lines[at])
                fault = self._fault(fields, raw[at], flags[at], piece.header, columns.text, sizes)
                unreadable.append(Unreadable(piece.file, piece.first_record + at, line, *fault, kept(raw[at])))
        extras: dict[str, Any] = {}
        for role, name in columns.extras().items():
            column = _index(piece.header, name)
            extras[role] = [row[column] or None for row in rows] if column is not None else [None] * len(rows)
        kept_raw = raw if len(good) == len(raw) else [raw[at] for at in good]
        return Rows(texts, piece.first_record + np.array(good, dtype=np.int64), kept_raw, extras, unreadable, shapes)

    def _cutter(self, sizes: Sizes) -> Cutter:
        delimiter = self.delimiter.encode()

        def cut(data: bytes, final: bool) -> Cut:
            arrays, end, lines = csv_borders.borders(data, delimiter, final, sizes.record)
            return Cut(end, len(arrays[0]), lines, Borders(*arrays))

        return Cutter(cut)

    def _headed(self, piece: Piece) -> tuple[tuple[str, ...], Piece]:
        """The header in the first record of a piece, and the piece without it; () with an unreadable where it is bad."""
        assert isinstance(piece.data, bytes) and piece.borders is not None
        [first, *_] = _raw(piece)
        [fields] = self._fields([first], piece.borders.flags[:1].tolist())
        line = int(piece.borders.lines[0])
        if not isinstance(fields, list):
            reason = (
                "the first record, which should name the columns, cannot be read; nothing below it can be told apart"
            )
            bad = Unreadable(piece.file, 1, piece.first_line + line, "no header", reason, kept(first))
            return (), replace(piece, data=b"", borders=None, records=1, unreadable=(bad,))
        start = min(int(piece.borders.ends[0]) + 1, len(piece.data))
        taken = piece.data.count(b"\n", 0, start)
        borders = piece.borders.between(1, piece.records, start, taken)
        return tuple(fields), replace(
            piece,
            data=piece.data[start:],
            borders=borders,
            header=tuple(fields),
            records=piece.records - 1,
            offset=piece.offset + start,
            first_line=piece.first_line + taken,
        )

    def _fields(self, raw: list[bytes], flags: list[int] | None = None) -> list[list[str] | Exception | None]:
        """The fields of each record; the error where it has none, None where the borders already said so."""
        csv.field_size_limit(2**31 - 1)  # the limit is the process's own, and low: 131,072 characters
        try:
            if not any(flags or ()):
                rows = list(csv.reader([record.decode() for record in raw], delimiter=self.delimiter, strict=True))
                if len(rows) == len(raw):
                    return list(rows)
        except (UnicodeDecodeError, csv.Error):
            pass
        return [None if flag else self._one(record) for record, flag in zip(raw, flags or [0] * len(raw), strict=True)]

    def _one(self, record: bytes) -> list[str] | Exception:
        try:
            [fields] = csv.reader([record.decode()], delimiter=self.delimiter, strict=True)
        except (UnicodeDecodeError, csv.Error, ValueError) as error:
            return error
        return fields

    def _fault(
        self,
        fields: list[str] | Exception | None,
        raw: bytes,
        flag: int,
        header: tuple[str, ...],
        text: str,
        sizes: Sizes,
    ) -> tuple[str, str]:
        """Kind and reason of a record that is no document."""
        if flag == csv_borders.TOO_LONG:
            return "too long", too_long_reason(len(raw), sizes)
        if flag == csv_borders.UNTERMINATED:
            return "unterminated quote", "a quote is opened and never closed; reading goes on with the next line"
        if isinstance(fields, UnicodeDecodeError):
            return "invalid UTF-8", invalid_utf8_reason(raw, fields)
        if not isinstance(fields, list):
            return "broken quoting", str(fields) if fields else 'a quote inside a quoted field is not doubled ("")'
        if len(fields) != len(header):
            return "wrong number of fields", f"{len(fields)} fields where the header has {len(header)}"
        return "missing text", f"no column {text!r}; there are: {', '.join(header)}"


def _raw(piece: Piece) -> list[bytes]:
    """The records of a piece, without the newline that ends them."""
    if piece.borders is None:
        return []
    data = piece.data
    assert isinstance(data, bytes)
    return [
        data[start:end] for start, end in zip(piece.borders.starts.tolist(), piece.borders.ends.tolist(), strict=True)
    ]


def _getter(header: tuple[str, ...], columns: Columns) -> Callable[[list[str], list[Shape]], str] | None:
    """What takes the text from the fields of a row, and of a chat tells how its turns are; None where it has no column."""
    at = _index(header, columns.text)
    if not columns.turns:
        return None if at is None else lambda fields, shapes: fields[at]
    if not needed_of(header, [columns.text]):
        return None

    def of_turns(fields: list[str], shapes: list[Shape]) -> str:
        turns = text_turns(dict(zip(header, fields, strict=True)), columns.text)
        shapes.append(shape_of(turns))
        return joined(turns)

    return of_turns


def _index(header: tuple[str, ...], name: str) -> int | None:
    """Where a column stands; the first of several of one name, None where there is none."""
    return header.index(name) if name in header else None
