"""Exact copies told while a corpus is read once: as if it had been surveyed before, whatever the batches and the workers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataqual
from dataqual import rewriting
from dataqual.corpus import Corpus
from dataqual.near_duplicates import NearDuplicates, firsts
from dataqual.readers.cutting import Sizes
from dataqual.steps._comparing_copies import Comparing
from dataqual.steps.dedup import Dedup
from dataqual.unfinished import Unfinished

BATCH = 7


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of seven documents, marks after each two."""
    monkeypatch.setattr(rewriting, "PART", 2)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", BATCH)
    monkeypatch.setattr(Sizes.__init__, "__defaults__", (4 << 20, 64 << 20, BATCH))


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """Two files with copies within and across, unreadable lines, empty documents and other spellings."""
    rng = random.Random(3)
    texts = ["", "…", "One two.", "one, TWO", "两个词", "两个词。", *(f"text {n}" for n in range(12))]
    paths = []
    for name in ("a", "b"):
        rows = [{"id": f"{name}{n}", "text": rng.choice(texts), "source": rng.choice("xyz")} for n in range(60)]
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        lines.insert(20, "not json")
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(tmp_path / f"{name}.jsonl")
    return paths


def done(sources: list[Path], folder: Path, **asked: Any) -> tuple[dict[str, bytes], dict[str, Any]]:
    """What a run writes, and what it says."""
    folder.mkdir()
    result = dataqual.dedup(
        sources, folder / "out.jsonl", method="exact", clusters=folder / "c.parquet", max_unreadable=0.5, **asked
    )
    told = result.page_facts()
    words = json.dumps(told, ensure_ascii=False).replace(str(folder), "")
    return {path.name: path.read_bytes() for path in folder.iterdir()}, json.loads(words)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("asked", [{}, {"normalized": True}, {"group": "source"}], ids=["bytes", "words", "groups"])
def test_read_once_it_is_as_if_it_had_been_surveyed(
    asked: dict[str, Any], sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [done(sources, tmp_path / f"once-{workers}", workers=workers, **asked) for workers in (1, 3)]
    with monkeypatch.context() as patch:
        patch.setattr(Comparing, "in_order", lambda self, corpus: None)
        surveyed = done(sources, tmp_path / "surveyed", **asked)
    assert surveyed[1]["dropped"] > 80
    assert surveyed[1]["unreadable"] == 2
    assert seen == [surveyed, surveyed]


@pytest.mark.usefixtures("small")
def test_a_dry_run_counts_the_same(sources: list[Path], tmp_path: Path) -> None:
    written = dataqual.dedup(sources, tmp_path / "out.jsonl", method="exact", max_unreadable=0.5)
    counted = dataqual.dedup(sources, method="exact", dry_run=True, max_unreadable=0.5)
    assert (counted.rules, counted.kept, counted.found_clusters) == (
        written.rules,
        written.kept,
        written.found_clusters,
    )


class Halt(BaseException):
    """As sudden as a kill, but within this process."""


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("at", [1, 3, 9])
def test_a_run_that_was_killed_goes_on_and_ends_in_the_same_bytes(
    at: int, sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight, _ = done(sources, tmp_path / "straight")
    taken = rewriting._Run._take
    left = [at]

    def take(self: Any, batch: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Halt
        taken(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "__exit__", lambda self, *_: self.wait() or self._release())
        patch.setattr(rewriting._Run, "_take", take)
        with pytest.raises(Halt):
            done(sources, tmp_path / "killed")
    folder = tmp_path / "killed"
    result = dataqual.dedup(
        sources, folder / "out.jsonl", method="exact", clusters=folder / "c.parquet", max_unreadable=0.5
    )
    assert (result.resumed > 0) == (at > 1)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == straight


@pytest.mark.parametrize(
    ("step", "earlier", "once"),
    [
        (Dedup(), (), True),
        (Dedup(normalized=True), (), True),
        (Dedup(keep="longest"), (), False),
        (Dedup(near=NearDuplicates()), (), False),
        (Dedup(), ("something",), False),
    ],
)
def test_what_depends_on_other_documents_than_those_before_is_surveyed(step: Dedup, earlier: Any, once: bool) -> None:
    assert (Comparing(step, None, earlier).in_order(Corpus.of(["a"])) is not None) == once


def test_pictures_are_surveyed() -> None:
    pictures = Corpus.of([np.zeros((4, 4, 3), np.uint8)])
    assert Comparing(Dedup()).in_order(pictures) is None


@given(st.lists(st.lists(st.integers(0, 5), max_size=9), max_size=9))
def test_the_first_of_equal_hashes_is_found_however_they_come(batches: list[list[int]]) -> None:
    known: dict[int, int] = {}
    found = firsts.Firsts()
    number = 0
    for batch in batches:
        # hashes of which one half agrees, and which all fall into one slot
        exact = np.array([[8, value] for value in batch], np.uint64).reshape(-1, 2)
        told = found.add(exact).tolist()
        for value, copy_of in zip(batch, told, strict=True):
            assert copy_of == known.setdefault(value, number) or (copy_of == -1 and known[value] == number)
            number += 1


def test_room_for_hashes_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firsts, "FEWEST", 2)
    found = firsts.Firsts()
    exact = np.random.default_rng(0).integers(0, 1 << 60, (500, 2), np.uint64)
    assert (found.add(exact[:3]) == -1).all()
    assert (found.add(exact[3:]) == -1).all()
    assert found.add(exact).tolist() == list(range(500))
