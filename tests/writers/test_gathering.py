"""Rows of parquet that gather before they become a part, and lines that are found without looking at each byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dataqual.columns import Columns
from dataqual.corpus import Piece
from dataqual.kernels.lines import line_feeds
from dataqual.readers.cutting import Sizes
from dataqual.readers.jsonl import JsonLines
from dataqual.writers import NewParquet

SCHEMA = {"n": pl.Int64, "word": pl.String}


def test_rows_of_many_batches_are_one_part_and_all_of_them_are_there_at_a_mark(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    with NewParquet(str(tmp_path / "out.parquet"), SCHEMA, place=folder) as table:
        for n in range(5):
            table.add(pl.DataFrame({"n": [n], "word": [str(n)]}, schema=SCHEMA))
        assert list(folder.iterdir()) == []
        assert table.mark() == 1
        assert pl.read_parquet(folder / "000000000.parquet")["n"].to_list() == [0, 1, 2, 3, 4]
        table.add(pl.DataFrame({"n": [5]}))  # a column less
        table.finish()
        table.publish()
    assert pl.read_parquet(tmp_path / "out.parquet").rows() == [*((n, str(n)) for n in range(5)), (5, None)]


def test_many_rows_do_not_wait_in_memory(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    with NewParquet(str(tmp_path / "out.parquet"), SCHEMA, place=folder) as table:
        for _ in range(4):
            table.add(pl.DataFrame({"n": range(70_000), "word": ["x"] * 70_000}, schema=SCHEMA))
        assert len(list(folder.iterdir())) >= 2


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 1000])
def test_line_feeds_are_where_python_finds_them(size: int) -> None:
    data = np.random.default_rng(size).choice(np.array([9, 10, 11, 97, 0xE5], np.uint8), size)
    expected = [at for at, byte in enumerate(data.tobytes()) if byte == 10]
    places = np.full(size + 1, -1, np.int64)
    assert line_feeds(data, places) == len(expected)
    assert places[: len(expected)].tolist() == expected
    few = np.full(2, -1, np.int64)
    assert line_feeds(data, few) == len(expected)
    assert few[: min(2, len(expected))].tolist() == expected[:2]


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("records", [0, 2, 40])
def test_wanted_records_are_found_whatever_was_counted_before(records: int, end: bytes) -> None:
    data = b"\n".join(b'{"text": "%d"}' % n for n in range(40)) + end
    piece = Piece(0, data, 7, 7, records=records)
    found = JsonLines().chosen(piece, {7, 20, 46, 90}, Columns("text"), Sizes())
    assert list(found) == [(7, "0"), (20, "13"), (46, "39")]
