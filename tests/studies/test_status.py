"""`studies status` and `studies compare`: what stands in the folders, and nothing else."""

from __future__ import annotations

import fcntl
import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dataqual.errors import InputError
from studies.cli import main
from studies.findings.comparing import compare
from studies.results import encoded
from studies.running.status import status
from tests.reports import study_facts

TRIAL = {"flops_spent": 6e9, "flops_apart": 9e9, "exposure": None, "points": 2}
POINT = {
    "learner": "oracle",
    "grade": "clean",
    "arm": "main",
    "seed": 0,
    "size": 1000,
    "parameters": 1000,
    "non_embedding": 900,
}
POINT |= {"tokens": 10, "unique": 10, "epochs": 1.0, "flops": 6e9}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a study of two trials that has ended, as the current one."""
    monkeypatch.chdir(tmp_path)
    lines: list[dict[str, Any]] = [
        {"kind": "study", "version": 1, "study": {}, "data": {}, "versions": {}, "trials": {"number": 2}}
    ]
    for trial in "ab":
        lines += [
            {"kind": "point", "trial": trial, **POINT, "held_out": name, "loss": loss}
            for name, loss in (("raw", 2.5), ("neutral", 3.0))
        ]
        lines.append({"kind": "trial", "trial": trial, **TRIAL})
    folder = Path("one.study")
    folder.mkdir()
    (folder / "results.jsonl").write_bytes(b"".join(map(encoded, lines)))
    (folder / "costs.jsonl").write_bytes(b"".join(encoded({"trial": trial, "seconds": 60.0}) for trial in "ab"))
    save("one", study_facts.likely())
    return tmp_path


def save(name: str, facts: dict[str, Any]) -> None:
    Path(f"{name}.study").mkdir(exist_ok=True)
    Path(f"{name}.study/study.json").write_text(json.dumps(facts))


@pytest.mark.usefixtures("there")
def test_a_finished_study_is_told_by_its_results() -> None:
    found = status("one.study")
    assert (found["running"], found["finished"]) == (False, True)
    assert found["trials"] == {"planned": 2, "done": 2, "training": [], "diverged": 0, "begun": 0, "waiting": 0}
    assert (found["points"], found["flops"], found["hours"]) == (2, 12e9, 120 / 3600)
    assert found["largest"] == {
        "grade": "clean",
        "parameters": 1000,
        "tokens": 10,
        "losses": {"raw": 2.5, "neutral": 3.0},
    }
    said = run("status", "one.study")
    assert said.stdout.splitlines() == [
        "one.study: finished, 2 of 2 trials done, 0 diverged, 2 points",
        "so far: 2 min 0 s of training, 1.2e+10 FLOPs",
        "largest run so far: clean, 1,000 parameters, 10 tokens: raw 2.5000, neutral 3.0000",
    ]
    for line in run("status", "one.study", "--lang", "zh").stdout.splitlines():
        assert any("一" <= c <= "鿿" for c in line), line


@pytest.mark.usefixtures("there")
def test_one_of_pictures_has_seen_pictures() -> None:
    results = Path("one.study/results.jsonl")
    results.write_text(
        results.read_text()
        .replace('"study":{}', '"study":{"pictures":{"side":28}}')
        .replace('"study": {}', '"study": {"pictures": {"side": 28}}')
    )
    assert (
        run("status", "one.study").stdout.splitlines()[-1]
        == "largest run so far: clean, 1,000 parameters, 10 pictures: raw 2.5000, neutral 3.0000"
    )
    assert "10 张图片" in run("status", "one.study", "--lang", "zh").stdout


@pytest.mark.usefixtures("there")
def test_one_that_was_stopped_or_runs_says_so() -> None:
    half = Path("one.study")
    lines = (half / "results.jsonl").read_bytes().splitlines(keepends=True)
    (half / "results.jsonl").write_bytes(b"".join(lines[:4]) + lines[4][:20])
    (half / "costs.jsonl").unlink()
    (half / "study.json").unlink()
    (half / "trials").mkdir()
    (half / "trials" / "b.snapshot").write_bytes(b"x")
    (half / ".lock").touch()
    found = status(half)
    assert (found["running"], found["finished"], found["hours"]) == (False, False, None)
    assert found["trials"] == {"planned": 2, "done": 1, "training": [], "diverged": 0, "begun": 1, "waiting": 0}
    with (half / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert status(half)["running"] is True
    assert "one.study: stopped, 1 of 2 trials done, 0 diverged, 1 points" in run("status", "one.study").stdout


@pytest.mark.usefixtures("there")
def test_trials_that_wait_for_their_turn_are_done_and_told_to_be_missing_below() -> None:
    half = Path("one.study")
    (half / "results.jsonl").write_bytes(b"".join((half / "results.jsonl").read_bytes().splitlines(keepends=True)[:4]))
    (half / "study.json").unlink()
    (half / "trials").mkdir()
    (half / "trials" / "b.done").write_bytes(b"{}")
    assert (status(half)["trials"]["done"], status(half)["trials"]["waiting"]) == (2, 1)
    lines = run("status", "one.study").stdout.splitlines()
    says = "1 of the trials done wait for their turn in the results: what follows is without them"
    assert lines.index(says) < next(at for at, line in enumerate(lines) if line.startswith("largest run so far"))
    assert "1 次已完成的训练在等待写入结果" in run("status", "one.study", "--lang", "zh").stdout


def test_one_whose_corpus_is_being_read_is_a_study(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    assert run("status", str(tmp_path)).stdout.rstrip().endswith(": stopped before any trial began")
    with (tmp_path / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = run("status", str(tmp_path)).stdout.rstrip()
        assert said.endswith(": reading and grading the corpus; no trial has begun")
        assert "正在读取语料并分级" in run("status", str(tmp_path), "--lang", "zh").stdout


def test_a_study_file_that_has_not_run_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("sizes: [1k]")
    assert run("status", "mine.yaml").stdout == "mine.study: has not begun\n"
    none = run("status", "none.yaml")
    assert (none.exit_code, none.stderr) == (2, "studies: none.yaml: no such file or folder\n")


def test_a_folder_without_a_study_is_refused_in_one_line(tmp_path: Path) -> None:
    result = run("status", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no results.jsonl; name the folder of a study" in result.stderr


@pytest.fixture
def two(there: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two studies, of which the second found other worths with another recipe on other text."""
    first, second = study_facts.likely(), study_facts.likely()
    second["exchange"]["raw"]["grades"]["typos"]["q"] = {"value": 0.9, "interval": [0.8, 1.0], "n": 40}
    second["exchange"]["raw"]["grades"]["half"]["q"] = {"value": 0.9, "interval": [0.8, None], "n": 40}
    second["study"]["grades"]["typos"] = {"share": 1.0, "steps": ["{spoil_typos: {dose: 0.1}}"]}
    second["data"]["held_out"]["raw"]["sha256"] = "other"
    save("one", first)
    save("two", second)
    return first, second


