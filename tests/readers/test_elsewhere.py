"""Documents from URLs, from iterators and from datasets, and to URLs and standard output."""

from __future__ import annotations

import datetime
import gc
import io
import json
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main
from dataqual.corpus import Corpus
from dataqual.errors import InputError, MissingExtra
from dataqual.readers import remote
from tests.readers.helpers import documents, faults, opened, pack, texts, written

LINES = b"".join(json.dumps({"id": n, "text": f"text {n} 第"}).encode() + b"\n" for n in range(50))


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system in memory, empty before and after."""
    system = fsspec.filesystem("memory")
    yield system
    for path in system.find("/"):
        system.rm(path)


def test_a_url_reads_as_a_path_does(memory: Any, tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", LINES)
    pl.read_ndjson(path).write_parquet(tmp_path / "x.parquet")
    pl.read_ndjson(path).write_ipc(tmp_path / "x.arrow")
    memory.pipe("/b/x.jsonl", LINES)
    memory.pipe("/b/deep/y.jsonl.xz", pack(LINES, ".xz"))
    memory.pipe("/b/z.parquet", (tmp_path / "x.parquet").read_bytes())
    memory.pipe("/b/a.arrow", (tmp_path / "x.arrow").read_bytes())
    memory.pipe("/b/README.md", b"no document")
    whole = texts(opened(path))
    for url in (
        "memory://b/x.jsonl",
        "memory://b/deep/y.jsonl.xz",
        "memory://b/z.parquet",
        "memory://b/a.arrow",
        f"file://{path}",
    ):
        corpus = opened(url)
        assert texts(corpus) == whole
        assert corpus.fetch([(0, 50), (0, 3)]) == ["text 49 第", "text 2 第"]
    corpus = opened("memory://b")
    assert len(documents(corpus)) == 4 * 50
    assert [os.path.basename(file.path) for file in corpus.files] == ["a.arrow", "y.jsonl.xz", "x.jsonl", "z.parquet"]
    assert texts(opened("memory://b/*.jsonl")) == whole
    assert corpus.size == sum(memory.size(file.path.removeprefix("memory:/")) for file in corpus.files)


def test_what_is_not_at_a_url_is_one_line(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"^memory://b/x\.jsonl: no such file or folder"):
        opened("memory://b/x.jsonl")
    with pytest.raises(InputError, match=r"^nope://x\.jsonl: .*[Pp]rotocol"):
        opened("nope://x.jsonl")
    with pytest.raises(InputError, match=r"^s3://b/x\.jsonl: another package is needed for s3://: .*s3fs"):
        monkeypatch.setitem(sys.modules, "s3fs", None)
        opened("s3://b/x.jsonl")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    remote._fsspec.cache_clear()
    with pytest.raises(
        MissingExtra, match=r"fsspec is not installed; it comes with: pip install '\.\[remote\]' -c constraints\.txt"
    ):
        opened("memory://b/x.jsonl")


def test_what_is_written_to_a_url_is_what_would_be_written_here(memory: Any, tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", LINES)
    dataqual.clean(path, tmp_path / "out.jsonl.gz", drop=["empty"])
    cleaned = dataqual.clean(path, "memory://b/out.jsonl.gz", drop=["empty"])
    assert memory.cat("/b/out.jsonl.gz") == (tmp_path / "out.jsonl.gz").read_bytes()
    assert memory.exists("/b/out.jsonl.gz.ledger.parquet")
    assert cleaned.sent == ("memory://b/out.jsonl.gz", "memory://b/out.jsonl.gz.ledger.parquet")
    assert cleaned.outputs == ()
    facts = cleaned.facts()
    assert (facts["outputs"], facts["ledger"]) == ([cleaned.sent[0]], cleaned.sent[1])
    with pytest.raises(InputError, match="one of the inputs"):
        dataqual.clean("memory://b/out.jsonl.gz", "memory://b/out.jsonl.gz", drop=["empty"])


def test_documents_go_to_standard_output_and_all_else_to_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = b'{"text": "a",  "n": 1.50}\n{"text": ""}\n{"text": "\xe7\xac\xac"}\n'
    done = CliRunner().invoke(main, ["clean", "-", "-o", "-", "--format", "jsonl", "--drop", "empty"], input=data)
    assert done.exit_code == 0, done.stderr
    assert done.stdout_bytes == data.replace(b'{"text": ""}\n', b"")
    assert "3 records read = 2 kept + 1 dropped + 0 unreadable" in done.stderr
    assert pl.read_parquet("stdout.ledger.parquet")["action"].to_list() == ["dropped"]
    assert os.listdir(tmp_path) == ["stdout.ledger.parquet"]
    rows = CliRunner().invoke(main, ["dedup", "-", "-o", "-"], input=b"id,text\n1,a b\n2,a b\n3,c d\n")
    assert rows.stdout_bytes == b"id,text\n1,a b\n3,c d\n"


def test_an_iterator_is_taken_once_and_read_often(tmp_path: Path) -> None:
    records = ({"n": 1 << 70, "when": datetime.date(2024, 5, 1), "body": text} for text in ("one", "", "第三"))
    corpus = Corpus.of(records)
    assert texts(corpus) == texts(corpus) == ["one", "", "第三"]
    assert corpus.fetch([(0, 3)]) == ["第三"]
    dataqual.clean(corpus, tmp_path / "out.jsonl", drop=["empty"])
    [first, _] = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {"n": 1 << 70, "when": "2024-05-01", "body": "one"}
    place = corpus.files[0].place
    assert texts(pickle.loads(pickle.dumps(corpus))) == ["one", "", "第三"], "as a helping process has it"
    assert os.path.exists(place)
    del corpus
    gc.collect()
    assert not os.path.exists(place)


def test_texts_and_what_is_none_in_an_iterator() -> None:
    corpus = Corpus.of(iter(["one", None, 5, "half \ud800", "five"]))
    assert documents(corpus) == [(0, 1, "one"), (0, 5, "five")]
    assert [kind for _, _, kind in faults(corpus)] == ["not an object", "not an object", "lone surrogate"]
    assert texts(Corpus.of([{"text": "a"}, {"text": "b"}])) == ["a", "b"]
    assert texts(Corpus.of(iter([]))) == []


def saved(folder: Path, shards: list[list[str]]) -> None:
    """A folder as `Dataset.save_to_disk` of datasets 4 leaves it."""
    folder.mkdir(parents=True)
    names = [f"data-{n:05d}-of-{len(shards):05d}.arrow" for n in range(len(shards))]
    for name, rows in zip(names, shards, strict=True):
        table = pa.table({"text": pa.array(rows, pa.large_string()), "label": pa.array([0] * len(rows))})
        out = io.BytesIO()
        with pa.ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table, max_chunksize=2)
        (folder / name).write_bytes(out.getvalue())
    state = {"_data_files": [{"filename": name} for name in names], "_fingerprint": "f", "_split": None}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text(
        json.dumps({"features": {"text": {"dtype": "large_string", "_type": "Value"}}})
    )
    (folder / "cache-0.arrow").write_bytes(b"of an earlier map()")


def test_a_saved_dataset_is_its_shards_in_order(tmp_path: Path) -> None:
    saved(tmp_path / "one", [["b", "第二", "c"], ["a"]])
    assert texts(opened(tmp_path / "one")) == ["b", "第二", "c", "a"]
    saved(tmp_path / "dict" / "train", [["x"]])
    saved(tmp_path / "dict" / "test", [["y"]])
    (tmp_path / "dict" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    corpus = opened(tmp_path / "dict")
    assert texts(corpus) == ["x", "y"]
    assert [Path(file.path).parent.name for file in corpus.files] == ["train", "test"]
    assert len(texts(opened(tmp_path))) == 6
    (tmp_path / "one" / "data-00001-of-00002.arrow").unlink()
    with pytest.raises(InputError, match=r"data-00001-of-00002\.arrow: no such file, but .*state\.json says"):
        opened(tmp_path / "one")
