"""What a study that runs leaves in its folder of how far it is, and what `studies status` makes of it from elsewhere."""

from __future__ import annotations

import fcntl
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from studies.cli import main
from studies.design.prices import GpuHour
from studies.design.trial import Trial
from studies.running.live import PROGRESS, Live
from studies.watching import SILENT
from tests.studies import test_progress

pytestmark = pytest.mark.usefixtures("toy_package")
two = test_progress.trials
"""Two trials, the second twice as dear."""


def told(folder: Path, *language: str) -> list[str]:
    """What `studies status` says while somebody holds the lock of the folder."""
    with (folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = CliRunner().invoke(main, ["status", str(folder), *language])
    assert result.exit_code == 0, result.output
    return [line.replace(f"{folder}", "x.study") for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "x.study"
    place.mkdir()
    return place


def test_preparing_is_told_from_another_terminal(folder: Path) -> None:
    watch = Live(SILENT, folder, None)
    watch.passes(["holding out", "grading"])
    watch.prepare("grading", 45, 100)
    assert told(folder) == ["x.study: running, preparing 2/2: grading, 45%; no trial has begun"]
    assert told(folder, "--lang", "zh") == ["x.study：运行中，准备 2/2：划分数据等级，45%；尚未开始训练"]


def test_time_and_money_left_and_what_trains_now_are_told(
    folder: Path,
    two: list[Trial],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    watch = Live(SILENT, folder, GpuHour(36.0))
    watch._pace.clock = lambda: now[0]
    on_gpu = [replace(trial, setting=replace(trial.setting, device="cuda")) for trial in two]
    watch.begin(on_gpu, set(), {})
    header = {"kind": "study", "version": 1, "study": {}, "data": {}, "versions": {}, "trials": {"number": 2}}
    (folder / "results.jsonl").write_text(json.dumps(header) + "\n")
    watch.progress(on_gpu[0], 0, 3.0)
    now[0] = 10.0
    watch.meter(on_gpu[0], 10.0, None, None)
    watch.progress(on_gpu[0], 500, 2.5)
    # 3 million FLOPs in 10 s; left are 3 + 12 million: 50 s, at 0.01 USD a second
    assert told(folder) == [
        "x.study: running, 0 of 2 trials done, 1 training, 0 diverged, 0 points",
        "now: clean, 1,000 parameters, seed 0: step 31 of 62, loss 2.500",
        "left: about 50 s of training",
        "money: 0.10 USD spent since the last start, 0.50 to come",
    ]
    chinese = told(folder, "--lang", "zh")
    assert all(any("一" <= c <= "鿿" for c in line) for line in chinese), chinese
    stopped = CliRunner().invoke(main, ["status", str(folder)]).stdout
    assert "left when it was stopped: about 50 s of training" in stopped and "now:" not in stopped


def test_a_study_beside_another_is_told_behind_it(folder: Path) -> None:
    Live(SILENT, folder, None, ["pictures"]).conclude("fitting laws")
    (folder / "results.jsonl").write_text("")
    (folder / "study.json").write_text("{}")
    assert told(folder)[1:] == ["x.study/pictures: has not begun"]
    (folder / "pictures").mkdir()
    beside = Live(SILENT, folder / "pictures", None)
    beside.prepare("grading", 0, 0)
    assert told(folder)[1:] == ["x.study/pictures: running, preparing: grading; no trial has begun"]


def test_it_is_written_at_most_once_a_second_and_a_full_disk_stops_nobody(
    folder: Path,
    two: list[Trial],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    watch = Live(SILENT, folder, None)
    watch.begin(two, set(), {})
    first = (folder / PROGRESS).read_bytes()
    now[0] = 0.5
    watch.progress(two[0], 10, 3.0)
    assert (folder / PROGRESS).read_bytes() == first
    now[0] = 1.5
    watch.progress(two[0], 20, 3.0)
    assert json.loads((folder / PROGRESS).read_bytes())["training"][0]["loss"] == 3.0
    (folder / PROGRESS).unlink()
    folder.rmdir()
    watch.conclude("fitting laws")
