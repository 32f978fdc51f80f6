"""A pack: the same trials and the same bytes as where the corpus is, and nothing of another file."""

from __future__ import annotations

import json
import lzma
import tarfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from dataqual import sample
from dataqual.errors import InputError
from studies.cli import main
from studies.devices import Where
from studies.packing import FILTERS, opened, unpacked
from studies.planning import imagined
from studies.study import Study

STUDY = {
    "corpus": "corpus.jsonl",
    "grades": {"clean": {}, "mended": {"recipe": "mine.yaml"}, "typos": {"spoil_typos": {"dose": 0.5}}},
    "learner": "oracle",
    "sizes": ["10k", "30k", "100k"],
    "tokens": [12800, 25600],
    "device": "cpu",
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study, its corpus, a recipe of its own, and its pack."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "corpus.jsonl").write_bytes(sample.path().read_bytes())
    (folder / "mine.yaml").write_text("steps: [{keep: {signal: word_count, min: 2}}]")
    (folder / "scaling.yaml").write_text(yaml.safe_dump(STUDY))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = run("pack", "scaling.yaml")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("scaling.pack: ") and done.stdout.endswith("studies run scaling.pack\n")
    return folder


def test_a_pack_run_where_there_is_no_corpus_has_the_same_results(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scaling.pack").write_bytes((desk / "scaling.pack").read_bytes())
    there = run("run", "scaling.pack", "--quiet")
    assert there.exit_code == 0, there.stderr
    monkeypatch.chdir(desk)
    here = run("run", "scaling.yaml", "--quiet")
    assert here.exit_code == 0, here.stderr
    same = (tmp_path / "scaling.study/results.jsonl").read_bytes() == Path("scaling.study/results.jsonl").read_bytes()
    assert same
    controls = json.loads((tmp_path / "scaling.study/study.json").read_text())["controls"]
    assert "known dose typos, raw" in {control["name"] for control in controls}


def test_the_same_study_gives_the_same_bytes_and_goes_on_from_what_is_there(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    files = {path: path.stat().st_mtime_ns for path in Path("scaling.study/data").iterdir()}
    assert run("pack", "scaling.yaml", "-o", "again.pack", "--quiet").stdout == ""
    assert Path("again.pack").read_bytes() == Path("scaling.pack").read_bytes()
    assert {path: path.stat().st_mtime_ns for path in Path("scaling.study/data").iterdir()} == files


def test_what_is_unpacked_is_taken_again_and_mended_where_it_was_harmed(desk: Path, tmp_path: Path) -> None:
    first = unpacked(desk / "scaling.pack", tmp_path)
    path = first.grades["typos"].path
    tokens, written = path.read_bytes(), path.stat().st_mtime_ns
    unpacked(desk / "scaling.pack", tmp_path)
    assert path.stat().st_mtime_ns == written
    path.write_bytes(tokens[:-2] + b"\0\0")
    assert unpacked(desk / "scaling.pack", tmp_path).grades["typos"].path.read_bytes() == tokens


def test_a_study_of_a_pack_is_that_of_its_file(desk: Path) -> None:
    packed, file = opened(desk / "scaling.pack"), Study.load(desk / "scaling.yaml")
    assert packed.resolved() == file.resolved()
    where = Where("cpu", "float32", False)
    assert [t.description() for t in imagined(packed, where)] == [t.description() for t in imagined(file, where)]


def test_the_token_files_of_a_pack_are_those_that_went_in_byte_for_byte(desk: Path, tmp_path: Path) -> None:
    unpacked(desk / "scaling.pack", tmp_path)
    before = {path.name: path.read_bytes() for path in (desk / "scaling.study/data").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before
    assert {"clean.u16", "mended.u16", "typos.u16", "held_out-raw.u16"} <= set(before)


def test_a_grade_that_shares_its_documents_costs_next_to_nothing(desk: Path) -> None:
    study = desk / "scaling.study"
    others = [path for path in sorted((study / "data").iterdir()) if path.name != "mended.u16"]
    without = b"".join(path.read_bytes() for path in [*others, study / "removed.parquet"])
    alone = len(lzma.compress((study / "data/mended.u16").read_bytes(), preset=9))
    added = (desk / "scaling.pack").stat().st_size - len(lzma.compress(without, filters=FILTERS))
    assert added < 0.2 * alone  # what the study file said is in it, too


def test_what_is_no_pack_is_refused_in_one_line(desk: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.pack"
    torn.write_bytes((desk / "scaling.pack").read_bytes()[:2000])
    with pytest.raises(InputError, match=r"torn\.pack: no pack, or a torn one"):
        unpacked(torn, tmp_path / "folder")
    text = tmp_path / "text.pack"
    text.write_text("sizes: [1k]")
    with pytest.raises(InputError, match=r"text\.pack: no pack"):
        opened(text)
    with pytest.raises(InputError, match="cannot be read"):
        opened(tmp_path / "none.pack")
    assert "is a pack already" in run("pack", str(desk / "scaling.pack")).stderr


def test_a_member_that_would_lie_elsewhere_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.pack"
    with (
        lzma.open(evil, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        tar.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(InputError, match="is nothing that a pack holds"):
        opened(evil)
