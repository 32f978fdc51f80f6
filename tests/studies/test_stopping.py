"""Early stopping: a run ends when validation text is told no better any more, is what it was until then, and says where it stood."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reports
from dataqual.errors import DataqualError
from studies import learners
from studies.data.prompts import Prompts, Writing
from studies.data.windows import Order, TokenFile, planned_exposure
from studies.design.study import Study
from studies.design.trial import Setting, Trial
from studies.design.trial import plan as trials_of
from studies.findings import facts as facts_of
from studies.learner import Event, Ledger, Made, Point, Snapshot, Task
from studies.learners import learner
from studies.planning.plan import plan
from studies.preparing.texts import prepare
from studies.results import Records
from studies.running.dispatching import TrialFailed
from studies.running.run import cost_of, lines_of
from tests.reports import study_facts
from tests.studies import corpora

BATCH, WINDOW = 32, 8
STOPS = (50 * BATCH, 60 * BATCH, 80 * BATCH, 100 * BATCH)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """Validation text of tokens that training never shows: the more it learns, the worse they are told."""
    folder = tmp_path_factory.mktemp("task")
    rng = np.random.default_rng(0)
    made = {}
    for name, tokens, first in (("train", 101 * BATCH, 0), ("near", 400, 0), ("other", 200, 20)):
        steps = rng.integers(1, 4, tokens).cumsum() % (20 if name != "other" else 3) + first
        (folder / name).write_bytes(steps.astype("<u2").tobytes())
        made[name] = TokenFile.of(folder / name, bytes=2 * tokens)
    prompts = Prompts.of(made["near"], WINDOW, 24, Writing(samples=2, tokens=4))
    return Task(
        7104, 24, WINDOW, BATCH, made["train"], Order(3), STOPS, {"near": made["near"]}, 1, prompts=prompts,
        validation=made["other"], patience=2,
    )  # fmt: skip


def of(kind: type[Any], events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_run_that_gets_no_better_ends_as_one_that_was_planned_so_long(task: Task) -> None:
    found = list(learner("gpt2").run(task))
    short = dataclasses.replace(task, stops=STOPS[:3])
    as_planned = list(learner("gpt2").run(short))
    assert [p.tokens for p in of(Point, found)] == list(STOPS[:3])
    losses = [p.validation for p in of(Point, found)]
    assert losses[0] == min(losses)
    assert of(Point, found) == of(Point, as_planned) and of(Ledger, found) == of(Ledger, as_planned)
    assert of(Made, found) == of(Made, as_planned)
    untold = list(learner("gpt2").run(dataclasses.replace(task, validation=None)))
    assert [p.tokens for p in of(Point, untold)] == list(STOPS) and of(Point, untold)[0].validation is None
    patient = list(learner("gpt2").run(dataclasses.replace(task, patience=3)))
    assert len(of(Point, patient)) == 4


def test_a_run_that_was_killed_stops_where_it_would_have(task: Task) -> None:
    whole = list(learner("gpt2").run(task))
    for at, event in enumerate(whole):
        if isinstance(event, Snapshot):
            rest = list(learner("gpt2").run(task, event.state))
            assert of(Point, whole[:at]) + of(Point, rest) == of(Point, whole)
            assert of(Ledger, rest) == of(Ledger, whole)


@pytest.fixture
def trial(task: Task) -> Trial:
    setting = Setting("cpu", "float32", False, WINDOW, 24, task.held_out, validation=task.validation, patience=2)
    return Trial("gpt2", learner("gpt2"), 7104, "clean", "main", task.train, Order(3), 0, STOPS, BATCH, setting)


def done(trial: Trial, validations: list[float], **more: Any) -> dict[str, Any]:
    stops = trial.stops[: len(validations)]
    points = [
        {"tokens": stop, "unique": stop, "parameters": 9, "flops": 1.0, "losses": {"near": 1.0}, "validation": v}
        for stop, v in zip(stops, validations, strict=True)
    ]
    exposure = planned_exposure(trial.train, trial.order, WINDOW, stops[-1])
    ledger = {"flops_spent": 1.0, "flops_apart": 2.0, "exposure": exposure}
    return {"points": points, "ledger": ledger, "made": [], "seconds": 2.0, **more}


def test_what_stopped_when_is_in_the_results_and_in_the_facts(trial: Trial) -> None:
    lines, close, cost = lines_of(trial, done(trial, [1.0, 1.1, 1.2]))
    assert [line["validation"] for line in lines] == [1.0, 1.1, 1.2]
    assert close["stopped"] == {
        "tokens": STOPS[2], "best": STOPS[0], "planned": STOPS[3], "patience": 2, "unique": None
    }  # fmt: skip
    assert cost["tokens"] == 0.8 * STOPS[2] + 0.2 * sum(STOPS[:3])
    assert "stopped" not in lines_of(trial, done(trial, [1.0, 1.1, 1.2, 1.3]))[1]
    [told] = facts_of.stopped(Records(points=lines, trials=[close]))
    assert (told["grade"], told["size"], told["tokens"], told["best"]) == ("clean", 7104, STOPS[2], STOPS[0])


def test_a_run_that_ends_before_it_may_is_no_result(trial: Trial) -> None:
    with pytest.raises(TrialFailed, match="points at"):
        lines_of(trial, done(trial, [1.0, 0.9, 0.8]))
    with pytest.raises(TrialFailed, match="points at"):
        lines_of(trial, done(trial, [1.0, 1.1]))
    never = dataclasses.replace(trial, setting=dataclasses.replace(trial.setting, validation=None))
    with pytest.raises(TrialFailed, match="points at"):
        lines_of(never, done(trial, [1.0, 1.1, 1.2]))
    assert cost_of(trial, done(trial, [1.0, 1.1, 1.2, 1.3]))["tokens"] == trial.tokens_spent


def test_patience_and_validation_text_are_parts_of_a_trial_and_reach_its_worker(trial: Trial) -> None:
    assert Trial.of_json(json.loads(json.dumps(trial.as_json()))) == trial
    other = dataclasses.replace(trial, setting=dataclasses.replace(trial.setting, patience=3))
    assert trial.key != other.key and other.task().patience == 3 and trial.task().validation is not None


ASKED: dict[str, Any] = {
    "corpus": "corpus.jsonl", "held_out": {"raw": {"share": 0.2}, "neutral": "other.jsonl"}, "sizes": [12000],
    "tokens": 60000, "again": [], "window": 64, "generate": False, "early_stopping": {"share": 0.2, "patience": 1},
}  # fmt: skip


def test_validation_text_is_of_the_corpus_and_neither_in_a_grade_nor_held_out(tmp_path: Path) -> None:
    texts = [text for text in corpora.texts() if len(text.encode()) < 4000]
    many = [f"{i} " + " ".join(f"w{i * 31 + j}" for j in range(20)) for i in range(1500)]
    corpora.write(tmp_path / "corpus.jsonl", many)
    corpora.write(tmp_path / "other.jsonl", texts[:20])
    study = Study.of(ASKED, "study", tmp_path)
    prepared = prepare(study, tmp_path)
    assert prepared.validation is not None
    parts = {
        name: set(file.read()[file.read() < 256].astype(np.uint8).tobytes().decode().split())
        for name, file in {
            "validation": prepared.validation, "raw": prepared.held_out["raw"], "grade": prepared.grades["corpus"]
        }.items()
    }  # fmt: skip
    own = {name: {word for word in words if word.startswith("w")} for name, words in parts.items()}
    assert 0.1 < len(own["validation"]) / (1500 * 20) < 0.3
    assert not own["validation"] & own["raw"] and not own["validation"] & own["grade"]
    assert set(prepared.held_out) == {"raw", "neutral"}  # nothing is judged on it
    [trial] = trials_of(study, prepared, learners.of(study), device="cpu", precision="float32", compile=False)
    assert trial.setting.validation == prepared.validation and trial.setting.patience == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"share": 0.9}, "study.early_stopping.share: 0.9 beside 0.2 held out leaves nothing to train on"),
        ({"patience": 0}, "study.early_stopping.patience: 0 is no whole number above 0; write it as 30000, 30k, 1.5M or 1.5B"),
        ({"patients": 1}, "study.early_stopping: no key 'patients'; did you mean 'patience'? there are: patience, share"),
    ],
)  # fmt: skip
def test_what_cannot_stop_early_is_told_in_a_line(asked: Any, said: str) -> None:
    with pytest.raises(DataqualError) as error:
        Study.of({**ASKED, "early_stopping": asked}, "study")
    assert str(error.value) == said


def test_a_plan_says_that_it_may_take_less_and_the_page_what_stopped() -> None:
    embedded = {key: value for key, value in ASKED.items() if key not in ("corpus", "held_out")}
    found = plan({**embedded, "tokens": ["200k", "400k"]}, simulations=0)
    assert "study.early_stopping: runs that are stopped early take less than is told here" in found.notes
    assert "Stopped early" not in reports.study(study_facts.likely())
    assert "Stopped early" in reports.study(study_facts.labelled())
