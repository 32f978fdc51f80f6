"""Two processes on one trial, by gloo on a CPU: the losses of one, whoever starts them, and whoever is killed meanwhile."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dataqual.errors import SpecError
from studies.data.windows import Order, TokenFile
from studies.design.trial import Setting, Trial
from studies.learner import Point
from studies.learners import learner
from studies.results import read
from studies.running.devices import chosen, groups
from studies.running.dispatching import Dispatch, Worker
from studies.running.run import lines_of, run_trials
from studies.watching import Silent
from tests.studies.test_running import HEADER

ROOT = Path(__file__).parents[2]
BATCH, WINDOW = 64, 8
STOPS = (50 * BATCH, 60 * BATCH)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("task")
    rng, made = np.random.default_rng(0), {}
    for name, tokens in (("train", 61 * BATCH), ("near", 203), ("far", 64)):
        steps = rng.integers(1, 4, tokens).cumsum() % 20
        (folder / name).write_bytes(steps.astype("<u2").tobytes())
        made[name] = TokenFile.of(folder / name, bytes=2 * tokens)
    held_out = {name: made[name] for name in ("near", "far")}
    setting = Setting("cpu", "float32", False, WINDOW, 24, held_out, validation=made["far"], patience=9)
    return Trial("gpt2", learner("gpt2"), 7104, "clean", "main", made["train"], Order(3), 1, STOPS, BATCH, setting)


def shared(trial: Trial) -> Trial:
    return dataclasses.replace(trial, setting=dataclasses.replace(trial.setting, together=2))


@pytest.fixture(scope="module")
def alone(trial: Trial) -> list[Point]:
    torch.set_num_threads(1)
    return [event for event in trial.learner.run(trial.task()) if isinstance(event, Point)]


SCRIPT = """
import dataclasses, json, os, sys
from studies.learner import Ledger, Point, Snapshot
from studies.design.trial import Trial
trial = Trial.of_json(json.loads(sys.argv[1]))
events = list(trial.learner.run(trial.task()))
points = [dataclasses.asdict(e) for e in events if isinstance(e, Point)]
snapshots = sum(isinstance(e, Snapshot) for e in events)
with open(f"{sys.argv[2]}/{os.environ['RANK']}.json", "w") as file:
    json.dump({"points": points, "snapshots": snapshots, "ledger": dataclasses.asdict(events[-1])}, file)
