"""Trackers are told of every trial that ends, and none of them can end a study."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import studies
from dataqual import sample
from dataqual.errors import InputError, MissingExtra, SpecError
from studies import tracking
from studies.cli import main
from studies.design.trial import Trial
from studies.results import Line
from studies.tracking import named, tracker
from tests.studies.corpora import write

STUDY = {
    "corpus": "corpus.jsonl",
    "learner": "oracle",
    "sizes": ["10k", "30k", "100k"],
    "tokens": [12800, 25600],
    "device": "cpu",
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("corpus.jsonl").write_bytes(sample.path().read_bytes())
    write(Path("neutral.jsonl"), [" ".join(f"word{n}x{i}" for i in range(60)) for n in range(9)])
    Path("scaling.yaml").write_text(yaml.safe_dump(STUDY | {"held_out": {"neutral": "neutral.jsonl"}}))
    return tmp_path


class Noted:
    """A tracker that remembers, and fails after so many trials."""

    def __init__(self, most: int = 99) -> None:
        self.trials: list[tuple[Trial, Sequence[Line]]] = []
        self.most, self.closed = most, False

    def trial(self, trial: Trial, points: Sequence[Line]) -> None:
        if len(self.trials) == self.most:
            raise ConnectionError("nobody\nthere")
        self.trials.append((trial, points))

    def close(self) -> None:
        self.closed = True


@pytest.mark.usefixtures("desk")
def test_every_point_is_told_and_a_tracker_that_fails_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = Noted(), Noted(1)
    made = {"tensorboard": good, "wandb": bad}
    monkeypatch.setattr("studies.running.run.tracker", lambda name, study, folder: made[name])
    done = studies.run("scaling.yaml", "out.study", workers=1, track=["tensorboard", "wandb"])
    told = [{k: p[k] for k in ("tokens", "loss", "held_out")} for _, points in good.trials for p in points]
    found = [{k: p[k] for k in ("tokens", "loss", "held_out")} for p in done.points]
    assert sorted(map(str, told)) == sorted(map(str, found))
    assert len({named(trial) for trial, _ in good.trials}) == len(good.trials) == 6
    assert len(bad.trials) == 1 and good.closed and not bad.closed
    assert capsys.readouterr().err.count("tracking by noted has stopped: nobody there") == 1


def test_an_unknown_tracker_is_refused_before_any_data_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(STUDY))
    result = CliRunner().invoke(main, ["run", str(tmp_path / "s.yaml"), "--track", "tensorbord"])
    assert result.exit_code == 2 and "tensorbord" in result.stderr
    with pytest.raises(SpecError, match="no tracker 'tensorbord'; did you mean 'tensorboard'"):
        studies.run(tmp_path / "s.yaml", tmp_path / "out", track=["tensorbord"])
    assert not (tmp_path / "out").exists()


def test_a_tracker_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name=name.rpartition(".")[2])

    monkeypatch.setattr(tracking, "import_module", missing)
    with pytest.raises(MissingExtra, match="track"):
        tracker("wandb", studies.Study.default(), tmp_path)


def test_a_tracker_that_cannot_begin_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(name: str) -> Any:
        raise RuntimeError("the store\nis refused")

    monkeypatch.setattr(tracking, "import_module", refused)
    with pytest.raises(InputError, match="track: mlflow cannot begin: the store is refused"):
        tracker("mlflow", studies.Study.default(), tmp_path)


@pytest.fixture
def told(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run the study with a real tracker; its points afterwards."""

    def run(name: str) -> list[dict[str, Any]]:
        result = CliRunner().invoke(main, ["run", "scaling.yaml", "--workers", "1", "--track", name, "--json"])
        assert result.exit_code == 0, result.stderr
        assert "has stopped" not in result.stderr
        points: list[dict[str, Any]] = json.loads(result.stdout)["points"]
        return points

    yield run


def test_tensorboard_has_the_losses(told: Any) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed: dataqual[track]")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    points = told("tensorboard")
    found = []
    for folder in sorted(Path("scaling.study/tensorboard").iterdir()):
        events = EventAccumulator(str(folder)).Reload()
        found += [(e.value, e.step) for tag in events.Tags()["scalars"] for e in events.Scalars(tag)]
    assert sorted(found) == sorted((float(np.float32(p["loss"])), p["tokens"]) for p in points)


def test_mlflow_has_the_losses(told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow", reason="mlflow is not installed: dataqual[track]")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "mlruns").as_uri())
    points = told("mlflow")
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("scaling")
    runs = client.search_runs([experiment.experiment_id])
    found = [
        (m.value, m.step)
        for run in runs
        for held_out in ("raw", "neutral")
        for m in client.get_metric_history(run.info.run_id, f"bits_per_byte.{held_out}")
    ]
    assert sorted(found) == sorted((p["loss"], p["tokens"]) for p in points)
    assert {run.data.params["grade"] for run in runs} == {"corpus"}


def test_wandb_takes_every_trial_offline(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb", reason="wandb is not installed: dataqual[track]")
    monkeypatch.setenv("WANDB_MODE", "offline")
    points = told("wandb")
    trials = {point["trial"] for point in points}
    there = {path.name.rpartition("-")[2] for path in Path("scaling.study/wandb").glob("offline-run-*")}
    assert there == trials
