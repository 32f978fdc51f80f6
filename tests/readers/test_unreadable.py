from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataqual.corpus import Corpus
from dataqual.errors import NoDocuments, TooManyUnreadable
from dataqual.pieces import RAW_KEPT
from dataqual.profiling.unreadable_log import UnreadableLog
from dataqual.readers import ReadCount
from dataqual.readers.cutting import kept
from tests.readers.helpers import opened, written


def count(corpus: Corpus) -> ReadCount:
    counted = ReadCount()
    for batch in corpus.batches():
        counted.add(len(batch), batch.unreadable)
    return counted


def test_more_unreadable_than_allowed_says_how_many_why_where_and_what_to_do(tmp_path: Path) -> None:
    lines = [b'{"text": "a"}'] * 97 + [b"{", b"[]", b"{"]
    path = written(tmp_path, "x.jsonl", b"\n".join(lines))
    corpus = opened(path)
    counted = count(corpus)
    assert (counted.documents, counted.unreadable, dict(counted.kinds)) == (97, 3, {"not JSON": 2, "not an object": 1})
    with pytest.raises(TooManyUnreadable) as caught:
        counted.check(corpus)
    assert str(caught.value) == (
        f"{path}: 3 of 100 records (3.0%) are unreadable, more than the 1.0% allowed; mostly not JSON (2), first at "
        f"{path}:98: unexpected end of data at column 2; allow more with --max-unreadable 0.04"
    )


def test_as_many_unreadable_as_allowed_pass(tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", b"\n".join([b'{"text": "a"}'] * 97 + [b"{"] * 3))
    corpus = opened(path, max_unreadable=0.03)
    count(corpus).check(corpus)
    with pytest.raises(TooManyUnreadable):
        count(corpus).check(opened(path, max_unreadable=0.029))


def test_nothing_readable_is_an_error_with_the_reason(tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl.gz", b"")
    path.write_bytes(b"this is no gzip")
    corpus = opened(path, max_unreadable=1.0)
    with pytest.raises(NoDocuments, match="no documents: all 1 records are unreadable; mostly damaged archive"):
        count(corpus).check(corpus)


def test_an_empty_file_has_no_documents(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.jsonl", b"\n\n"))
    with pytest.raises(NoDocuments, match=r"x\.jsonl: no documents: nothing in it$"):
        count(corpus).check(corpus)


def test_unreadable_records_are_written_as_they_came(tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", b'{"text": "a"}\n{"text": "\xc3\xa9"\n\xff\n')
    corpus = opened(path)
    out = tmp_path / "unreadable.jsonl"
    with UnreadableLog(corpus, out) as log:
        for batch in corpus.batches():
            log.add(len(batch), batch.unreadable)
    first, second = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert first == {
        "path": str(path), "record": 2, "line": 2, "kind": "not JSON",
        "reason": "unexpected end of data at column 13", "raw": '{"text": "é"',
    }  # fmt: skip
    assert second == {
        "path": str(path), "record": 3, "line": 3, "kind": "invalid UTF-8",
        "reason": "byte 0xff at position 1 is not UTF-8", "raw_base64": "/w==",
    }  # fmt: skip


def test_no_file_is_left_where_everything_was_readable(tmp_path: Path) -> None:
    out = tmp_path / "unreadable.jsonl"
    out.write_text("of an earlier run")
    with UnreadableLog(Corpus.of(["a"]), out) as log:
        log.add(1, [])
    assert not out.exists()


def test_what_is_kept_of_a_long_record_ends_between_characters() -> None:
    assert len(kept(b"x" * (RAW_KEPT + 5))) == RAW_KEPT
    assert kept("é".encode() * RAW_KEPT).decode() == "é" * (RAW_KEPT // 2)
    assert kept(b"x" + "é".encode() * RAW_KEPT).decode() == "x" + "é" * (RAW_KEPT // 2 - 1)
