from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.corpus import Piece
from dataqual.kernels.csv_borders import BROKEN, SOUND, TOO_LONG, UNTERMINATED, borders
from dataqual.readers.delimited import Delimited
from tests.readers.helpers import column, documents, faults, opened, raws, texts, written
from tests.strange import tries

FIELD = rb'(?:"(?:[^"]|"")*"(?:\r[^,\n]*)?|[^",\n][^,\n]*|)(?=[,\n]|\Z)'
RECORD = re.compile(FIELD + rb"(?:," + FIELD + rb")*(?=\n|\Z)")


def slow_borders(data: bytes) -> list[tuple[bytes, bool]]:
    """(record, sound) by a regular expression; where it fails, one physical line."""
    found = []
    at = 0
    while at < len(data):
        match = RECORD.match(data, at)
        end = match.end() if match else (data + b"\n").index(b"\n", at)
        if data[at:end] not in (b"", b"\r"):
            found.append((data[at:end], match is not None))
        at = end + 1
    return found


def fast_borders(data: bytes, max_record: int = 1 << 20) -> list[tuple[bytes, int]]:
    (starts, ends, _, flags), _, _ = borders(data, b",", True, max_record)
    return [(data[s:e], int(f)) for s, e, f in zip(starts, ends, flags, strict=True)]


damaged = st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b'""', b'"\n', b',"']), max_size=30).map(b"".join)


@given(damaged)
@settings(max_examples=tries(500), deadline=None)
def test_borders_are_those_of_a_slow_reader(data: bytes) -> None:
    assert [(raw, flag == SOUND) for raw, flag in fast_borders(data)] == slow_borders(data)


@given(damaged, st.integers(1, 12))
@settings(max_examples=tries(300), deadline=None)
def test_what_is_cut_in_two_steps_is_cut_as_in_one(data: bytes, max_record: int) -> None:
    whole = fast_borders(data, max_record)
    for at in range(len(data) + 1):
        (starts, ends, lines, flags), taken, line = borders(data[:at], b",", False, max_record)
        first = [(data[s:e], int(f)) for s, e, f in zip(starts, ends, flags, strict=True)]
        assert first + fast_borders(data[taken:], max_record) == whole
        assert line == data[:taken].count(b"\n")
        assert [data[:s].count(b"\n") for s in starts] == lines.tolist()


def test_each_fault_of_quoting_has_its_flag() -> None:
    assert fast_borders(b'a,"b\nc,"d"\n') == [(b'a,"b', UNTERMINATED), (b'c,"d"', SOUND)]
    assert fast_borders(b'a,"b"c\nd') == [(b'a,"b"c', BROKEN), (b"d", SOUND)]
    assert fast_borders(b'a,"b\nc\nd') == [(b'a,"b', UNTERMINATED), (b"c", SOUND), (b"d", SOUND)]
    assert fast_borders(b'abcdef\n"abcdef"\nab\n', 5) == [
        (b"abcdef", TOO_LONG),
        (b'"abcdef"', TOO_LONG),
        (b"ab", SOUND),
    ]


rows_of_text = st.lists(
    st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.text('a",\n\r\t', max_size=8)),
    max_size=6,
)


@pytest.mark.parametrize(("delimiter", "end"), [(",", "\r\n"), (",", "\n"), ("\t", "\n")])
@given(rows=rows_of_text, chunk=st.sampled_from([1, 3, 17, 4096]))
@settings(max_examples=60, deadline=None)
def test_what_the_csv_module_writes_is_read(
    delimiter: str, end: str, rows: list[tuple[str, str]], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "label"), *rows])
    path = tmp_path_factory.mktemp("csv") / ("x.csv" if delimiter == "," else "x.tsv")
    path.write_bytes(out.getvalue().encode())
    corpus = opened(path, chunk=chunk, text="text", label="label")
    assert texts(corpus) == [text for text, _ in rows]
    assert column(corpus, "label") == [label or None for _, label in rows] if rows else True
    assert faults(corpus) == []


@pytest.mark.parametrize("chunk", [1, 5, 4096])
def test_a_stray_quote_costs_only_its_own_record(chunk: int, tmp_path: Path) -> None:
    data = b'id,text\n1,"a\nb"\n2,"open\n3,"c"\n4,d\n5,"never closed\n6,e\n7,"f"\n8,"open at the end\n9,g\n'
    corpus = opened(written(tmp_path, "x.csv", data), chunk=chunk)
    assert documents(corpus) == [(0, n, t) for n, t in ((1, "a\nb"), (3, "c"), (4, "d"), (6, "e"), (7, "f"), (9, "g"))]
    assert faults(corpus) == [(n, n + 2, "unterminated quote") for n in (2, 5, 8)]


def test_records_and_lines_are_counted_apart(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf\r\ntext,n\r\n"a\r\n\r\nb",1\r\n\r\nc,2,3\r\n\xff,3\r\n"d"e,4\r\nf,5'
    corpus = opened(written(tmp_path, "x.csv", data))
    assert documents(corpus) == [(0, 1, "a\r\n\r\nb"), (0, 5, "f")]
    assert faults(corpus) == [(2, 7, "wrong number of fields"), (3, 8, "invalid UTF-8"), (4, 9, "broken quoting")]
    assert raws(corpus) == [b'"a\r\n\r\nb",1\r', b"f,5"]


def test_a_field_may_be_longer_than_the_csv_module_allows(tmp_path: Path) -> None:
    long = "word " * 40_000
    assert texts(opened(written(tmp_path, "x.csv", f'id,text\n1,"{long}"\n'.encode()))) == [long]


def test_the_first_header_of_two_alike_counts(tmp_path: Path) -> None:
    assert texts(opened(written(tmp_path, "x.csv", b"text,text\na,b\n"))) == ["a"]


def test_a_header_that_cannot_be_read_makes_the_file_unreadable(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.csv", b"te\xffxt,id\na,1\nb,2\n"))
    assert (documents(corpus), faults(corpus)) == ([], [(1, 1, "no header")])


def test_an_empty_cell_is_an_empty_document_but_no_label(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.csv", b'text,label\n,x\n"",\n'))
    assert (texts(corpus), column(corpus, "label")) == (["", ""], ["x", None])


def test_rows_of_a_file_without_the_column_are_missing_text(tmp_path: Path) -> None:
    written(tmp_path, "a.csv", b"text,id\na,1\n")
    written(tmp_path, "b.csv", b"title,id\nb,1\nc,2\n")
    [batch] = opened(tmp_path).batches()
    assert [bad.reason for bad in batch.unreadable] == ["no column 'text'; there are: title, id"] * 2


def test_a_piece_without_borders_has_no_rows() -> None:
    from dataqual.corpus import Columns
    from dataqual.readers.cutting import Sizes

    assert Delimited().rows(Piece(0, b"", 1), Columns(), Sizes()).texts == []
