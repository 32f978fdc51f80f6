"""Where a study is computed: a worker has a core or a GPU to itself."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from dataqual.errors import SpecError
from studies.running.devices import gpus, workers_on
from studies.running.dispatching import Dispatch
from studies.running.run import run_trials
from studies.watching import Silent
from tests.studies import test_running


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with three GPUs, all of them visible."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)


def test_there_is_a_worker_per_gpu_unless_fewer_are_asked_for(three: None) -> None:
    assert [workers_on("cuda", asked) for asked in (None, 1, 2, 3)] == [3, 1, 2, 3]


@pytest.mark.parametrize(("there", "seen"), [(3, "3 GPUs"), (1, "1 GPU")])
def test_more_workers_than_gpus_are_refused(monkeypatch: pytest.MonkeyPatch, there: int, seen: str) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: there)
    with pytest.raises(SpecError) as refused:
        workers_on("cuda", 4)
    assert str(refused.value) == (
        f"workers: 4 are too many for {seen}; say --workers {there}, or fewer: each has one to itself"
    )


def test_on_a_cpu_as_many_workers_as_asked_for(three: None) -> None:
    assert workers_on("cpu", 40) == 40


def test_gpus_that_a_user_chose_keep_their_names(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpus() == ["0", "1", "2"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7, GPU-ab,2")
    assert gpus() == ["7", "GPU-ab", "2"]


@pytest.mark.parametrize(("seen", "expected"), [((), [None, None]), (("7", "2"), ["7", "2"])])
def test_each_worker_sees_its_own_gpu_alone(
    seen: tuple[str, ...], expected: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    started, start = [], subprocess.Popen

    def noted(line: list[str], **options: Any) -> Any:
        started.append(options["env"].get("CUDA_VISIBLE_DEVICES"))
        return start(["cat"], **{**options, "env": os.environ})

    monkeypatch.setattr(subprocess, "Popen", noted)
    with Dispatch(tmp_path, 2, [], gpus=seen):
        assert started == expected


def test_a_worker_keeps_the_memory_that_each_step_needs_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, start = [], subprocess.Popen

    def noted(line: list[str], **options: Any) -> Any:
        told.append([options["env"].get(name) for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")])
        return start(["cat"], **{**options, "env": os.environ})

    monkeypatch.setattr(subprocess, "Popen", noted)
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "4096")
    with Dispatch(tmp_path, 1, []):
        assert told == [["268435456", "4096"]]


@pytest.mark.usefixtures("toy_package")
def test_many_trials_on_two_gpus_are_trained_one_on_each_and_end_as_on_one(tmp_path: Path) -> None:
    found = {}
    for devices in (["7", "GPU-ab"], ["2"]):
        seen = tmp_path / "-".join(devices)
        seen.mkdir()
        plan = test_running.plan(tmp_path / "data", notes=str(seen), pause=0.01)
        trials = [replace(one, setting=replace(one.setting, device="cuda")) for one in plan]
        folder = tmp_path / f"study {len(devices)}"
        run_trials(trials, folder, test_running.HEADER, workers=len(devices), watch=Silent(), devices=devices)
        told = [note.read_text().split() for note in seen.iterdir()]
        assert len(told) == len(trials)
        assert {gpu for gpu, _ in told} == set(devices)  # each sees one, and none stands idle
        assert len({tuple(one) for one in told}) == len(devices)  # a process for each GPU, and no other
        keys = {one.key: str(at) for at, one in enumerate(trials)}
        lines = [json.loads(line) for line in (folder / "results.jsonl").read_bytes().splitlines()]
        found[len(devices)] = [
            {**line, "trial": keys.get(line.get("trial", ""))} for line in lines if line["kind"] == "point"
        ]
    assert found[2] == found[1] and len(found[1]) == 30