"""


def test_two_processes_of_torchrun_have_the_losses_of_one(trial: Trial, alone: list[Point], tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    line = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "--local-addr",
        "127.0.0.1",
    ]
    subprocess.run(
        [*line, str(tmp_path / "train.py"), json.dumps(trial.as_json()), str(tmp_path)],
        env=env, cwd=tmp_path, check=True, timeout=300, capture_output=True,
    )  # fmt: skip
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in "01")
    for point, own in zip(first["points"], alone, strict=True):
        assert point["losses"] == pytest.approx(dict(own.losses), rel=1e-4)
        assert point["validation"] == pytest.approx(own.validation, rel=1e-4)
        assert (point["tokens"], point["unique"], point["flops"]) == (own.tokens, own.unique, own.flops)
    assert second["points"] == first["points"] and second["ledger"] == first["ledger"]
    assert (first["snapshots"], second["snapshots"]) == (1, 0)  # one of them keeps what is found


def results(trial: Trial, folder: Path) -> list[dict[str, Any]]:
    run_trials([trial], folder, HEADER, workers=1, watch=Silent())
    return read(folder / "results.jsonl").points


def test_a_study_gives_a_trial_two_workers_and_they_end_as_one_would(
    trial: Trial, alone: list[Point], tmp_path: Path
) -> None:
    found = results(shared(trial), tmp_path)
    expected = [loss for point in alone for loss in point.losses.values()]
    assert [line["loss"] for line in found] == pytest.approx(expected, rel=1e-4)
    assert not list(tmp_path.glob("trials/*"))


@pytest.mark.slow
def test_when_one_of_two_is_killed_both_begin_again_from_what_was_kept(trial: Trial, tmp_path: Path) -> None:
    both = shared(trial)
    undisturbed = results(both, tmp_path / "a")
    folder = tmp_path / "b" / "trials"
    folder.mkdir(parents=True)
    killed: list[Worker] = []
    with Dispatch(folder, 1, [both], together=2) as crew:
        for _, event in crew.events():
            if event["event"] == "progress" and not killed:
                killed.append(crew._workers[0])
                os.kill(killed[0].helpers[0].pid, signal.SIGKILL)
        assert killed and killed[0] not in crew._workers
        assert all(process.poll() is not None for process in killed[0].processes)
    done = json.loads((folder / f"{both.key}.done").read_bytes())
    assert [line["loss"] for line in lines_of(both, done)[0]] == [line["loss"] for line in undisturbed]


def test_so_many_processes_are_a_part_of_a_trial_and_of_its_cost(trial: Trial, tmp_path: Path) -> None:
    both = shared(trial)
    assert both.key != trial.key and "together" not in trial.description()
    assert Trial.of_json(json.loads(json.dumps(both.as_json()))).setting.together == 2


@pytest.mark.parametrize("many", [None, 3])
def test_what_cannot_be_shared_is_refused(trial: Trial, many: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    from studies.training import trunks as training
    from studies.training.together import Together

    monkeypatch.setattr(Together, "here", classmethod(lambda cls, device: cls(0, many or 9)))
    task = trial.task()
    if many is None:
        with pytest.raises(SpecError, match="a batch of 8 windows cannot be shared by 9 processes"):
            list(trial.learner.run(task))
    else:
        with pytest.raises(SpecError, match="adversarial training is not shared"):
            list(learner("gpt2", adversarial=0.1).run(task))
    assert training.PLAIN


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)


def test_devices_are_those_that_are_named(three: None) -> None:
    assert chosen("cuda", "auto") is None and chosen("cuda", None) is None
    assert chosen("cuda", "0, 2") == ["0", "2"]
    assert [groups("cuda", workers, devices, together) for workers, devices, together in [
        (None, None, 1), (None, ["0", "2"], 1), (1, ["0", "2"], 1), (None, None, 2), (None, ["0", "2"], 2)
    ]] == [3, 2, 1, 1, 1]  # fmt: skip
    assert groups("cpu", 4, None, 2) == 2 and groups("cpu", 1, None, 2) == 1


@pytest.mark.parametrize(
    ("device", "asked", "said"),
    [
        ("cuda", "0,3", "devices: no GPU '3' here; there are: 0, 1, 2"),
        ("cuda", "0,0", "devices: GPU 0 is named twice; each trains one trial at a time"),
        ("cuda", ",", "devices: ',' names none; there are: 0, 1, 2"),
        ("cpu", "0,1", "devices: '0,1' names GPUs, and this study trains on the CPU; say --workers N for so many processes"),
    ],
)  # fmt: skip
def test_devices_that_are_not_there_are_refused(three: None, device: str, asked: str, said: str) -> None:
    with pytest.raises(SpecError) as refused:
        chosen(device, asked)
    assert str(refused.value) == said


def test_fewer_gpus_than_processes_are_refused(three: None) -> None:
    with pytest.raises(SpecError, match="together: 4 processes of one trial take 4 GPUs, and there are 3"):
        groups("cuda", None, None, 4)


def test_each_of_two_workers_of_two_sees_a_gpu_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, start = [], subprocess.Popen

    def noted(line: list[str], **options: Any) -> Any:
        env = options["env"]
        started.append((env["CUDA_VISIBLE_DEVICES"], env["RANK"], env["WORLD_SIZE"], env.get("STUDIES_MEETING")))
        return start(["cat"], **{**options, "env": os.environ})

    monkeypatch.setattr(subprocess, "Popen", noted)
    with Dispatch(tmp_path, 2, [], gpus=("7", "5", "3", "2"), together=2):
        assert [(gpu, rank, size) for gpu, rank, size, _ in started] == [
            ("7", "0", "2"), ("5", "1", "2"), ("3", "0", "2"), ("2", "1", "2"),
        ]  # fmt: skip
    meetings = [meeting for *_, meeting in started]
    assert meetings[0] == meetings[1] != meetings[2] == meetings[3]


def test_a_run_that_was_stopped_leaves_no_meeting_that_the_next_one_waits_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, found = subprocess.Popen, []

    def met(line: list[str], **options: Any) -> Any:
        meeting = Path(options["env"]["STUDIES_MEETING"])
        found.append((options["env"]["RANK"], meeting.exists()))
        meeting.write_text("where to find who met here")
        return start(["cat"], **{**options, "env": os.environ})

    monkeypatch.setattr(subprocess, "Popen", met)
    for _ in range(2):  # killed as on Ctrl-C, so nobody clears up
        with Dispatch(tmp_path, 1, [], together=2):
            pass
    assert found == [("0", False), ("1", True)] * 2
