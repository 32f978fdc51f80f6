"""Texts taken by the compiled loop against those that a parser gives, line by line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dataqual.corpus import Columns, Piece, Rows, Slices
from dataqual.readers.cutting import Sizes
from dataqual.readers.jsonl import JsonLines, _taken
from tests.strange import tries

COLUMNS = Columns(text="text", id="id", group="group")

STRINGS = st.one_of(st.text(max_size=8), st.text('a"\\/\n\té我👍\u2028\x7f', max_size=200))
SCALARS = st.one_of(
    STRINGS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(10**30)
)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(STRINGS, v, max_size=3), max_leaves=6
)
KEYS = st.one_of(st.sampled_from(["text", "id", "group", "tex", "textt", "é", ""]), STRINGS)
RECORDS = st.one_of(
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.fixed_dictionaries({"text": STRINGS}, optional={"id": SCALARS, "group": VALUES, "more": VALUES}),
    VALUES,
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A record, written in one of several ways, and perhaps damaged."""
    record = draw(RECORDS)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", "\r: ")]))
    line = json.dumps(record, ensure_ascii=draw(st.booleans()), separators=separators)
    data = bytearray(line.encode("utf-8", "surrogatepass"))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(data)))
        piece = draw(
            st.sampled_from([b"", b'"', b"\\", b"\xff", b"\xc3", b"\0", b"0", b"}", b",", b"[", b"\\ud800", b" "])
        )
        data[at : at + draw(st.integers(0, 2))] = piece
    return bytes(data).replace(b"\n", b"") + draw(st.sampled_from([b"", b"", b"\r", b" "]))


def rows_both_ways(data: bytes, columns: Columns = COLUMNS) -> tuple[Rows | None, Rows]:
    piece = Piece(0, data, 7, 7)
    return _taken(piece, columns, Sizes()), JsonLines()._parsed(piece, columns, Sizes())


def told(rows: Rows) -> object:
    extras = {role: list(values) for role, values in rows.columns.items()}
    return list(rows.texts), rows.records.tolist(), list(rows.raw), extras, rows.unreadable


@settings(max_examples=tries(400), deadline=None)
@given(st.lists(lines(), max_size=5), st.booleans())
@example([b'{"text":"a","text":"b"}', b'{"text":"long enough", "id": "x","text":"c"}', b'{"text":"a","text":5}'], False)
@example(
    [b'{"text":"\xe0\x80\x80"}', b'{"text":"\xf0\x80\x80\x80"}', b'{"text":"\xe6\x88"}', b'{"text":"\xe6\x88a"}'], True
)
@example([b'{"text":"a","id":1,"more":{"text":"no"},"id":2}', b"", b'{"te\\u0078t":"a"}'], True)
@example([b'{"text":"\xed\xa0\x80"}', b'{"text":"\xc0\x80"}', b'{"text":"\xf4\x90\x80\x80"}'], True)
@example([b'{"text":"a","n":01}', b'{"text":"a","n":1.}', b'{"text":"a","n":1e999}', b'{"text":"a","n":-}'], True)
@example([b'{"text":"a"}}', b'{"text":"a",}', b'[{"text":"a"}]', b'{"text":"a"'], False)
@example([b'{"text":"' + b"x" * 130 + b'\\n\xe6\x88\x91"}'] * 2, True)
def test_what_is_taken_is_what_a_parser_gives(given_lines: list[bytes], ended: bool) -> None:
    taken, parsed = rows_both_ways(b"\n".join(given_lines) + (b"\n" if ended else b""))
    if taken is not None:
        assert told(taken) == told(parsed)


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 5, "text": "plain"}',
        '{"text": "\\"quoted\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9 \\u6211 \\ud83d\\ude00"}',
        '{"text": "我们今天去公园", "more": [1, -2.5e-3, true, false, null, {"a": []}, {}]}',
        '{"text": "Ünïcödé 👍 " , "group" : "g" }\r',
        '{"more": "' + "x" * 500 + '", "text": "' + "y" * 200 + '"}',
    ],
)
def test_ordinary_lines_need_no_parser(line: str) -> None:
    taken, parsed = rows_both_ways(f"{line}\n{line}\n".encode())
    assert taken is not None
    assert list(taken.texts) == [json.loads(line)["text"].encode()] * 2
    assert told(taken) == told(parsed)


def test_unreadable_lines_are_told_as_by_the_parser_and_cost_no_other() -> None:
    data = b'{"text":"a"}\nnot json\n\n{"text":5}\n{"id":"x"}\n{"text":"\xff"}\n{"text":"b","id":7}'
    taken, parsed = rows_both_ways(data)
    assert taken is not None
    assert list(taken.texts) == [b"a", b"b"]
    assert taken.columns["id"] == [None, "7"]
    assert [(bad.record, bad.kind) for bad in taken.unreadable] == [
        (8, "not JSON"), (10, "text is not a string"), (11, "missing text"), (12, "invalid UTF-8"),
    ]  # fmt: skip
    assert told(taken) == told(parsed)


@pytest.mark.parametrize("line", ['{"te\\u0078t": "a"}', '{"text": "a", "n": 123456789012345678901}'])
def test_a_sound_line_that_the_loop_leaves_is_parsed(line: str) -> None:
    taken, _ = rows_both_ways(line.encode())
    assert taken is None
    rows = JsonLines().rows(Piece(0, line.encode(), 1, 1), COLUMNS, Sizes())
    assert list(rows.texts) == [b"a"]


def test_slices_that_lie_in_a_row_are_not_copied() -> None:
    data = np.frombuffer(b"one\ntwo\nthree", np.uint8)
    slices = Slices(data, np.array([0, 4, 8]), np.array([3, 7, 13]))
    assert b"".join(slices.lines()) == b"one\ntwo\nthree\n"
    assert b"".join(slices.take(np.array([0, 2])).lines()) == b"one\nthree\n"
    assert b"".join(slices.take(np.array([2, 0, 0])).lines()) == b"three\none\none\n"
    chosen = slices.take(np.array([0, 2]))
    packed, borders = chosen.packed(), chosen.borders
    assert (packed.tobytes(), borders.tolist()) == (b"onethree", [0, 3, 8])
    touching = Slices(data, np.array([0, 2]), np.array([2, 5]))
    assert np.shares_memory(touching.packed(), data)
    assert b"".join(touching.lines()) == b"on\ne\nt\n"
