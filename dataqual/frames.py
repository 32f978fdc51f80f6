"""Rows of a frame as documents: cut into pieces, and read, with the reason for each that is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.columns import Columns, as_string, needed_of, text_turns
from dataqual.pieces import RAW_KEPT, Piece, Rows, Unreadable
from dataqual.turns import NoTurns, Shape, joined, shape_of


def frame_pieces(frames: Iterable[pl.DataFrame], text: str, file: int, size: int, records: int) -> Iterator[Piece]:
    """The rows of `frames` cut wherever they fill `size` bytes or are `records`, however they are spread over frames."""
    held: list[pl.DataFrame] = []
    record, weight, height = 1, 0, 0
    for frame in frames:
        totals = np.cumsum(_weights(frame, text))
        start = before = 0
        while start < frame.height:
            stop = min(int(np.searchsorted(totals, before + size - weight)) + 1, start + records - height)
            held.append(frame[start:stop])
            if stop > frame.height:
                weight += int(totals[-1]) - before
                height += frame.height - start
                break
            rows = pl.concat(held)
            weight += int(totals[stop - 1]) - before
            yield Piece(file, rows, record, records=rows.height, frame_bytes=weight)
            record, weight, height, held = record + rows.height, 0, 0, []
            start, before = stop, int(totals[stop - 1])
    if held:
        rows = pl.concat(held)
        yield Piece(file, rows, record, records=rows.height, frame_bytes=weight)


def frame_rows(frame: pl.DataFrame, columns: Columns, file: int, first_record: int) -> Rows:
    """The documents of a frame's rows; a row without a string in the text column is unreadable."""
    column = frame_column(frame, columns.text) if not columns.turns else None
    values: list[Any]
    faults: list[Any]
    shapes: list[Shape] = []
    if columns.turns:
        values, faults, shapes = _turned(frame, columns.text)
    elif column is None:
        listing = ", ".join(frame.columns)
        faults = [("missing text", f"no column {columns.text!r}; there are: {listing}", b"")] * frame.height
        values = [None] * frame.height
    else:
        values = column.to_list()
        faults = []
    texts: list[bytes] = []
    good: list[int] = []
    unreadable = []
    for row, value in enumerate(values):
        try:
            texts.append(value.encode())
            good.append(row)
        except (AttributeError, UnicodeEncodeError):
            fault = faults[row] if faults and faults[row] else _fault(value, columns.text)
            if isinstance(fault, bytes):
                texts.append(fault)
                good.append(row)
            else:
                unreadable.append(Unreadable(file, first_record + row, 0, *fault))
    extras: dict[str, Sequence[str | None]] = {}
    for role, name in columns.extras().items():
        found = frame_column(frame, name)
        strings = as_strings(found) if found is not None else [None] * frame.height
        extras[role] = strings if len(good) == len(strings) else [strings[row] for row in good]
    turns = [shapes[row] for row in good] if shapes else []
    return Rows(texts, first_record + np.array(good, dtype=np.int64), (), extras, unreadable, turns)


