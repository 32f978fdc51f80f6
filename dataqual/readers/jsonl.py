"""JSON Lines: one object per line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from operator import itemgetter, methodcaller
from types import NoneType
from typing import Any

import numpy as np
import orjson
from orjson import loads

from dataqual.columns import Columns, as_string, look_up
from dataqual.corpus import File, Piece, Rows, Unreadable, text_fault, value_kind
from dataqual.readers.cutting import Cutter, Sizes, cut_file, cut_lines, invalid_utf8_reason, kept, too_long_reason

BLANK = b" \t\r"


EXACT = 2.0**63
"""The parser turns larger whole numbers into floats; an id of that size is taken from the line itself."""


@dataclass(frozen=True)
class JsonLines:
    """One JSON object per line; the record number is the line number, and blank lines are no records."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut at newlines."""
        return cut_file(index, file, Cutter(cut_lines), sizes)

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        return replace(piece, data=data)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """Each wanted line alone, so that a few records do not cost parsing thousands."""
        assert isinstance(piece.data, bytes)
        ends = np.flatnonzero(np.frombuffer(piece.data, np.uint8) == ord("\n"))
        ends = np.append(ends, len(piece.data))
        for record in sorted(wanted & set(range(piece.first_record, piece.first_record + len(ends)))):
            at = record - piece.first_record
            line = piece.data[ends[at - 1] + 1 if at else 0 : ends[at]]
            yield replace(piece, data=line, first_record=record, first_line=piece.first_line + at)

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """The sound objects of a piece, to find the columns in."""
        for line in _lines(piece):
            try:
                record = loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict):
                yield record

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece; a bad line costs only itself."""
        lines = _lines(piece)
        text_of = _getter(columns.text)
        too_long = (
            {at for at, line in enumerate(lines) if len(line) > sizes.record} if len(piece.data) > sizes.record else ()
        )
        texts: list[bytes] = []
        bad: list[int] = []
        values: dict[str, list[Any]] = {role: [] for role in columns.extras()}
        takers = [(values[role].append, _taker(name)) for role, name in columns.extras().items()]
        for at, line in enumerate(lines):
            try:
                record: Any = loads(line) if at not in too_long else None
                texts.append(text_of(record).encode())
            except (ValueError, LookupError, TypeError, AttributeError):
                bad.append(at)
                continue
            for append, take in takers:
                append(take(record))
        good = np.ones(len(lines), dtype=bool)
        good[bad] = False
        raw = list(compress(lines, good)) if bad else lines
        unreadable = []
        for at in bad:
            if lines[at].strip(BLANK):
                kind, reason = _fault(lines[at], columns.text, sizes)
                place = (piece.file, piece.first_record + at, piece.first_line + at)
                unreadable.append(Unreadable(*place, kind, reason, kept(lines[at])))
        extras = {role: _strings(values[role], raw, name) for role, name in columns.extras().items()}
        return Rows(texts, piece.first_record + np.flatnonzero(good), raw, extras, unreadable)


def _lines(piece: Piece) -> list[bytes]:
    """The lines of a piece without the newline at their ends."""
    assert isinstance(piece.data, bytes)
    lines = piece.data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _getter(name: str) -> Callable[[Any], Any]:
    """What takes a column, dotted or not, from a parsed record; LookupError or TypeError where there is none."""
    return (lambda record: look_up(record, name)) if "." in name else itemgetter(name)


def _taker(name: str) -> Callable[[dict[str, Any]], Any]:
    """What takes a column, dotted or not, from a parsed record; None where there is none."""
    return partial(_dotted, name=name) if "." in name else methodcaller("get", name)


def _dotted(record: dict[str, Any], name: str) -> Any:
    try:
        return look_up(record, name)
    except LookupError:
        return None


def _strings(values: list[Any], raw: list[bytes], name: str) -> list[str | None]:
    """A column of ids, labels or groups as strings."""
    types = set(map(type, values))
    if types <= {str, NoneType}:
        return values
    if float in types:
        for at, value in enumerate(values):
            if isinstance(value, float) and abs(value) >= EXACT:
                values[at] = look_up(json.loads(raw[at]), name)
    return [as_string(value) for value in values]


def _fault(line: bytes, text: str, sizes: Sizes) -> tuple[str, str]:
    """Kind and reason of a line that is no document.

    >>> _fault(b'{"text": 5}', "text", Sizes()), _fault(b'{"body": "x"}', "text", Sizes())
    (('text is not a string', "'text' is a number: 5"), ('missing text', "no field 'text'; there are: body"))
    """
    if len(line) > sizes.record:
        return "too long", too_long_reason(len(line), sizes)
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return "invalid UTF-8", invalid_utf8_reason(line, error)
    try:
        record = loads(line)
    except orjson.JSONDecodeError as error:
        if b"\0" in line:
            return "NUL byte", f"a NUL byte at position {line.index(0) + 1}; in JSON it is written \\u0000"
        if "surrogate" in error.msg:
            return "lone surrogate", f"half of a surrogate pair, which is no character, near column {error.colno}"
        return "not JSON", f"{error.msg} at column {error.colno}"
    if not isinstance(record, dict):
        return "not an object", f"the line holds {value_kind(record)}, not an object with a field {text!r}"
    try:
        return text_fault(look_up(record, text), text)
    except KeyError:
        return "missing text", f"no field {text!r}; there are: {', '.join(record) or 'none'}"
