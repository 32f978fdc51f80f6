"""JSON Lines: one object per line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from operator import itemgetter, methodcaller
from types import NoneType
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from orjson import loads

from dataqual.columns import Columns, as_string, look_up, text_turns
from dataqual.corpus import File, Piece, Rows, Slices, Unreadable
from dataqual.frames import text_fault, turns_fault, value_kind
from dataqual.kernels import json_lines
from dataqual.kernels.lines import line_feeds
from dataqual.readers.cutting import LINES, Sizes, cut_file, invalid_utf8_reason, kept, too_long_reason
from dataqual.turns import NoTurns, Shape, joined, shape_of

BLANK = b" \t\r"


EXACT = 2.0**63
"""The parser turns larger whole numbers into floats; an id of that size is taken from the line itself."""


@dataclass(frozen=True)
class JsonLines:
    """One JSON object per line; the record number is the line number, and blank lines are no records."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut at newlines."""
        return cut_file(index, file, LINES, sizes)

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        return replace(piece, data=data)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """Each wanted line alone, so that a few records do not cost parsing thousands."""
        records, lines = _wanted_lines(piece, wanted)
        for record, line in zip(records.tolist(), lines, strict=True):
            first_line = piece.first_line + record - piece.first_record
            yield replace(piece, data=line, first_record=record, first_line=first_line)

    def chosen(self, piece: Piece, wanted: Set[int], columns: Columns, sizes: Sizes) -> Iterator[tuple[int, str]]:
        """Number and text of those wanted lines that are documents, all at once."""
        return self.documents(piece.file, *_wanted_lines(piece, wanted), columns, sizes)

    def documents(
        self, file: int, records: NDArray[np.int64], lines: Slices, columns: Columns, sizes: Sizes
    ) -> Iterator[tuple[int, str]]:
        """Number and text of those of these lines, numbered by `records`, that are documents."""
        together = Piece(file, b"".join(lines.lines()), 0, records=len(lines))
        rows = self.rows(together, Columns(columns.text, turns=columns.turns), sizes)
        yield from zip(records[rows.records].tolist(), map(bytes.decode, rows.texts), strict=True)

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """The sound objects of a piece, to find the columns in."""
        return (record for _, record in self.records(piece))

    def records(self, piece: Piece) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and content of the sound objects of a piece."""
        for number, line in enumerate(_lines(piece), piece.first_record):
            try:
                record = loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict):
                yield number, record

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece; a bad line costs only itself."""
        return _taken(piece, columns, sizes) or self._parsed(piece, columns, sizes)

    def _parsed(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """Line by line, by a parser that knows all of JSON."""
        lines = _lines(piece)
        shapes: list[Shape] = []
        text_of = _getter(columns, shapes)
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
            except (ValueError, LookupError, TypeError, AttributeError, NoTurns):
                bad.append(at)
                continue
            for append, take in takers:
                append(take(record))
        good = np.ones(len(lines), dtype=bool)
        good[bad] = False
        raw = list(compress(lines, good)) if bad else lines
        unreadable = [*_told(piece, columns, sizes, {at: lines[at] for at in bad})]
        extras = {role: _strings(values[role], raw, name) for role, name in columns.extras().items()}
        return Rows(texts, piece.first_record + np.flatnonzero(good), raw, extras, unreadable, shapes)


def _taken(piece: Piece, columns: Columns, sizes: Sizes) -> Rows | None:
    """The same without a Python object per record; None where that cannot be done.

    What the compiled loop leaves the parser must find unreadable, too.
    """
    assert isinstance(piece.data, bytes)
    names = [columns.text, *columns.extras().values()]
    if columns.turns or len(piece.data) > sizes.record or any("." in name for name in names):
        return None
    keys = [name.encode("utf-8", "surrogatepass") for name in dict.fromkeys(names)]
    found = _Found.of(piece.data, keys, piece.records or piece.data.count(b"\n") + 1)
    left = np.flatnonzero(~found.taken)
    lines = {at: found.raw[at] for at in left.tolist()}
    if any(_is_document(line, columns.text) for line in lines.values()):
        return None
    good = np.flatnonzero(found.taken)
    raw = found.raw.take(good)
    texts = Slices(found.texts, found.borders[:-1][good], found.borders[1:][good])
    extras = {
        role: _strings(found.values(good, keys.index(name.encode("utf-8", "surrogatepass"))), raw, name)
        for role, name in columns.extras().items()
    }
    return Rows(texts, piece.first_record + good, raw, extras, [*_told(piece, columns, sizes, lines)])


@dataclass(frozen=True, eq=False)
class _Found:
    """What the compiled loop found: arrays are by line."""

    raw: Slices
    taken: NDArray[np.bool_]
    texts: NDArray[np.uint8]
    borders: NDArray[np.int64]
    """(lines + 1,): between the texts, which are empty where a line was left."""
    spans: NDArray[np.int64]

    @classmethod
    def of(cls, data: bytes, keys: Sequence[bytes], most: int) -> _Found:
        """`most`: how many lines there may be."""
        starts, ends, borders = (np.empty(most + 1, np.int64) for _ in range(3))
        spans = np.empty((most, len(keys), 2), np.int64)
        taken, texts = np.empty(most, np.bool_), np.empty(len(data) + 64, np.uint8)
        key_borders = np.cumsum([0, *map(len, keys)], dtype=np.int64)
        whole = np.frombuffer(data, np.uint8)
        wanted = np.frombuffer(bytearray(b"".join([*keys, b"\0"])), np.uint8)
        n = json_lines.take(whole, wanted, key_borders, starts, ends, spans, taken, texts, borders)
        if len(data) > (ends[n - 1] + 1 if n else 0):
            raise AssertionError(f"more than {most} lines")
        return cls(Slices(whole, starts[:n], ends[:n]), taken[:n], texts[: borders[n]], borders[: n + 1], spans[:n])

    def values(self, lines: NDArray[np.int64], key: int) -> list[Any]:
        """What stands under a key in these lines, None where nothing does."""
        starts, ends = self.spans[lines, key].T
        values: list[Any] = loads(b"[%b]" % _listed(self.raw.data, starts, ends))
        return values


def _listed(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> bytes:
    """These spans of `data`, "null" for one that begins at -1, with commas between them."""
    sizes = ends - starts
    if not len(starts):
        return b""
    if starts.min() < 0 or sizes.sum() > _SHORT * len(starts):
        view: Any = memoryview(data)  # type: ignore[arg-type]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return b",".join([view[start:end] if start >= 0 else b"null" for start, end in spans])
    behind = np.cumsum(sizes + 1)
    listed = data[np.minimum(np.repeat(ends + 1 - behind, sizes + 1) + np.arange(behind[-1]), len(data) - 1)]
    listed[behind - 1] = ord(",")
    return listed[:-1].tobytes()


_SHORT = 64
"""Up to so many bytes, as ids and labels have, all spans at once are sooner listed by numpy than one by one."""


def _is_document(line: bytes, text: str) -> bool:
    """Whether a line has a text after all."""
    try:
        loads(line)[text].encode()
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return True


def _wanted_lines(piece: Piece, wanted: Set[int]) -> tuple[NDArray[np.int64], Slices]:
    """The numbers of the wanted records of a piece, ascending, and their lines."""
    assert isinstance(piece.data, bytes)
    data = np.frombuffer(piece.data, np.uint8)
    ends = np.empty((piece.records or piece.data.count(b"\n")) + 1, np.int64)
    if (n := line_feeds(data, ends)) >= len(ends):  # the file was changed since its records were counted
        ends = np.empty(n + 1, np.int64)
        line_feeds(data, ends)
    ends[n] = len(data)
    ends = ends[: n + 1]
    starts = np.append(0, ends[:-1] + 1)
    span = range(piece.first_record, piece.first_record + len(ends))
    records = np.array(sorted(record for record in wanted if record in span), np.int64)
    at = records - piece.first_record
    return records, Slices(data, starts[at], ends[at])


def _told(piece: Piece, columns: Columns, sizes: Sizes, lines: Mapping[int, bytes]) -> Iterator[Unreadable]:
    """Why lines of a piece, by their place in it, are no documents; blank ones are no records."""
    for at, line in lines.items():
        if line.strip(BLANK):
            kind, reason = _fault(line, columns, sizes)
            yield Unreadable(piece.file, piece.first_record + at, piece.first_line + at, kind, reason, kept(line))


def _lines(piece: Piece) -> list[bytes]:
    """The lines of a piece without the newline at their ends."""
    assert isinstance(piece.data, bytes)
    lines = piece.data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _getter(columns: Columns, shapes: list[Shape]) -> Callable[[Any], Any]:
    """What takes the text from a parsed record; LookupError, TypeError or NoTurns where there is none.

    How the turns of a chat are goes to `shapes`.
    """
    name = columns.text

    def of_turns(record: Any) -> str:
        turns = text_turns(record, name)
        shapes.append(shape_of(turns))
        return joined(turns)

    if columns.turns:
        return of_turns
    return (lambda record: look_up(record, name)) if "." in name else itemgetter(name)


def _taker(name: str) -> Callable[[dict[str, Any]], Any]:
    """What takes a column, dotted or not, from a parsed record; None where there is none."""
    return partial(_dotted, name=name) if "." in name else methodcaller("get", name)


def _dotted(record: dict[str, Any], name: str) -> Any:
    try:
        return look_up(record, name)
    except LookupError:
        return None


def _strings(values: list[Any], raw: Sequence[bytes], name: str) -> list[str | None]:
    """A column of ids, labels or groups as strings."""
    types = set(map(type, values))
    if types <= {str, NoneType}:
        return values
    if float in types:
        for at, value in enumerate(values):
            if isinstance(value, float) and abs(value) >= EXACT:
                values[at] = look_up(json.loads(raw[at]), name)
    return [as_string(value) for value in values]


def _fault(line: bytes, columns: Columns, sizes: Sizes) -> tuple[str, str]:
    """Kind and reason of a line that is no document.

    >>> _fault(b'{"text": 5}', Columns("text"), Sizes()), _fault(b'{"body": "x"}', Columns("text"), Sizes())
    (('text is not a string', "'text' is a number: 5"), ('missing text', "no field 'text'; there are: body"))
    """
    text = columns.text
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
        return turns_fault(record, text) if columns.turns else text_fault(look_up(record, text), text)
    except KeyError:
        return "missing text", f"no field {text!r}; there are: {', '.join(record) or 'none'}"
