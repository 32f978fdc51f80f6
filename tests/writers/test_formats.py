"""What is kept keeps its bytes in a format of lines, and its values everywhere."""

from __future__ import annotations

import bz2
import datetime
import gzip
import json
import lzma
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

import dataqual
from dataqual.corpus import Corpus
from tests.readers.helpers import opened, pack, written

COMPRESSIONS = ("", ".gz", ".zst", ".bz2", ".xz")

JSONL = [
    b'{"text":"kept",  "n": 1.50, "big": 123456789012345678901234567890}',
    b' { "n" : null, "text" : "\\u00e9\\/ \\ud83d\\ude42" }\t\r',
    b'{"text": ""}',
    '{"id": 1, "id": 2, "text": "第三 🙂"}'.encode(),
    b'{"text": "two\\nlines", "deep": {"text": "", "a": [1, {}]}}',
]
CSV = [
    b'1,"two\r\nlines",x\r',
    b"2,,empty\r",
    b'3,"quoted ""so""" ,y\r'.replace(b'""" ,', b'""",'),
    '4, 第四 ,"a,b"\r'.encode(),
    b"5,last,z",
]


def undone(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    undo = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}
    return undo.get(path.suffix, bytes)(data)


def cleaned(source: Any, output: Path, drop: str = "empty", **options: Any) -> bytes:
    """What is written of it."""
    dataqual.clean(source, output, drop=[drop], **options)
    return undone(output)


@pytest.mark.parametrize("before", COMPRESSIONS)
@pytest.mark.parametrize("after", COMPRESSIONS)
def test_lines_of_json_keep_their_bytes(before: str, after: str, tmp_path: Path) -> None:
    path = written(
        tmp_path, f"in.jsonl{before}", b"\xef\xbb\xbf" + b"\n".join(JSONL[:3]) + b"\n\n" + b"\n".join(JSONL[3:])
    )
    expected = b"".join(line + b"\n" for line in JSONL if line != b'{"text": ""}')
    assert cleaned(str(path), tmp_path / f"out.jsonl{after}") == expected


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("chunk", [16, 4 << 20])
@pytest.mark.parametrize("before", COMPRESSIONS)
def test_rows_of_csv_keep_their_bytes_under_the_header_as_it_came(
    before: str, chunk: int, mark: bytes, tmp_path: Path
) -> None:
    header = mark + b'id,"text","no\nte"\r\n'
    path = written(tmp_path, f"in.csv{before}", header + b"\n".join(CSV))
    expected = header + b"".join(row + b"\n" for row in CSV if not row.startswith(b"2"))
    assert cleaned(opened(path, chunk=chunk), tmp_path / "out.csv.zst") == expected


def test_a_header_longer_than_a_block_is_found(tmp_path: Path) -> None:
    header = b"text," + b"x" * (5 << 20) + b"\n"
    path = written(tmp_path, "in.csv", header + b"a,1\n,2\n")
    assert cleaned(str(path), tmp_path / "out.csv", text="text") == header + b"a,1\n"


def test_tsv_keeps_its_bytes_and_its_quotes_change_only_for_another_delimiter(tmp_path: Path) -> None:
    path = written(tmp_path, "in.tsv", b'id\ttext\n1\t"kept"\n2\ta,b\n3\t\n')
    assert cleaned(str(path), tmp_path / "out.tsv") == b'id\ttext\n1\t"kept"\n2\ta,b\n'
    assert cleaned(str(path), tmp_path / "out.csv") == b'id,text\n1,kept\n2,"a,b"\n'


def test_files_with_one_header_become_one_file(tmp_path: Path) -> None:
    written(tmp_path, "in/a.csv", b"id,text\r\n1,a\r\n")
    written(tmp_path, "in/b.csv", b"")
    written(tmp_path, "in/c.csv", b'"id",text\n2,\n3,c')
    assert cleaned(tmp_path / "in", tmp_path / "out.csv") == b"id,text\r\n1,a\r\n3,c\n"


@pytest.mark.parametrize("chunk", [5, 4 << 20])
def test_lines_of_text_keep_their_bytes(chunk: int, tmp_path: Path) -> None:
    path = written(tmp_path, "in.txt", "one\r\n\n  zwei \n三".encode())
    assert cleaned(opened(path, chunk=chunk, txt="line"), tmp_path / "out.txt") == "one\r\n  zwei \n三\n".encode()


