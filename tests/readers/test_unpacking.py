"""Archives that are read again and again are unpacked once, and nothing else changes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

import dataqual
from dataqual.corpus import Corpus
from dataqual.readers import open_corpus, unpacking
from dataqual.readers.cutting import Sizes
from dataqual.readers.streams import Blocks
from dataqual.readers.unpacking import unpacked

SMALL = Sizes(chunk=300, records=7)


def lines() -> bytes:
    """Documents with copies and near ones, a blank line and one that cannot be read, no newline at the end."""
    texts = [" ".join(f"w{n}x{k}" for k in range(30)) + end for n in range(20) for end in ("", " more", "")]
    rows = [json.dumps({"id": f"d{n}", "text": text}) for n, text in enumerate(texts)]
    return "\n".join([*rows[:9], "", "not json", *rows[9:]]).encode()


@pytest.fixture
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    ending = getattr(request, "param", "zst")
    path = tmp_path / f"in.jsonl.{ending}"
    path.write_bytes(gzip.compress(lines()) if ending == "gz" else zstandard.compress(lines()))
    return path


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The archives that were begun to be unpacked, each as often as it was."""
    seen: list[str] = []
    undo = Blocks._undo

    def counted(self: Blocks, file: Any, compression: str) -> Iterator[bytes]:
        seen.append(Path(self.path).name)
        yield from undo(self, file, compression)

    monkeypatch.setattr(Blocks, "_undo", counted)
    return seen


def read(corpus: Corpus) -> list[tuple[Any, ...]]:
    """All that the batches say."""
    return [(b.record.tolist(), list(b.raw), b.text.data.tobytes(), b.unreadable) for b in corpus.batches()]


@pytest.mark.parametrize("archive", ["gz", "zst"], indirect=True)
def test_the_copy_has_the_same_batches_and_documents(archive: Path, undone: list[str]) -> None:
    packed = open_corpus(archive, sizes=SMALL)
    whole, one = read(packed), packed.fetch([(0, 40), (0, 3)])
    undone.clear()
    with unpacked(packed) as plain:
        assert [file.path for file in plain.files] == [str(archive)]
        assert [read(plain), read(plain)] == [whole, whole]
        assert plain.fetch([(0, 40), (0, 3)]) == one
        copy = Path(plain.files[0].place)
        assert copy.read_bytes() == lines()
    assert undone == [archive.name]
    assert not copy.exists()
    assert packed.fetch([(0, 40), (0, 3)]) == one


def test_dedup_unpacks_once_and_writes_the_same_bytes(
    archive: Path, undone: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = open_corpus(archive, max_unreadable=0.5)
    undone.clear()
    once = dataqual.dedup(corpus, tmp_path / "once.jsonl", clusters=tmp_path / "once.parquet")
    assert (once.dropped, once.unreadable) == (40, 1)
    assert undone == [archive.name]
    monkeypatch.setattr(unpacking, "SPARED", 1.0)  # too little room for a copy
    dataqual.dedup(corpus, tmp_path / "often.jsonl", clusters=tmp_path / "often.parquet")
    assert len(undone) > 3
    for ending in (".jsonl", ".jsonl.ledger.parquet", ".parquet"):
        assert (tmp_path / f"once{ending}").read_bytes() == (tmp_path / f"often{ending}").read_bytes()


def test_what_is_damaged_is_told_as_ever(archive: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.zst"
    cut.write_bytes(archive.read_bytes()[:-20])
    packed = open_corpus(cut, max_unreadable=1)
    with unpacked(packed) as plain:
        assert plain.files == packed.files
        assert [bad.kind for batch in plain.batches() for bad in batch.unreadable][-1] == "truncated archive"


def test_what_is_plain_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines())
    for corpus in (open_corpus(tmp_path / "in.jsonl"), Corpus.of(["a"])):
        with unpacked(corpus) as same:
            assert same is corpus
