"""However many records are taken at once, the same documents come out at the same places."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dataqual.corpus import File
from dataqual.pieces import CHUNK_RECORDS
from dataqual.readers.cutting import LINES, Cutter, Sizes, cut_file, cut_lines
from tests.readers.helpers import COMPRESSIONS, documents, faults, opened, raws, texts, written

JSONL = b"".join(b'{"text": "%d"}\n\n' % n if n % 5 else b"not JSON\n" for n in range(23)) + b'{"text": "end"}'
CSV = (
    b"id,text\r\n"
    + b"".join(b'%d,"one\nof ""%d"""\r\n' % (n, n) if n % 4 else b'%d,"x"y\n\n' % n for n in range(23))
    + b'9,"never closed\n10,end'
)
PARAGRAPHS = b"\n\n" + b"\n \n".join(b"par %d\nline two" % n for n in range(23)) + b"\n\xff\n\n\nend"
CASES: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "jsonl": ("x.jsonl", JSONL, {}),
    "csv": ("x.csv", CSV, {"text": "text"}),
    "paragraphs": ("x.txt", PARAGRAPHS, {"txt": "paragraph"}),
    "lines": ("x.txt", PARAGRAPHS, {"txt": "line"}),
}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("records", [1, 2, 7])
@pytest.mark.parametrize("case", CASES)
def test_no_piece_holds_more_records_and_nothing_else_changes(
    case: str, records: int, suffix: str, tmp_path: Path
) -> None:
    name, data, options = CASES[case]
    path = written(tmp_path, name + suffix, data)
    whole = opened(path, **options)
    cut = opened(path, records=records, **options)
    assert len(documents(whole)) > 15 and faults(whole)
    assert documents(cut) == documents(whole)
    assert faults(cut) == faults(whole)
    assert raws(cut) == raws(whole)
    pieces = list(cut.pieces())
    assert max(piece.records for piece in pieces) == records
    places = [(file, record) for file, record, _ in documents(whole)]
    assert cut.fetch(places[::-1]) == texts(whole)[::-1]


def test_rows_of_parquet_are_cut_by_number_too(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"text": ["a", None, "c", "", "e"]}).write_parquet(path)
    corpus = opened(path, records=2)
    assert [(piece.first_record, piece.records) for piece in corpus.pieces()] == [(1, 2), (3, 2), (5, 1)]
    assert documents(corpus) == [(0, 1, "a"), (0, 3, "c"), (0, 4, ""), (0, 5, "e")]


@pytest.mark.parametrize(("name", "head"), [("x.jsonl", b""), ("x.csv", b"text\n")])
def test_a_batch_of_single_words_is_no_larger_than_the_cap(name: str, head: bytes, tmp_path: Path) -> None:
    line = b'{"text": "word"}\n' if name == "x.jsonl" else b"word\n"
    batches = list(opened(written(tmp_path, name, head + line * 40_000)).batches())
    assert max(map(len, batches)) == CHUNK_RECORDS
    assert sum(map(len, batches)) == 40_000


@given(st.lists(st.text("ab\n", max_size=40), max_size=12), st.integers(3, 40), st.sampled_from(["", "\ufeff"]))
@example(["a\n" * 20], 4, "")
@example(["a" * 50, "\n", "b\n\n"], 10, "")
def test_lines_are_cut_into_the_same_pieces_wherever_blocks_end(parts: list[str], size: int, mark: str) -> None:
    sizes = Sizes(chunk=size, record=30, records=3)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "c.jsonl"
        place.write_text(mark + "".join(parts))
        file = File(str(place), "jsonl", size=place.stat().st_size)
        found = [list(cut_file(0, file, cutter, sizes)) for cutter in (LINES, Cutter(cut_lines))]
    together = ["".join(piece.data.decode() for piece in pieces) for pieces in found]
    assert together[0] == together[1]
    lines = [[(bad.record, bad.reason) for piece in pieces for bad in piece.unreadable] for pieces in found]
    assert lines[0] == lines[1]
    for pieces in found:
        for piece, behind in pairwise(pieces):
            assert behind.first_record == piece.first_record + piece.records
            assert behind.offset >= piece.offset + len(piece.data)