def test_the_ratio_of_two_worths_has_the_interval_of_independent_estimates(
    two: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    found = compare(["one.study", "two.study"])
    row = next(r for r in found["rows"] if r["question"] == "a token of typos" and r["held_out"] == "raw")
    one, other = (facts["exchange"]["raw"]["grades"]["typos"]["q"] for facts in two)
    assert (row["answers"]["one"], row["answers"]["two"]) == (one, other)
    ratio = row["ratios"]["two"]
    assert ratio["value"] == pytest.approx(other["value"] / one["value"])
    halves = [math.log(q["interval"][1] / q["interval"][0]) / 2 for q in (one, other)]
    assert math.log(ratio["interval"][1] / ratio["value"]) == pytest.approx(math.hypot(*halves))
    assert ratio["different"] is (not ratio["interval"][0] <= 1 <= ratio["interval"][1])
    unbounded = next(r for r in found["rows"] if r["question"] == "a token of half" and r["held_out"] == "raw")
    assert unbounded["ratios"] == {}
    assert found["notes"] == [
        "one and two have other raw text: worths can be compared, losses cannot",
        "the grade typos is another recipe in one than in two",
    ]


@pytest.mark.usefixtures("two")
def test_the_comparison_is_said_in_english_and_in_chinese() -> None:
    english, chinese = (run("compare", "one.study", "two.study", "--lang", lang) for lang in ("en", "zh"))
    assert "two over one: " in english.stdout
    assert "raw，一个 typos 词元" in chinese.stdout and "two 与 one 之比：" in chinese.stdout
    assert json.loads(run("compare", "one.study", "two.study", "--json").stdout)["schema"] == "study-comparison@1"


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(
    ("folders", "says"),
    [
        (["one.study"], "a comparison takes two or more"),
        (["one.study", "./one.study"], "the same folder is named twice"),
        (["one.study", "none.study"], r"none\.study/study\.json: not there"),
    ],
)
def test_what_cannot_be_compared_is_refused(folders: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        compare(folders)