def test_paragraphs_keep_their_bytes_and_stay_paragraphs(tmp_path: Path) -> None:
    path = written(tmp_path, "in.txt", b"one\r\ntwo\n \n\n\x07\n\nthree")
    out = cleaned(str(path), tmp_path / "out.txt", drop="control_characters", txt="paragraph")
    assert out == b"one\r\ntwo\n\nthree\n\n"
    assert cleaned(str(tmp_path / "out.txt"), tmp_path / "again.txt", txt="paragraph") == out


# Other formats: equal values


def objects(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


def test_rows_become_objects_of_strings(tmp_path: Path) -> None:
    path = written(tmp_path, "in.csv", b'id,text,"no\nte"\r\n' + b"\n".join(CSV))
    assert objects(cleaned(str(path), tmp_path / "out.jsonl")) == [
        {"id": "1", "text": "two\r\nlines", "no\nte": "x"},
        {"id": "3", "text": 'quoted "so"', "no\nte": "y"},
        {"id": "4", "text": " 第四 ", "no\nte": "a,b"},
        {"id": "5", "text": "last", "no\nte": "z"},
    ]


def test_files_of_several_formats_become_one_of_json_lines_each_with_its_own_columns(tmp_path: Path) -> None:
    written(tmp_path, "in/a.jsonl", JSONL[0])
    written(tmp_path, "in/b.csv", b"text,n\nfrom b,1\n")
    written(tmp_path, "in/c.csv.gz", b"m,text\n2,from c\n")
    pl.DataFrame({"text": ["from d", ""], "n": [1.5, 2]}).write_parquet(tmp_path / "in" / "d.parquet")
    written(tmp_path, "in/e.txt", b"from e\n")
    first, *others = cleaned(tmp_path / "in", tmp_path / "out.jsonl").splitlines()
    assert first == JSONL[0]
    assert [json.loads(line) for line in others] == [
        {"text": "from b", "n": "1"},
        {"m": "2", "text": "from c"},
        {"text": "from d", "n": 1.5},
        {"text": "from e\n", "path": str(tmp_path / "in" / "e.txt")},
    ]


TYPES = pl.DataFrame(
    {
        "text": ["kept", "", "第三", None, "last"],
        "id": [1, 2, 3, 4, 5],
        "day": [datetime.date(2024, 1, n) for n in range(1, 6)],
        "raw": [b"ab", b"", b"\xff", None, b"c"],
        "tags": [["a"], [], None, ["b", "c"], ["d"]],
        "deep": [{"x": n, "y": None} for n in range(5)],
        "price": [Decimal("1.10")] * 5,
        "small": pl.Series([1, None, 3, 4, 5], dtype=pl.Int8),
        "kind": pl.Series(["a", "b", "a", "b", "a"], dtype=pl.Categorical),
    }
)


def test_rows_of_parquet_keep_every_column_value_and_type(tmp_path: Path) -> None:
    TYPES.write_parquet(tmp_path / "in.parquet")
    cleaned(str(tmp_path / "in.parquet"), tmp_path / "out.parquet", max_unreadable=0.5)
    assert pl.read_parquet(tmp_path / "out.parquet").equals(TYPES[[0, 2, 4]])
    assert pl.read_parquet(tmp_path / "out.parquet").schema == TYPES.schema


def test_rows_of_parquet_become_objects(tmp_path: Path) -> None:
    TYPES.write_parquet(tmp_path / "in.parquet")
    first, second, _ = objects(cleaned(str(tmp_path / "in.parquet"), tmp_path / "out.jsonl", max_unreadable=0.5))
    assert first == {
        "text": "kept", "id": 1, "day": "2024-01-01", "raw": "ab", "tags": ["a"], "deep": {"x": 0, "y": None},
        "price": "1.10", "small": 1, "kind": "a",
    }  # fmt: skip
    assert (second["raw"], second["tags"]) == ("/w==", None)


@pytest.mark.parametrize("output", ["out.parquet", "out.jsonl"])
def test_long_parquet_files_are_matched_row_by_row_whatever_the_chunks(output: str, tmp_path: Path) -> None:
    n = 40_000
    frame = pl.DataFrame({"text": ["" if i % 7 == 0 or 10_000 < i < 36_000 else "a" for i in range(n)], "n": range(n)})
    for part in range(2):
        frame[part * 25_000 : (part + 1) * 25_000].write_parquet(tmp_path / f"in-{part}.parquet", row_group_size=999)
    corpus = opened([tmp_path / "in-0.parquet", tmp_path / "in-1.parquet"], chunk=100_000)
    cleaned(corpus, tmp_path / output, workers=3)
    read = pl.read_parquet if output.endswith("parquet") else pl.read_ndjson
    assert read(tmp_path / output)["n"].to_list() == [i for i in range(n) if not (i % 7 == 0 or 10_000 < i < 36_000)]


def test_parquet_files_with_other_columns_become_one_with_all_of_them(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["a"], "x": pl.Series([1], dtype=pl.Int8)}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame({"x": [2], "text": ["b"], "y": ["c"]}).write_parquet(tmp_path / "2.parquet")
    cleaned(str(tmp_path / "*.parquet"), tmp_path / "out.parquet")
    expected = [{"text": "a", "x": 1, "y": None}, {"text": "b", "x": 2, "y": "c"}]
    assert pl.read_parquet(tmp_path / "out.parquet").to_dicts() == expected


def test_parquet_files_whose_types_do_not_go_together_are_an_error(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["a"], "x": [1]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame({"text": ["b"], "x": [["c"]]}).write_parquet(tmp_path / "2.parquet")
    with pytest.raises(dataqual.DataqualError, match=r"1\.parquet and others: their columns differ .*; write \.jsonl"):
        cleaned(str(tmp_path / "*.parquet"), tmp_path / "out.parquet")
    assert objects(cleaned(str(tmp_path / "?.parquet"), tmp_path / "out.jsonl"))[1] == {"text": "b", "x": ["c"]}


@pytest.mark.parametrize("output", ["out.parquet", "out.jsonl"])
def test_a_polars_frame_keeps_the_columns_that_nobody_measures(output: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": ["", "a", "b"], "extra": [1, 2, 3]})
    dataqual.clean(frame, tmp_path / output, drop=["empty"])
    read = pl.read_parquet if output.endswith("parquet") else pl.read_ndjson
    assert read(tmp_path / output).to_dicts() == [{"text": "a", "extra": 2}, {"text": "b", "extra": 3}]


def test_a_list_becomes_objects_with_a_text(tmp_path: Path) -> None:
    assert cleaned(Corpus.of(["", "第三"]), tmp_path / "out.jsonl") == '{"text":"第三"}\n'.encode()


def test_a_link_keeps_its_place_and_its_target_gets_the_output(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "out.jsonl").write_bytes(b"from before")
    (tmp_path / "out.jsonl").symlink_to("real/out.jsonl")
    cleaned(Corpus.of(["a"]), tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").is_symlink()
    assert (tmp_path / "real" / "out.jsonl").read_bytes() == b'{"text":"a"}\n'


def test_an_output_may_be_read_by_whoever_may_read_other_new_files(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    cleaned(Corpus.of(["a"]), tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_packing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for ending in COMPRESSIONS:
        for name in ("a", "b"):
            cleaned(Corpus.of(["a"]), tmp_path / f"{name}.jsonl{ending}")
        assert (tmp_path / f"a.jsonl{ending}").read_bytes() == (tmp_path / f"b.jsonl{ending}").read_bytes()
        if ending == ".gz":
            assert (tmp_path / f"a.jsonl{ending}").read_bytes()[3:8] == bytes(5), "neither name nor time"
        assert undone(tmp_path / f"a.jsonl{ending}") == pack(b'{"text":"a"}\n', "")


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "csv.zst"])
def test_a_header_stands_once_however_little_each_batch_leaves(ending: str, tmp_path: Path) -> None:
    """A compressor holds back what little there is, so the file on the disk is empty when the second batch comes."""
    rows = [f"{n},{'kept' if n % 8000 == 0 else ''}" for n in range(40_000)]
    path = written(tmp_path, "in.csv", "\n".join(["n,text", *rows, ""]).encode())
    kept = [f"{n},kept" for n in range(0, 40_000, 8000)]
    assert cleaned(str(path), tmp_path / f"out.{ending}") == "\n".join(["n,text", *kept, ""]).encode()
