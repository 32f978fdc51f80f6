from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dataqual.frames import frame_pieces
from tests.readers.helpers import column, documents, faults, opened, texts


@pytest.mark.parametrize("rows_per_group", [1, 7, 1000])
@pytest.mark.parametrize("chunk", [1, 100, 4 << 20])
def test_rows_are_documents_and_nulls_are_told(chunk: int, rows_per_group: int, tmp_path: Path) -> None:
    values = [None if n % 10 == 3 else "第三 " * (n % 5) for n in range(50)]
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame({"content": values, "doc_id": range(50), "label": [n % 2 == 0 for n in range(50)]})
    frame.write_parquet(path, row_group_size=rows_per_group)
    corpus = opened(path, chunk=chunk)
    assert documents(corpus) == [(0, n, text) for n, text in enumerate(values, 1) if text is not None]
    assert faults(corpus) == [(n, 0, "null text") for n in range(4, 51, 10)]
    assert column(corpus, "id") == [str(n) for n in range(50) if n % 10 != 3]
    assert set(column(corpus, "label")) == {"true", "false"}
    assert corpus.fetch([(0, 50), (0, 1), (0, 50)]) == [values[49], values[0], values[49]]
    assert all(len(batch.raw) == 0 for batch in corpus.batches())


def test_pieces_do_not_depend_on_how_rows_are_spread_over_frames() -> None:
    frame = pl.DataFrame({"text": ["x" * (n * 37 % 90) for n in range(200)]})
    pieces = [
        [(piece.first_record, piece.records) for piece in frame_pieces(frames, "text", 0, 500, 1000)]
        for frames in ([frame], [frame[:1], frame[1:]], [frame[n : n + 3] for n in range(0, 200, 3)])
    ]
    assert pieces[0] == pieces[1] == pieces[2]
    assert len(pieces[0]) > 10
    assert sum(records for _, records in pieces[0]) == 200


def test_a_damaged_file_is_one_unreadable_record(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"text": ["a"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    corpus = opened(path)
    assert faults(corpus) == [(1, 0, "damaged parquet")]
    assert texts(corpus) == []


def test_text_may_lie_in_a_struct_or_in_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"m": [{"t": "a"}, {"t": None}], "raw": [b"b", b"\xff"], "n": [1, 2]})
    frame.write_parquet(tmp_path / "x.parquet")
    assert texts(opened(tmp_path / "x.parquet", text="m.t")) == ["a"]
    assert texts(opened(tmp_path / "x.parquet", text="raw")) == ["b"]
    assert faults(opened(tmp_path / "x.parquet", text="raw")) == [(2, 0, "invalid UTF-8")]
    assert faults(opened(tmp_path / "x.parquet", text="n")) == [(n, 0, "text is not a string") for n in (1, 2)]
