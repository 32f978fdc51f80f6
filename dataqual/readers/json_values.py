"""JSON that is no lines: an array of records, an object around one, or records over several lines one behind the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dataqual.columns import Columns
from dataqual.corpus import Borders, File, Piece, Rows, Unreadable
from dataqual.kernels import json_values
from dataqual.readers.cutting import Cut, Cutter, Sizes, cut_file, kept
from dataqual.readers.json_head import Head, head_of, read_head
from dataqual.readers.jsonl import JsonLines

TRUNCATED = "truncated array"

INSIDE = ("array",)
"""What stands in the header of pieces that lie in an array."""


@dataclass(frozen=True)
class JsonValues:
    """Records are the values of the array, or those at the top, counted from 1; each has its line."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut between values; what stands before the first and behind the array is no record."""
        head = head_of(read_head(file.place, file.packed))
        cutting = _Values(head, sizes)
        last = Piece(index, b"", 1, 1)  # as if a record went before: none did, and it spans none
        flags = np.zeros(0, np.uint8)
        for piece in cut_file(index, file, cutting.cutter, sizes):
            broken = bool(piece.unreadable) and piece.unreadable[0].kind != "too long"
            if piece.borders is not None:
                flags = piece.borders.flags
                piece = replace(_without_head(piece), header=INSIDE if head.kind != "values" else ())
            if piece.records:
                last = piece
                yield piece
            if broken:
                return
        if cutting.inside and not (len(flags) and flags[-1] == json_values.UNCLOSED):
            number = last.first_record + last.records
            reason = "the array is not closed: the file ends early, or another was put together with it"
            bad = Unreadable(index, number, last.first_line, TRUNCATED, reason, b"")
            yield replace(last, data=b"", borders=None, first_record=number, records=1, unreadable=(bad,))

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        cut = _Values(Head("array" if piece.header == INSIDE else "values"), sizes).cutter.cut(data, True)
        return replace(piece, data=data, borders=cut.borders)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """The piece as it is."""
        yield piece

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """The sound objects of a piece, to find the columns in."""
        return (record for _, record in self.records(piece))

    def records(self, piece: Piece) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and content of the sound objects of a piece."""
        return JsonLines().records(_as_lines(piece, raw_values(piece)))

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece, as if each stood on a line of its own."""
        raw = raw_values(piece)
        found = JsonLines().rows(_as_lines(piece, raw), columns, sizes)
        at = found.records - piece.first_record
        unreadable = [self._told(piece, bad, raw[bad.record - piece.first_record]) for bad in found.unreadable]
        own = raw if len(at) == len(raw) else [raw[row] for row in at.tolist()]
        return replace(found, raw=own, unreadable=unreadable)

    def _told(self, piece: Piece, bad: Unreadable, raw: bytes) -> Unreadable:
        assert piece.borders is not None
        row = bad.record - piece.first_record
        line = piece.first_line + int(piece.borders.lines[row])
        if piece.borders.flags[row] == json_values.UNCLOSED:
            reason = "the file ends within this record, or its quotes and brackets do not close"
            return replace(bad, line=line, kind=TRUNCATED, reason=reason, raw=kept(raw))
        return replace(bad, line=line, raw=kept(raw))


class _Values:
    """Where the reading of one file stands: before, inside or behind its array."""

    def __init__(self, head: Head, sizes: Sizes) -> None:
        self._skip = head.start
        self._around = head.kind == "around"
        self._sizes = sizes
        self._over = False
        self.inside = head.kind != "values"

    @property
    def cutter(self) -> Cutter:
        return Cutter(self._cut, NEW_RECORD, overlap=1024)

    def _cut(self, data: bytes, final: bool) -> Cut:
        if self._over:
            return Cut(len(data), 0, data.count(b"\n"))
        at, lines = self._skip, data.count(b"\n", 0, self._skip)
        if at > len(data):
            return Cut(0, 0, 0)
        found: list[Borders] = []
        closed = True
        while closed:
            arrays, taken, more, closed = json_values.borders(data[at:], self.inside, final, self._sizes.record)
            starts, ends, begun, flags = arrays
            found.append(Borders(starts + at, ends + at, begun + lines, flags))
            at, lines = at + taken, lines + more
            self.inside &= not closed
            self._over = closed and self._around
            if self._over:
                break
        self._skip = 0 if at else self._skip
        fields = ("starts", "ends", "lines", "flags")
        borders = Borders(*(np.concatenate([getattr(one, name) for one in found]) for name in fields))
        return Cut(at, len(borders.starts), lines, borders)


NEW_RECORD = re.compile(rb"\n(?=[ \t]*\{)")
"""What ends a record that is too long to hold."""


def raw_values(piece: Piece) -> list[bytes]:
    """The records of a piece as they came."""
    if piece.borders is None:
        return []
    data = piece.data
    assert isinstance(data, bytes)
    places = zip(piece.borders.starts.tolist(), piece.borders.ends.tolist(), strict=True)
    return [data[start:end] for start, end in places]


def one_line(raw: bytes) -> bytes:
    """A value on one line, every other byte as it was: within strings there are no line ends.

    >>> one_line(b'{\\r\\n  "a": 1.50\\n}')
    b'{  "a": 1.50 }'
    """
    return raw.replace(b"\r\n", b" ").replace(b"\n", b" ")


def _as_lines(piece: Piece, raw: list[bytes]) -> Piece:
    """The values on a line each; a line end in a string, which JSON forbids, stays one that no parser takes for a blank."""
    data = b"\n".join([*(value.replace(b"\n", b"\r") for value in raw), b""])
    return Piece(piece.file, data, piece.first_record, records=len(raw))


def _without_head(piece: Piece) -> Piece:
    """The piece from its first record on, so that it can be sought in: what stands before is no part of the array."""
    assert piece.borders is not None and isinstance(piece.data, bytes)
    if not piece.records:
        return replace(piece, data=b"", borders=None)
    start, line = int(piece.borders.starts[0]), int(piece.borders.lines[0])
    return replace(
        piece,
        data=piece.data[start:],
        borders=piece.borders.between(0, piece.records, start, line),
        offset=piece.offset + start,
        first_line=piece.first_line + line,
    )
