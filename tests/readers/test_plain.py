from __future__ import annotations

from pathlib import Path

import pytest

from dataqual.errors import InputError
from tests.readers.helpers import documents, faults, opened, raws, texts, written


@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_file_is_one_document_with_its_last_line_end(chunk: int, tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "\ufeffone\r\n\ntwo\n".encode())
    written(tmp_path, "b.txt.zst", "第三".encode())
    written(tmp_path, "c.txt", b"\xff")
    written(tmp_path, "d.txt", b"x" * 101)
    written(tmp_path, "e.txt", b"   ")
    corpus = opened(tmp_path, chunk=chunk, record=100)
    assert documents(corpus) == [(0, 1, "one\r\n\ntwo\n"), (1, 1, "第三"), (4, 1, "   ")]
    assert faults(corpus) == [(1, 1, "invalid UTF-8"), (1, 1, "too long")]
    assert corpus.fetch([(1, 1), (0, 1)]) == ["第三", "one\r\n\ntwo\n"]


def test_a_line_is_a_document_blank_or_not(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.txt", b"a\r\n\n b\nc"), txt="line")
    assert texts(corpus) == ["a", "", " b", "c"]
    assert raws(corpus) == [b"a\r", b"", b" b", b"c"]


def test_a_paragraph_lies_between_blank_lines(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.txt", b"\n\na\nb\r\n \t\n\nc\r\n\r\nd\n"), txt="paragraph")
    assert documents(corpus) == [(0, 1, "a\nb"), (0, 2, "c"), (0, 3, "d")]


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_a_paragraph_too_long_to_hold_ends_at_a_blank_line(chunk: int, tmp_path: Path) -> None:
    data = b"a\n\n" + b"bbb\n" * 10 + b" \n" + b"c\n\n" + b"ddd\n" * 9
    corpus = opened(written(tmp_path, "x.txt", data), chunk=chunk, record=20, txt="paragraph")
    assert documents(corpus) == [(0, 1, "a"), (0, 3, "c")]
    assert faults(corpus) == [(2, 3, "too long"), (4, 16, "too long")]
    assert {bad.reason[:8] for batch in corpus.batches() for bad in batch.unreadable} == {"39 bytes", "35 bytes"}


@pytest.mark.parametrize("chunk", [1, 700, 1 << 20])
def test_lines_are_counted_inside_a_paragraph_too_long_to_hold(chunk: int, tmp_path: Path) -> None:
    data = b"bbb\n" * 2000 + b"\n\xff\n"
    corpus = opened(written(tmp_path, "x.txt", data), chunk=chunk, record=2000, txt="paragraph")
    assert faults(corpus) == [(1, 1, "too long"), (2, 2002, "invalid UTF-8")]


def test_a_big_file_read_as_one_document_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "x.txt", b"word " * 300_000)
    assert opened(path).notes == (f"{path}: read as one document; --txt paragraph or --txt line cuts it",)
    assert opened(path, txt="line").notes == ()


def test_an_unknown_way_to_cut_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "x.txt", b"a")
    with pytest.raises(InputError, match=r"^--txt: 'lines' is no way to cut a text file; did you mean 'line'\?"):
        opened(path, txt="lines")
