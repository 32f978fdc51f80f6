from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import dataqual
from dataqual.corpus import Corpus, File, Piece
from dataqual.errors import InputError, SpecError, UnknownColumn
from dataqual.flipping import flips
from dataqual.frames import frame_pieces
from dataqual.pieces import CHUNK_RECORDS, pack


def only_batch(data: Any, **options: Any) -> Any:
    [batch] = Corpus.of(data, **options).batches()
    return batch


@pytest.mark.parametrize(
    "data",
    [
        ["a", "", "第三"],
        ("a", "", "第三"),
        pl.Series(["a", "", "第三"]),
        pd.Series(["a", "", "第三"]),
        np.array(["a", "", "第三"]),
        pl.DataFrame({"text": ["a", "", "第三"]}),
        pd.DataFrame({"text": ["a", "", "第三"]}, index=[7, 7, 7]),
    ],
    ids=lambda data: type(data).__module__.split(".")[0] + "." + type(data).__name__,
)
def test_documents_come_from_any_column_or_frame(data: Any) -> None:
    batch = only_batch(data)
    assert [batch.text[i] for i in range(len(batch))] == ["a", "", "第三"]
    assert batch.record.tolist() == [1, 2, 3]
    assert batch.file.tolist() == [0, 0, 0]
    assert batch.columns.width == 0
    assert list(batch.unreadable) == []


def test_a_corpus_stays_as_it_is() -> None:
    corpus = Corpus.of(["a"])
    assert Corpus.of(corpus) is corpus


def test_what_is_no_text_is_told_and_costs_only_itself() -> None:
    batch = only_batch(["a", None, 5, "x\ud800", b"b", b"\xff", ["c"]])
    assert [batch.text[i] for i in range(len(batch))] == ["a", "b"]
    assert batch.record.tolist() == [1, 5]
    assert [(bad.record, bad.line, bad.kind, bad.raw) for bad in batch.unreadable] == [
        (2, 0, "null text", b""),
        (3, 0, "text is not a string", b"5"),
        (4, 0, "lone surrogate", b"x\xed\xa0\x80"),
        (6, 0, "invalid UTF-8", b"\xff"),
        (7, 0, "text is not a string", b'["c"]'),
    ]


def test_pandas_means_null_by_nan_and_na() -> None:
    frame = pd.DataFrame({"body": ["a", np.nan, "c"], "label": pd.array([1, 2, None], dtype="Int64"), "n": [1, 2, 3]})
    batch = only_batch(frame, id="n")
    assert batch.columns.to_dict(as_series=False) == {"id": ["1", "3"], "label": ["1", None]}
    assert [bad.kind for bad in batch.unreadable] == ["null text"]


def test_columns_of_a_frame_become_strings() -> None:
    frame = pl.DataFrame(
        {"text": ["a", "b"], "id": [1, 2], "label": [True, None], "source": pl.Series(["x", "y"], dtype=pl.Categorical)}
    )
    corpus = Corpus.of(frame)
    assert corpus.notes[1:] == (
        "id column: 'id' (found)",
        "label column: 'label' (found)",
        "group column: 'source' (found)",
    )
    [batch] = corpus.batches()
    assert batch.columns.to_dict(as_series=False) == {"id": ["1", "2"], "label": ["true", None], "group": ["x", "y"]}


def test_text_may_lie_in_a_struct() -> None:
    batch = only_batch(pl.DataFrame({"m": [{"t": "a"}, {"t": None}, None]}), text="m.t")
    assert ([batch.text[0]], len(batch.unreadable)) == (["a"], 2)


def test_fetching_takes_rows_in_the_order_asked() -> None:
    corpus = Corpus.of(["a", None, "c"])
    assert corpus.fetch([(0, 3), (0, 1), (0, 3)]) == ["c", "a", "c"]
    for record in (0, 2, 4):
        with pytest.raises(InputError, match=f"^<list>: there is no document in row {record}$"):
            corpus.fetch([(0, record)])


