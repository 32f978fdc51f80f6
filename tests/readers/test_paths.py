from __future__ import annotations

import os
from pathlib import Path

import pytest

from dataqual.errors import InputError
from dataqual.readers.paths import find_files
from tests.readers.helpers import documents, opened, texts, written


def test_a_folder_means_every_known_file_below_it_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.csv.gz", "a/b/c.txt", "A.ndjson.zst", "t.tsv", "u.PARQUET", "j.json"):
        written(tmp_path, name, b"")
    for name in (".hidden.jsonl", ".git/x.jsonl", "old.profile/unreadable.jsonl", "README.md", "p.parquet.gz"):
        written(tmp_path, name, b"")
    files, notes = find_files([tmp_path])
    assert [os.path.relpath(file.path, tmp_path) for file in files] == [
        "A.ndjson.zst", "a/b/c.txt", "a/z.csv.gz", "b.jsonl", "j.json", "t.tsv", "u.PARQUET",
    ]  # fmt: skip
    assert [(file.format, file.compression) for file in files] == [
        ("jsonl", "zst"), ("txt", None), ("csv", "gz"), ("jsonl", None), ("jsonl", None), ("tsv", None), ("parquet", None),
    ]  # fmt: skip
    first = ", ".join(str(tmp_path / name) for name in (".git", ".hidden.jsonl", "README.md"))
    assert notes == [
        f"passed over: {first} and 2 more (hidden, linked, of an unknown kind, a profile, a report or a README)"
    ]


def test_a_linked_folder_is_passed_over_so_that_walking_ends(tmp_path: Path) -> None:
    written(tmp_path, "a.jsonl", b"")
    (tmp_path / "loop").symlink_to(tmp_path)
    files, notes = find_files([tmp_path])
    assert len(files) == 1
    assert str(tmp_path / "loop") in notes[0]


def test_globs_and_several_inputs_keep_the_order_given_and_read_nothing_twice(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c/d.jsonl"):
        written(tmp_path, name, b'{"text": "%s"}\n' % name.encode())
    corpus = opened([tmp_path / "c", str(tmp_path / "*.jsonl"), tmp_path / "a.jsonl"])
    assert texts(corpus) == ["c/d.jsonl", "a.jsonl", "b.jsonl"]
    assert "1 file named more than once, read once" in corpus.notes
    assert texts(opened(str(tmp_path / "**" / "*.jsonl"))) == ["a.jsonl", "b.jsonl", "c/d.jsonl"]


def test_a_name_with_brackets_is_a_name_first(tmp_path: Path) -> None:
    path = written(tmp_path, "a[1].jsonl", b'{"text": "a"}')
    assert texts(opened(path)) == ["a"]


KNOWN = (
    "known are: .jsonl .ndjson .json .csv .tsv .parquet .arrow .feather .txt .md .markdown .html .htm .xhtml .warc .wet, "
    "all but .parquet, .arrow and .feather also with .gz, .zst, .bz2 or .xz behind; "
    "pictures are .png .jpg .webp .gif .bmp .tif .avif and their like, .npz .npy and IDX"
)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x.docx", "{}: unknown kind of file; " + KNOWN),
        ("x.parquet.gz", "{}: unknown kind of file; " + KNOWN),
        ("none.jsonl", "{}: no such file or folder"),
        ("*.csv", "{}: matches no file"),
        ("empty", "{}: no file of a known kind there; " + KNOWN),
    ],
)
def test_what_cannot_be_read_is_a_letter(name: str, message: str, tmp_path: Path) -> None:
    written(tmp_path, "x.docx", b"")
    written(tmp_path, "x.parquet.gz", b"")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        opened(tmp_path / name)
    assert str(caught.value) == message.format(tmp_path / name)


def test_a_file_that_may_not_be_read_is_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "x.jsonl", b"{}")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"x\.jsonl: cannot be read: permission denied$"):
        opened(path)


def test_a_folder_that_may_not_be_read_is_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r": cannot be read: Permission denied$"):
        opened(tmp_path)


def test_a_file_that_vanished_is_a_letter(tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", b'{"text": "a"}')
    corpus = opened(path)
    path.unlink()
    with pytest.raises(InputError, match=r"x\.jsonl: cannot be read: No such file or directory$"):
        list(corpus.batches())


def test_many_small_files_share_a_batch(tmp_path: Path) -> None:
    for n in range(30):
        written(tmp_path, f"{n:02}.jsonl", b'{"text": "%d"}\n' % n)
    for n in range(3):
        written(tmp_path, f"{n}.txt", b"t")
    corpus = opened(tmp_path)
    assert [len(batch) for batch in corpus.batches()] == [33]
    assert [file for file, _, _ in documents(corpus)] == list(range(33))


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    written(tmp_path, "a.jsonl", b"")
    written(tmp_path, "b.jsonl", b'{"text": "a"}')
    assert opened(tmp_path).notes[-1] == f"empty: {tmp_path / 'a.jsonl'}"
