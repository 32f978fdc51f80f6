"""What every format promises, tested on each: values, bad records, early ends, empty files, line ends, any workers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

import dataqual
from dataqual.errors import InputError, SpecError
from dataqual.readers import ReadCount
from dataqual.readers.paths import FORMATS as ENDINGS
from tests.readers.helpers import documents, opened, written

Record = dict[str, str]

TEXTS = [
    "Plain text, twice a comma.", "很短的一篇，有标点。", "emoji 😀 and ไทย", "", 'a "quoted" word', "ünï\u2028cödé", "tab\there",
    *(f"number {n} of several" for n in range(30)),
]  # fmt: skip


def records(lines: Sequence[str] = TEXTS) -> list[Record]:
    return [{"id": f"r{n}", "text": text} for n, text in enumerate(lines)]


def array(rows: Sequence[Record]) -> bytes:
    return b"[\n" + b",\n".join(json.dumps(row, ensure_ascii=False).encode() for row in rows) + b"\n]\n"


def around(rows: Sequence[Record]) -> bytes:
    return json.dumps({"version": 1.5, "data": rows}, ensure_ascii=False, indent=1).encode()


def table(delimiter: str) -> Callable[[Sequence[Record]], bytes]:
    def write(rows: Sequence[Record]) -> bytes:
        cells = [[row["id"], '"' + row["text"].replace('"', '""') + '"'] for row in rows]
        return "".join(delimiter.join(row) + "\n" for row in [["id", "text"], *cells]).encode()

    return write


def parquet(rows: Sequence[Record]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(rows, schema={"id": pl.String, "text": pl.String}).write_parquet(out)
    return out.getvalue()


def arrow(kind: str) -> Callable[[Sequence[Record]], bytes]:
    """As pyarrow writes it, which knows nothing of us: record batches of five rows."""

    def write(rows: Sequence[Record]) -> bytes:
        schema = pa.schema([("id", pa.string()), ("text", pa.string())])
        whole = pa.Table.from_pylist(list(rows), schema=schema)
        out = io.BytesIO()
        opener = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
        with opener(out, schema) as writer:
            writer.write_table(whole, max_chunksize=5)
        return out.getvalue()

    return write


def warc_record(kind: str, url: str, body: bytes, content: str) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n"
    return f"{head}Content-Type: {content}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


def wet(rows: Sequence[Record]) -> bytes:
    info = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n" if rows else b""
    return info + b"".join(warc_record("conversion", row["id"], row["text"].encode(), "text/plain") for row in rows)


@dataclass(frozen=True)
class Case:
    """A format: its ending, how records become a file of it, and a bad record where one can be planted."""

    ending: str
    write: Callable[[Sequence[Record]], bytes]
    bad: bytes | None = None
    """Put in the place of the record whose text is BAD."""
    kind: str = ""
    id: str = "id"
    lines: bool = True
    """Whether it is made of bytes that can be compressed, cut anywhere, and ended by CR LF."""
    mark: bool = True
    writes: bool = True
    first: int = 1
    """The number of the first record that is a document."""


CASES = {
    "jsonl": Case(".jsonl", lambda rows: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(),
                  b'{"id": "r1", "text": "cut', "not JSON"),
    "array": Case(".json", array, b'{"id": "r1", "text": "cut', "not JSON"),
    "around": Case(".json", around),
    "csv": Case(".csv", table(","), b"r1,two,three", "wrong number of fields"),
    "tsv": Case(".tsv", table("\t"), b"r1\ttwo\tthree", "wrong number of fields"),
    "parquet": Case(".parquet", parquet, lines=False),
    "feather": Case(".feather", arrow("file"), lines=False),
    "arrow": Case(".arrow", arrow("stream"), lines=False),
    "wet": Case(".warc.wet", wet, id="url", mark=False, writes=False, first=2),
}  # fmt: skip

ONE_DOCUMENT = ("txt", "md", "html")
"""Formats of which a file is a document: tests/readers/test_pages.py, tests/readers/test_plain.py."""

EACH = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
LINES = {name: case for name, case in CASES.items() if case.lines}
BAD = "REPLACED"


def test_every_format_that_is_read_is_tried_here() -> None:
    tried = {ENDINGS[f".{case.ending.rpartition('.')[2]}"] for case in CASES.values()}
    assert tried | set(ONE_DOCUMENT) == set(ENDINGS.values())


@EACH
def test_what_is_read_is_what_was_written(case: Case, tmp_path: Path) -> None:
    path = written(tmp_path, f"x{case.ending}", case.write(records()))
    corpus = opened(path)
    found = documents(corpus)
    assert [text for _, _, text in found] == TEXTS
    assert [record for _, record, _ in found] == list(range(case.first, case.first + len(TEXTS)))
    ids = [name for batch in corpus.batches() for name in batch.columns["id"].to_list()]
    assert ids == [row["id"] for row in records()]
    assert corpus.columns.id == case.id
    wanted = [(0, record) for _, record, _ in found[::-3]]
    assert corpus.fetch(wanted) == [text for _, _, text in found[::-3]]


@pytest.mark.parametrize("chunk", [1, 7, 100])
@pytest.mark.parametrize("case", LINES.values(), ids=LINES)
def test_it_does_not_matter_in_which_blocks_it_is_read(case: Case, chunk: int, tmp_path: Path) -> None:
    path = written(tmp_path, f"x{case.ending}", case.write(records()))
    corpus = opened(path, chunk=chunk)
    whole = documents(opened(path))
    assert documents(corpus) == whole
    assert corpus.fetch([(0, record) for _, record, _ in whole]) == TEXTS


@pytest.mark.parametrize("compression", [".gz", ".zst", ".bz2", ".xz"])
@pytest.mark.parametrize("case", LINES.values(), ids=LINES)
def test_an_archive_reads_as_what_is_in_it_and_says_where_it_is_cut(
    case: Case, compression: str, tmp_path: Path
) -> None:
    data = case.write(records())
    path = written(tmp_path, f"x{case.ending}{compression}", data, members=3)
    assert [text for _, _, text in documents(opened(path))] == TEXTS
    path.write_bytes(path.read_bytes()[:-7])
    count = ReadCount()
    corpus = opened(path, text="text") if case.ending != ".warc.wet" else opened(path)
    for batch in corpus.batches():
        count.add(len(batch), batch.unreadable)
    assert count.kinds["truncated archive"] == 1
    [line] = count.warnings(corpus)
    assert line.startswith(f"{path}:") and "not read" in line


@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if case.bad], ids=[n for n, c in CASES.items() if c.bad]
)
def test_a_bad_record_costs_only_itself_and_is_named(case: Case, tmp_path: Path) -> None:
    assert case.bad is not None
    rows = records(["one", BAD, "three", "四"])
    lines = case.write(rows).split(b"\n")
    data = b"\n".join(
        case.bad + (b"," if line.endswith(b",") else b"") if BAD.encode() in line else line for line in lines
    )
    corpus = opened(written(tmp_path, f"x{case.ending}", data))
    assert documents(corpus) == [(0, 1, "one"), (0, 3, "three"), (0, 4, "四")]
    [bad] = [bad for batch in corpus.batches() for bad in batch.unreadable]
    assert (bad.file, bad.record, bad.kind) == (0, 2, case.kind)
    assert case.bad.rstrip(b",") in bad.raw
    assert data.split(b"\n")[bad.line - 1].startswith(case.bad)


@EACH
def test_a_file_that_ends_early_never_passes_for_a_whole_one(case: Case, tmp_path: Path) -> None:
    data = case.write(records(["one, in full", "two, in full", "three, of which the end is missing"] * 4))
    path = written(tmp_path, f"x{case.ending}", data[: len(data) - (len(data) // 5 if not case.lines else 9)])
    corpus = opened(path) if case.lines or case.ending == ".arrow" else None
    if case.ending in (".csv", ".tsv"):
        kinds = [bad.kind for batch in corpus.batches() for bad in batch.unreadable] if corpus else []
        assert kinds == ["unterminated quote"]
        return
    if corpus is None:  # what tells of its columns stands at its end, or is looked for there
        try:
            corpus = opened(path)
        except InputError:
            return
    told = [bad for batch in corpus.batches() for bad in batch.unreadable]
    assert len(told) == 1, told


@EACH
def test_an_empty_file_is_an_empty_corpus(case: Case, tmp_path: Path) -> None:
    for data in (case.write([]), b""):
        path = written(tmp_path, f"x{case.ending}", data)
        if not data and not case.lines:
            continue
        corpus = opened(path)
        assert documents(corpus) == []
        assert [bad for batch in corpus.batches() for bad in batch.unreadable] == []


@pytest.mark.parametrize("case", [c for c in LINES.values() if c.mark], ids=[n for n, c in LINES.items() if c.mark])
def test_a_mark_at_the_beginning_and_returns_at_the_ends_change_no_text(case: Case, tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + case.write(records()).replace(b"\n", b"\r\n")
    for chunk in (3, 4 << 20):
        corpus = opened(written(tmp_path, f"x{case.ending}", data), chunk=chunk)
        assert [text for _, _, text in documents(corpus)] == TEXTS


@EACH
def test_one_worker_and_three_write_the_same_bytes_and_lose_nothing(case: Case, tmp_path: Path) -> None:
    path = written(tmp_path, f"x{case.ending}", case.write(records()))
    for name in [f"out{case.ending}"] * case.writes + ["out.jsonl"]:
        outputs = []
        for workers in (1, 3):
            folder = tmp_path / str(workers)
            folder.mkdir(exist_ok=True)
            cleaned = dataqual.clean(path, folder / name, drop=["empty"], workers=workers)
            assert (cleaned.read, cleaned.kept, cleaned.dropped) == (len(TEXTS), len(TEXTS) - 1, 1)
            outputs.append((folder / name).read_bytes())
        assert outputs[0] == outputs[1]
        assert [text for _, _, text in documents(opened(tmp_path / "1" / name))] == [text for text in TEXTS if text]


@pytest.mark.parametrize("name", ["jsonl", "array", "csv", "tsv"])
def test_records_that_stay_keep_their_bytes(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    rows = records(["kept  one", "", "kept 三"])
    path = written(tmp_path, f"x{case.ending}", case.write(rows))
    dataqual.clean(path, tmp_path / f"out{case.ending}", drop=["empty"])
    assert (tmp_path / f"out{case.ending}").read_bytes() == case.write([rows[0], rows[2]])


@EACH
def test_an_input_is_never_the_output(case: Case, tmp_path: Path) -> None:
    path = written(tmp_path, f"x{case.ending}", case.write(records()))
    before = path.read_bytes()
    with pytest.raises((InputError, SpecError)):
        dataqual.clean(path, path, drop=["empty"])
    assert path.read_bytes() == before


@pytest.mark.parametrize("case", LINES.values(), ids=LINES)
def test_reading_begins_before_the_file_was_read(case: Case, tmp_path: Path) -> None:
    """The first piece comes after some blocks, however large the file is: no format holds a file in memory."""
    path = written(tmp_path, f"x{case.ending}", case.write(records(["some text"] * 4000)))
    corpus = opened(path, chunk=2000)
    [piece] = islice((piece for piece in corpus.pieces() if piece.records), 1)
    assert piece.weight() < 5000
    assert piece.done < path.stat().st_size / 4