def frame_records(piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Number and values of the rows of a frame."""
    assert isinstance(piece.data, pl.DataFrame)
    return enumerate(piece.data.to_dicts(), piece.first_record)


def frame_column(frame: pl.DataFrame, name: str) -> pl.Series | None:
    """A column by name, or by a dotted path into structs; None where there is none."""
    if name in frame.columns:
        return frame[name]
    root, *inner = name.split(".")
    column = frame[root] if root in frame.columns else None
    for key in inner:
        if column is not None and isinstance(column.dtype, pl.List) and key.isdecimal():
            column = column.list.get(int(key), null_on_oob=True)
        elif column is not None and isinstance(column.dtype, pl.Struct) and key in column.struct.fields:
            column = column.struct.field(key)
        else:
            return None
    return column


def turn_columns(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The columns of a frame in which the turns of a text lie."""
    return frame.select(needed_of(frame.columns, [name]))


def turns_fault(record: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Kind and reason for a record that has no turns.

    >>> turns_fault({"messages": [5]}, "messages")
    ('text is not a string', 'messages[0] is int, not a turn with a role and a content')
    """
    try:
        joined(text_turns(record, name)).encode()
    except NoTurns as no:
        return no.kind, no.reason
    return "lone surrogate", "half of a surrogate pair, which is no character"


def as_strings(column: pl.Series) -> list[str | None]:
    """A column of ids, labels or groups as strings, see `as_string`.

    >>> as_strings(pl.Series([1, None])), as_strings(pl.Series([True]))
    (['1', None], ['true'])
    """
    if column.dtype.is_integer() or column.dtype in (pl.String, pl.Boolean, pl.Categorical, pl.Enum):
        return column.cast(pl.String).to_list()
    return [as_string(value) for value in column.to_list()]


def text_fault(value: Any, name: str) -> tuple[str, str]:
    """Kind and reason for a value that is no text.

    >>> text_fault(None, "body"), text_fault(4.5, "body")
    (('null text', "'body' is null"), ('text is not a string', "'body' is a number: 4.5"))
    """
    if value is None:
        return "null text", f"{name!r} is null"
    shown = (as_string(value) or "")[:60] if not isinstance(value, bytes) else repr(value[:40])
    return "text is not a string", f"{name!r} is {value_kind(value)}: {shown}"


def value_kind(value: Any) -> str:
    """What a value is, in words.

    >>> value_kind(True), value_kind([1]), value_kind(None)
    ('a truth value', 'a list', 'null')
    """
    kinds = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return "null" if value is None else kinds.get(type(value), f"a {type(value).__name__}")


def _turned(frame: pl.DataFrame, name: str) -> tuple[list[Any], list[Any], list[Shape]]:
    """The text of each row whose text lies in several places, or None, and then why; and how its turns are."""
    values: list[Any] = []
    faults: list[Any] = []
    shapes: list[Shape] = []
    for record in turn_columns(frame, name).to_dicts():
        try:
            turns = text_turns(record, name)
            values.append(joined(turns))
            faults.append(None)
            shapes.append(shape_of(turns))
        except NoTurns as no:
            values.append(None)
            faults.append((no.kind, no.reason, b""))
            shapes.append(shape_of([]))
    return values, faults, shapes


def _fault(value: Any, name: str) -> tuple[str, str, bytes] | bytes:
    """Why a value in a frame is no document: (kind, reason, raw); or its bytes, if they are UTF-8 text after all."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return "lone surrogate", f"{name!r} holds half of a surrogate pair, which is no character", raw[:RAW_KEPT]
    if isinstance(value, bytes):
        try:
            value.decode()
        except UnicodeDecodeError as error:
            return "invalid UTF-8", f"byte 0x{value[error.start]:02x} at position {error.start + 1}", value[:RAW_KEPT]
        return value
    return *text_fault(value, name), (as_string(value) or "").encode()[:RAW_KEPT]


def _weights(frame: pl.DataFrame, text: str) -> NDArray[np.int64]:
    """About how many bytes each row weighs."""
    column = frame_column(frame, text)
    several = turn_columns(frame, text)
    if several.width and (column is None or isinstance(column.dtype, pl.List)):
        return (
            several.select(pl.struct(pl.all()).struct.json_encode().str.len_bytes())
            .to_series()
            .to_numpy()
            .astype(np.int64)
        )
    if (pictures := _picture_bytes(frame[text] if text in frame.columns else frame)) is not None:
        return pictures
    if column is not None and column.dtype == pl.String:
        return column.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    values = column.to_list() if column is not None else [None] * frame.height
    return np.array([len(value) if isinstance(value, str | bytes) else 0 for value in values], dtype=np.int64)


def _picture_bytes(data: pl.Series | pl.DataFrame) -> NDArray[np.int64] | None:
    """How many bytes of binary, bare or in a struct beside a path, each row of a column or a frame has; None without such columns."""
    columns = [data] if isinstance(data, pl.Series) else data.get_columns()
    held = [
        column.struct.field("bytes")
        if isinstance(column.dtype, pl.Struct) and "bytes" in column.struct.fields
        else column
        for column in columns
    ]
    sizes = [c.bin.size().fill_null(0).to_numpy().astype(np.int64) for c in held if c.dtype == pl.Binary]
    return np.sum(sizes, axis=0) if sizes else None
