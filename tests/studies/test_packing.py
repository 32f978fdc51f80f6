"""A pack: the same trials and the same bytes as where the corpus is, and nothing of another file."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result

from dataqual import sample
from dataqual.errors import InputError
from studies.cli import _drawn, main
from studies.data.tokenizing import Bytes
from studies.design.study import Study
from studies.findings.studied import Studied
from studies.planning.plan import imagined
from studies.preparing.packing import FILTERS, _harmed, opened, unpacked
from studies.running.devices import Where

STUDY = {
    "corpus": "corpus.jsonl",
    "grades": {"clean": {}, "mended": {"recipe": "mine.yaml"}, "typos": {"spoil_typos": {"dose": 0.5}}},
    "learner": "oracle",
    "sizes": ["10k", "30k", "100k"],
    "tokens": [12800, 25600],
    "device": "cpu",
}


ROOT = Path(__file__).resolve().parents[2]
BARE = """
import sys
from importlib.abc import MetaPathFinder

ABSENT = {absent!r}


class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Absent())
"""
"""A sitecustomize.py with which Python, and whatever it starts, finds none of these packages."""
CORPUS_ONLY = {"polars", "orjson", "zstandard", "ftfy", "jieba", "great_expectations", "datasets", "nltk", "tokenizers"}


def bare(folder: Path, *arguments: str, absent: set[str] = CORPUS_ONLY) -> subprocess.CompletedProcess[str]:
    """`python -m …` in a folder, on a machine with a checkout and without the packages that only a corpus needs."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(BARE.format(absent=absent))
    paths = {"PYTHONPATH": f"{site}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=os.environ | paths, capture_output=True, text=True
    )


def held(pack: Path) -> dict[str, bytes]:
    """What is in a pack, by name."""
    with lzma.open(pack) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        return {member.name: found.read() for member in tar if (found := tar.extractfile(member))}


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


@pytest.fixture(scope="module")
def ran(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study of a pack that ran where there is no corpus."""
    folder = tmp_path_factory.mktemp("away")
    shutil.copy(desk / "scaling.pack", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = run("run", "scaling.pack", "--quiet")
    assert done.exit_code == 0, done.stderr
    return folder / "scaling.study"


def test_a_pack_run_where_there_is_no_corpus_has_the_same_results(
    desk: Path, ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    here = run("run", "scaling.yaml", "--quiet")
    assert here.exit_code == 0, here.stderr
    assert (ran / "results.jsonl").read_bytes() == Path("scaling.study/results.jsonl").read_bytes()
    controls = json.loads((ran / "study.json").read_text())["controls"]
    assert "known dose typos, raw" in {control["name"] for control in controls}


def test_a_pack_runs_to_its_page_where_nothing_is_that_reads_a_corpus(desk: Path, tmp_path: Path) -> None:
    shutil.copy(desk / "scaling.pack", tmp_path)
    there = bare(tmp_path, "studies", "run", "scaling.pack", "--no-examples")
    assert there.returncode == 0, there.stderr
    assert there.stdout.endswith("scaling.study/report.html\n")
    facts = json.loads((tmp_path / "scaling.study/study.json").read_text())
    assert facts["sentence"] in there.stdout


def test_a_calibration_starts_there_too(tmp_path: Path) -> None:
    there = bare(tmp_path, "benchmarks.calibrate", "--help")
    assert there.returncode == 0, there.stderr


def test_what_came_back_of_a_machine_that_vanished_is_gone_on_with_elsewhere(
    desk: Path, ran: Path, tmp_path: Path
) -> None:
    lines = (ran / "results.jsonl").read_bytes().splitlines(keepends=True)
    closed = [at for at, line in enumerate(lines, start=1) if json.loads(line)["kind"] == "trial"]
    (tmp_path / "results.jsonl").write_bytes(b"".join(lines[: closed[len(closed) // 2]]) + lines[-1][:20])
    shutil.copy(ran / "costs.jsonl", tmp_path)
    again = run("run", str(desk / "scaling.pack"), "-o", str(tmp_path))
    assert again.exit_code == 0, again.stderr
    assert f"going on: {len(closed) // 2 + 1} of {len(closed)} trials are done" in again.stderr
    assert (tmp_path / "results.jsonl").read_bytes() == (ran / "results.jsonl").read_bytes()


def test_where_no_page_can_be_drawn_the_facts_are_there_and_it_is_said_in_one_line(
    ran: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_seaborn(done: object) -> Path:
        raise ModuleNotFoundError("No module named 'seaborn'", name="seaborn")

    monkeypatch.setattr("studies.cli._draw", without_seaborn)
    assert _drawn(Studied.load(ran)) == ran / "study.json"
    said = f"no page: seaborn is not installed here; where it is, studies report {ran} draws it\n"
    assert capsys.readouterr().err == said


def test_what_reads_a_corpus_is_told_in_one_line_where_it_cannot_be_read(desk: Path, tmp_path: Path) -> None:
    shutil.copy(desk / "scaling.yaml", tmp_path)
    shutil.copy(desk / "corpus.jsonl", tmp_path)
    shutil.copy(desk / "mine.yaml", tmp_path)
    there = bare(tmp_path, "studies", "run", "scaling.yaml")
    assert there.returncode == 2, there.stderr
    assert "is not installed here: studies run FILE.pack goes without it, and nothing else" in there.stderr
    assert "Traceback" not in there.stderr


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
    members = held(desk / "scaling.pack")
    mended = members.pop("data/mended.u16")
    alone = len(lzma.compress(mended, preset=9))
    added = (desk / "scaling.pack").stat().st_size - len(lzma.compress(b"".join(members.values()), filters=FILTERS))
    assert added < 0.2 * alone  # headers of members are in it, too


def test_a_spoilt_grade_is_in_a_pack_as_what_was_changed(desk: Path) -> None:
    members = held(desk / "scaling.pack")
    assert "changes/typos.u16" in members and "data/typos.u16" not in members
    spoilt = (desk / "scaling.study/data/typos.u16").read_bytes()
    assert len(lzma.compress(members["changes/typos.u16"], preset=9)) < 0.7 * len(lzma.compress(spoilt, preset=9))


def test_another_version_of_tokenizers_that_cuts_otherwise_is_named(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise(self: Bytes, documents: list[bytes]) -> list[np.ndarray]:
        return [np.array([104, 256], np.uint16) for _ in documents]

    monkeypatch.setattr(Bytes, "encode", otherwise)
    with pytest.raises(InputError, match="is not what its manifest says; make it again by studies pack"):
        unpacked(desk / "scaling.pack", tmp_path)
    assert str(_harmed(Path("h200.pack"), "0.1.0")) == (
        f"h200.pack: made with tokenizers 0.1.0, and {version('tokenizers')} here tells its text otherwise; "
        "pip install tokenizers==0.1.0"
    )


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


def test_what_comes_back_of_a_lent_gpu_fits_what_it_gives_back() -> None:
    study = Study.load(ROOT / "examples/h200.yaml")
    trials = imagined(study, Where("cuda", "bfloat16", True))
    assert study.generate is not None
    most = {"tokens": [16_383] * study.generate.tokens, "nats": -123.45678901234567}
    written = len(json.dumps(most)) * study.generate.samples
    points = sum(len(trial.stops) for trial in trials) * 4096  # a line of a point is shorter
    assert len(trials) * written + points < 16 * 2**20