@pytest.mark.parametrize("path", ["x.jsonl", Path("x.jsonl")])
def test_a_path_is_refused_with_the_way_to_read_it(path: Any) -> None:
    with pytest.raises(
        InputError, match=r"^Corpus\.of takes documents, not a path: .*; a file is read with dataqual\.read"
    ):
        Corpus.of(path)


def test_a_frame_without_the_column_is_refused() -> None:
    with pytest.raises(UnknownColumn, match=r"^--text: no column 'txt'; did you mean 'text'"):
        Corpus.of(pl.DataFrame({"text": ["a"]}), text="txt")


def test_a_long_list_is_cut_into_batches_of_a_chunk_each() -> None:
    corpus = Corpus.of(["x" * 1_000_000] * 10 + [""] * 300_000)
    sizes = [len(batch) for batch in corpus.batches()]
    assert sizes[:2] == [5, 5]
    assert sum(sizes) == 300_010
    assert max(sizes) == CHUNK_RECORDS
    assert [chunk.index for chunk in corpus.chunks()] == list(range(len(sizes)))


def test_nothing_at_all_makes_no_batch() -> None:
    assert list(Corpus.of([]).batches()) == []


def test_pieces_are_packed_in_order_and_progress_is_counted_over_files() -> None:
    files = [File("a", "jsonl", size=30), File("b", "jsonl", size=50), File("c", "parquet", size=5)]
    pieces = [Piece(0, b"x" * 4, 1, done=30), Piece(1, b"y" * 6, 1, done=20), Piece(1, b"z", 2, done=50)]
    frames = [Piece(2, pl.DataFrame({"text": ["a"]}), n, done=5, frame_bytes=4) for n in (1, 2, 3)]
    chunks = list(pack([*pieces, *frames], files, 10, records=100))
    assert [[(piece.file, piece.first_record) for piece in chunk.pieces] for chunk in chunks] == [
        [(0, 1), (1, 1)],
        [(1, 2)],
        [(2, 1), (2, 2)],
        [(2, 3)],
    ]
    assert [chunk.done for chunk in chunks] == [50, 80, 85, 85]


def test_a_chunk_ends_before_it_holds_too_many_records() -> None:
    pieces = [Piece(0, b"x", 1 + n, records=2, done=n) for n in range(5)]
    chunks = list(pack(pieces, [File("a", "jsonl", size=5)], 1000, records=5))
    assert [sum(piece.records for piece in chunk.pieces) for chunk in chunks] == [4, 4, 2]


@pytest.mark.parametrize("height", [1, 3, 7])
def test_rows_of_frames_fill_pieces_by_number_however_they_are_spread(height: int) -> None:
    rows = pl.DataFrame({"text": [str(n) for n in range(20)]})
    frames = [rows[start : start + height] for start in range(0, 20, height)]
    pieces = list(frame_pieces(frames, "text", 0, 1000, 6))
    assert [(piece.first_record, piece.records, piece.frame_bytes) for piece in pieces] == [
        (1, 6, 6),
        (7, 6, 8),
        (13, 6, 12),
        (19, 2, 4),
    ]
    assert pl.concat([piece.data for piece in pieces if isinstance(piece.data, pl.DataFrame)]).equals(rows)


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        (dataqual.clean, {"drop": "empty", "dry_run": True}),
        (dataqual.dedup, {"dry_run": True}),
        (dataqual.dedup, {"dry_run": True, "method": "lines"}),
        (partial(flips, first="gopher@dolma", second="gopher@datatrove"), {}),
        (partial(dataqual.leakage, ["b"]), {}),
    ],
)
def test_a_misspelt_option_of_a_verb_is_answered_with_its_own_ones(verb: Any, more: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=r"^no option 'max_memry'; did you mean 'max_memory'\?"):
        verb(["a"], **more, max_memry=1)
