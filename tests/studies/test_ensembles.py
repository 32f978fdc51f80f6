"""Ensembles: the loss of averaged predictions is what a table of probabilities says, travels with its trials, and no law hears of it."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import reports
from dataqual.errors import DataqualError, SpecError
from dataqual.intervals import t_of
from studies import learners
from studies.data.windows import Order, TokenFile, planned_exposure
from studies.design.checking import check
from studies.design.study import Study
from studies.design.trial import Setting, Trial
from studies.evaluating.averaging import AT_ONCE, averaged
from studies.evaluating.kept_predictions import place as predicted
from studies.findings import facts as facts_of
from studies.judging.ensembles import _verdict
from studies.learner import Point, Predicted, Shape, Snapshot, Task
from studies.learners import learner
from studies.learners.gpt2 import Gpt2, Model, dimensions
from studies.learners.oracle import Oracle
from studies.results import read
from studies.running.dispatching import TrialFailed
from studies.running.run import lines_of, run, run_trials
from studies.telling.sentences import summary
from studies.training.schedule import peak_rate
from studies.training.together import Together
from studies.training.trunks import _Pupil, train
from studies.watching import Silent
from tests.reports import study_facts
from tests.studies import corpora, test_running

BATCH, WINDOW, VOCABULARY = 32, 8, 24
STOPS = (50 * BATCH, 60 * BATCH)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], np.ndarray]:
    """What four models give more tokens than are read at once: files of nats, and the probabilities (4, tokens)."""
    folder, rng = tmp_path_factory.mktemp("told"), np.random.default_rng(5)
    nats = (rng.gamma(2.0, 1.0, AT_ONCE + 500) + rng.gamma(0.5, 1.0, (4, AT_ONCE + 500))).astype("<f4")
    nats[0, 7] = 900.0  # a probability that is no number of 64 bits, of one model alone
    files = [folder / f"{i}.nats" for i in range(4)]
    for file, row in zip(files, nats, strict=True):
        file.write_bytes(row.tobytes())
    return files, np.exp(-nats.astype(np.float64))


def loss(probabilities: np.ndarray, chosen: tuple[int, ...]) -> float:
    return float(-np.log(probabilities[list(chosen)].mean(axis=0)).sum())


def test_the_loss_is_that_of_the_mean_of_probabilities_over_all_choices(told: tuple[list[Path], np.ndarray]) -> None:
    files, probabilities = told
    found = averaged(files)
    assert [(one.models, one.draws, one.seeds) for one in found] == [(2, 6, 4), (3, 4, 4), (4, 1, 4)]
    for one in found:
        each = [loss(probabilities, chosen) for chosen in combinations(range(4), one.models)]
        assert one.loss == pytest.approx(np.mean(each), rel=1e-12)
    assert found[0].loss > found[1].loss > found[2].loss  # more models, less loss, on average over the choices
    assert averaged(files, 2) == found[:1]


def test_the_interval_of_some_of_the_seeds_is_that_of_leaving_each_out(told: tuple[list[Path], np.ndarray]) -> None:
    files, probabilities = told
    one = averaged(files)[0]
    without = [
        np.mean([loss(probabilities, pair) for pair in combinations([j for j in range(4) if j != i], 2)])
        for i in range(4)
    ]
    error = math.sqrt(3 * np.var(without))  # (k - 1) / k of the sum of squares
    assert one.interval == pytest.approx((one.loss - t_of(0.95, 3) * error, one.loss + t_of(0.95, 3) * error))


def test_the_interval_of_all_seeds_is_that_of_counting_each_a_little_more(
    told: tuple[list[Path], np.ndarray],
) -> None:
    files, probabilities = told

    def weighted(i: int, more: float) -> float:
        weight = np.full(4, (1 - more) / 4)
        weight[i] += more
        return float(-np.log(weight @ probabilities).sum())

    slopes = np.array([(weighted(i, 1e-6) - weighted(i, -1e-6)) / 2e-6 for i in range(4)])
    one = averaged(files)[-1]
    spread = t_of(0.95, 3) * math.sqrt((slopes**2).sum() / (4 * 3))
    assert one.interval == pytest.approx((one.loss - spread, one.loss + spread), rel=1e-6)


def test_two_equal_models_are_worth_one_and_nothing_is_left_to_chance(told: tuple[list[Path], np.ndarray]) -> None:
    files, probabilities = told
    [one] = averaged([files[1], files[1]])
    assert one.loss == pytest.approx(loss(probabilities, (1,))) and one.interval == pytest.approx((one.loss, one.loss))


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    folder = tmp_path_factory.mktemp("task")
    rng, made = np.random.default_rng(0), {}
    for name, tokens in (("train", 61 * BATCH), ("near", 403), ("far", 1)):
        (folder / name).write_bytes((rng.integers(1, 4, tokens).cumsum() % 20).astype("<u2").tobytes())
        made[name] = TokenFile.of(folder / name, bytes=2 * tokens)
    return Task(
        7104, VOCABULARY, WINDOW, BATCH, made["train"], Order(3), STOPS, {"near": made["near"]}, 1, predictions=True
    )


class Pairs(nn.Module):
    """What follows a token depends on that token alone."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(VOCABULARY, VOCABULARY)

    def forward(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.table(tokens)
        return out


def expected(pairs: Pairs, file: TokenFile) -> list[float]:
    """Token by token, without windows."""
    table = torch.log_softmax(pairs.table.weight.detach().double(), dim=1)
    tokens = file.read().tolist()
    after = [-float(table[a, b]) for a, b in pairwise(tokens)]
    return [math.log(VOCABULARY), *after]


def test_every_held_out_token_has_its_own_nats_and_they_add_up_to_the_loss(task: Task) -> None:
    pairs, file = Pairs(), task.held_out["near"]
    pupil = _Pupil(task, pairs, Shape(1, 1, 1.0))
    each = pupil.room(file)
    bits = pupil.bits_per_byte(file, each)
    assert each.tolist() == pytest.approx(expected(pairs, file), rel=1e-5)
    assert bits == pytest.approx(sum(each.tolist()) / math.log(2) / file.bytes, rel=1e-6)
    assert bits == pupil.bits_per_byte(file)  # the very bits, kept or not


def test_processes_that_train_together_note_each_token_once(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Together, "add", lambda self, tensors: None)
    pairs, file = Pairs(), task.held_out["near"]
    parts = []
    for rank in range(2):
        pupil = _Pupil(task, pairs, Shape(1, 1, 1.0))
        pupil.together = Together(rank, 2)
        parts.append(pupil.room(file))
        pupil.bits_per_byte(file, parts[-1])
    assert sum(parts).tolist() == pytest.approx(expected(pairs, file), rel=1e-5)  # type: ignore[attr-defined]
    assert all((parts[0] == 0) | (parts[1] == 0))


@pytest.mark.parametrize("name", ["gpt2", "lstm"])
def test_a_learner_that_was_killed_tells_the_same_and_its_points_are_those_without(name: str, task: Task) -> None:
    whole = list(learner(name).run(task))
    told = [event for event in whole if isinstance(event, Predicted)]
    assert [(one.tokens, one.held_out) for one in told] == [(stop, "near") for stop in STOPS]
    points = [event for event in whole if isinstance(event, Point)]
    for one, point in zip(told, points, strict=True):
        nats = np.frombuffer(one.nats, "<f4").astype(float)
        assert nats.sum() / math.log(2) / task.held_out["near"].bytes == pytest.approx(point.losses["near"], rel=1e-5)
    plain = list(learner(name).run(dataclasses.replace(task, predictions=False)))
    assert [event for event in plain if isinstance(event, Point)] == points
    assert not [event for event in plain if isinstance(event, Predicted)]
    at, snapshot = next((i, e) for i, e in enumerate(whole) if isinstance(e, Snapshot))
    assert at > whole.index(told[0]) > whole.index(points[0])  # what a snapshot tells of is there
    rest = list(learner(name).run(task, snapshot.state))
    assert [event for event in rest if isinstance(event, Predicted)] == told[1:]


def keeping(trials: list[Trial]) -> list[Trial]:
    return [dataclasses.replace(t, setting=dataclasses.replace(t.setting, predictions=True)) for t in trials]


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "predictions").iterdir()} | {
        "results.jsonl": (folder / "results.jsonl").read_bytes()
    }


@pytest.mark.usefixtures("toy_package")
def test_a_worker_that_was_killed_leaves_the_same_predictions(tmp_path: Path) -> None:
    wreck = tmp_path / "wreck"
    wreck.write_text("")
    trials = keeping(test_running.plan(tmp_path / "data", fault="kill once", wreck=str(wreck)))
    run_trials(trials, tmp_path / "a", test_running.HEADER, workers=1, watch=Silent())
    whole = everything(tmp_path / "a")
    assert len(whole) == 1 + len(trials) * 3 * 2
    wreck.unlink()
    run_trials(trials, tmp_path / "b", test_running.HEADER, workers=2, watch=Silent())
    assert wreck.exists() and everything(tmp_path / "b") == whole
    plain = test_running.plan(tmp_path / "data")
    assert plain[0].key != keeping(plain)[0].key
    assert Trial.of_json(trials[0].as_json()) == trials[0] and trials[0].task().predictions


def test_a_learner_that_tells_nothing_is_no_result(task: Task) -> None:
    trial = Trial(
        "oracle", Oracle(), 1000, "clean", "main", task.train, Order(0), 0, (STOPS[0],), BATCH,
        Setting("cpu", "float32", False, WINDOW, VOCABULARY, task.held_out, predictions=True),
    )  # fmt: skip
    done = {"points": [{"tokens": STOPS[0], "unique": STOPS[0]}], "ledger": _ledger(trial), "made": [], "seconds": 1.0}
    with pytest.raises(TrialFailed, match="ended without what its models give"):
        lines_of(trial, done)


def _ledger(trial: Trial) -> dict[str, Any]:
    exposure = planned_exposure(trial.train, trial.order, WINDOW, trial.stops[-1])
    return {"flops_spent": 1.0, "flops_apart": 1.0, "exposure": exposure}


ASKED: dict[str, Any] = {
    "name": "few", "corpus": "corpus.jsonl", "held_out": {"raw": {"share": 0.2}, "neutral": "other.jsonl"},
    "grades": {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}}, "learner": {"oracle": {"trunk_noise": 0.02}},
    "sizes": ["10k", "30k", "100k"], "tokens": [12800, 25600, 51200], "seeds": {"10k": 3, "30k": 2}, "device": "cpu",
}  # fmt: skip

SMALL = ["10k", "30k"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three, two and one seeds by the oracle, with ensembles."""
    place = tmp_path_factory.mktemp("study")
    texts = [text for text in corpora.texts() if len(text.encode()) < 4000]
    corpora.write(
        place / "corpus.jsonl", [f"{i} " + " ".join(f"w{i * 31 + j}" for j in range(20)) for i in range(1500)]
    )
    corpora.write(place / "other.jsonl", texts[:20])
    run(Study.of({**ASKED, "ensembles": True}, "study", place), place / "few.study", workers=1)
    return place


def rows(place: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = facts_of.load(place)["ensembles"]["rows"]
    return found


def test_two_seeds_of_a_small_gpt2_are_averaged_as_their_own_probabilities_are(tmp_path: Path, task: Task) -> None:
    shape, file = Gpt2().shape(task.size, VOCABULARY, WINDOW), task.held_out["near"]
    files, alone, own = [], [], []
    for seed in (1, 2):
        model = Model(dimensions(task.size, VOCABULARY, WINDOW), seed)
        events = list(train(dataclasses.replace(task, seed=seed), model, shape, peak_rate(shape.parameters)))
        alone.append([event.losses["near"] for event in events if isinstance(event, Point)][-1])
        files.append(tmp_path / f"{seed}.nats")
        files[-1].write_bytes([event.nats for event in events if isinstance(event, Predicted)][-1])
        own.append(chances(model, file))  # the model as it was left, window by window
    [one] = averaged(files)
    both = math.log(VOCABULARY) - float(np.log((own[0] + own[1]) / 2).sum())  # the first token counts as a guess
    assert one.loss == pytest.approx(both, rel=1e-5)
    assert one.loss / math.log(2) / file.bytes < np.mean(alone)  # Jensen: strictly, as the models differ


def chances(model: Model, file: TokenFile) -> np.ndarray:
    """What a model gives each token but the first, from those before it in its window."""
    tokens, found = file.read().astype(np.int64), []
    for start in range(0, len(tokens) - 1, WINDOW):
        piece = torch.from_numpy(tokens[start : start + WINDOW + 1])
        with torch.no_grad():
            told = torch.softmax(model(piece[None, :-1])[0].double(), dim=1)
        found.append(told[torch.arange(len(piece) - 1), piece[1:]].numpy())
    return np.concatenate(found)


def test_a_study_tells_of_every_cell_of_two_seeds_and_more(folder: Path) -> None:
    found = rows(folder / "few.study")
    assert {(r["size"], r["models"], r["n"], r["draws"]) for r in found} == {
        (10_000, 2, 3, 3), (10_000, 3, 3, 1), (30_000, 2, 2, 1)
    }  # fmt: skip
    assert len(found) == 3 * 3 * 2 * 2  # ensembles, stops, held-out sets, grades
    points = read(folder / "few.study" / "results.jsonl").points
    for row in found:  # the oracle gives every token alike, so a token's mean probability is that of all
        mine = [
            p
            for p in points
            if p["arm"] == "main" and all(p[n] == row[n] for n in ("size", "grade", "tokens", "held_out"))
        ]
        assert row["alone"] == pytest.approx(np.mean([p["loss"] for p in mine])) and row["kind"] == "ensemble"
        assert row["interval"][0] <= row["loss"] <= row["interval"][1] and row["loss"] <= row["alone"] + 1e-9
        assert row["flops"] == row["models"] * mine[0]["flops"]
    by_hand = next(r for r in found if r["models"] == 3 and r["held_out"] == "raw")
    mine = [
        p
        for p in points
        if p["arm"] == "main" and all(p[n] == by_hand[n] for n in ("size", "grade", "tokens", "held_out"))
    ]
    known = facts_of.load(folder / "few.study")["data"]["held_out"]["raw"]
    per_token = np.array([p["loss"] for p in mine]) * math.log(2) * known["bytes"] / known["tokens"]
    mean = -math.log(np.exp(-per_token).mean()) * known["tokens"] / math.log(2) / known["bytes"]
    assert by_hand["loss"] == pytest.approx(mean, rel=1e-6)


def test_what_else_the_compute_buys_is_what_the_law_says_where_it_was_trained(folder: Path) -> None:
    facts = facts_of.load(folder / "few.study")
    law = next(one for one in facts["laws"]["raw"] if one["used"])
    known = law["parameters"]
    row = next(
        r
        for r in rows(folder / "few.study")
        if (r["held_out"], r["grade"], r["models"], r["tokens"]) == ("raw", "clean", 3, 12_800)
    )
    for way, n, d in (("larger", 3, 1), ("long", 1, 3)):
        by_hand = (
            known["E"]
            + known["A"] * (n * row["parameters"]) ** -known["alpha"]
            + known["B"] * (d * row["tokens"]) ** -known["beta"]
        )
        assert row[way]["value"] == pytest.approx(by_hand, rel=1e-6)
        assert row["difference"][way]["value"] == pytest.approx(by_hand - row["loss"])
    assert row["verdict"] == "REFUTED"  # models of the oracle are all alike
    last = next(r for r in rows(folder / "few.study") if r["tokens"] == 51_200 and r["models"] == 3)
    assert last["long"] is None and last["larger"] is not None


def test_laws_and_points_are_those_of_the_study_without(folder: Path) -> None:
    run(Study.of({**ASKED, "sizes": SMALL}, "study", folder), folder / "plain.study", workers=1)  # too few for a law
    with_, without = (facts_of.load(folder / name) for name in ("few.study", "plain.study"))
    losses = [[p["loss"] for p in facts["points"] if p["size"] < 100_000] for facts in (with_, without)]
    assert sorted(losses[0]) == sorted(losses[1])
    law = next(one for one in with_["laws"]["raw"] if one["used"])
    assert law["n"] == sum(p["held_out"] == "raw" for p in with_["points"])
    assert "ensembles" not in without and not (folder / "plain.study" / "predictions").exists()
    assert "predictions" not in (folder / "plain.study" / "results.jsonl").read_text()
    with (folder / "few.study" / "points.csv").open() as file:
        listed = list(csv.DictReader(file))
    assert len([r for r in listed if r["kind"] == "ensemble"]) == 36 and listed[0]["kind"] == ""
    assert listed[-1]["models"] and float(listed[-1]["loss_low"]) <= float(listed[-1]["loss"])
    says = with_["ensembles"]["says"]
    assert len(says) == 2 and all("NOT worth it" in one or "undecided" in one for one in says)
    assert f"  {says[0]}" in [line for line, _ in summary(with_)]
    assert "Several models averaged" in reports.study(with_) and "Several models averaged" not in reports.study(without)


def test_fewer_are_averaged_without_training_and_what_was_lost_is_said(folder: Path) -> None:
    place, study = folder / "few.study", Study.of({**ASKED, "ensembles": 2}, "study", folder)
    before = (place / "results.jsonl").read_bytes()
    run(study, place, workers=1)
    assert {r["models"] for r in rows(place)} == {2} and (place / "results.jsonl").read_bytes() == before
    lines = [p for p in read(place / "results.jsonl").points if p["size"] == 10_000 and p["arm"] == "main"]
    first, second = (predicted(place, p["trial"], p["tokens"], p["held_out"]) for p in lines[:2])
    kept, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(kept[:-1])
    second.unlink()
    found = run(study, place, workers=1).facts
    said = "not there as they were written, so these models are in no ensemble"
    [note] = [note for note in found["notes"] if note.startswith("ensembles: ")]
    assert note in {f"ensembles: predictions/{one.name} and 1 more are {said}" for one in (first, second)}
    mine = [r for r in found["ensembles"]["rows"] if r["size"] == 10_000 and r["tokens"] == lines[0]["tokens"]]
    assert sorted(r["n"] for r in mine) == [2, 2, 3, 3]  # of three seeds two are left on either set
    first.write_bytes(kept)
    second.write_bytes(other)


@pytest.mark.slow
def test_a_study_that_grows_by_seeds_averages_them_too(folder: Path) -> None:
    small = {**ASKED, "sizes": SMALL, "ensembles": True}  # too few for a law
    larger = Study.of({**small, "seeds": 3}, "study", folder)
    run(larger, folder / "once.study", workers=1)
    run(Study.of(small, "study", folder), folder / "grown.study", workers=1)
    run(larger, folder / "grown.study", workers=1)
    assert everything(folder / "grown.study") == everything(folder / "once.study")
    assert {(r["size"], r["models"]) for r in rows(folder / "grown.study")} == {
        (size, many) for size in (10_000, 30_000) for many in (2, 3)
    }  # fmt: skip


def test_a_verdict_counts_both_ways_to_spend_the_compute() -> None:
    better, worse = ({"value": v, "interval": [v - 0.01, v + 0.01], "n": 3} for v in (0.1, -0.1))
    unsure = {"value": 0.005, "interval": [-0.1, 0.11], "n": 3}
    assert _verdict({"larger": better, "long": better}) == {"verdict": "SUPPORTED", "against": "larger"}
    assert _verdict({"larger": better, "long": worse}) == {"verdict": "REFUTED", "against": "long"}
    assert _verdict({"larger": None, "long": worse})["verdict"] == "REFUTED"
    assert _verdict({"larger": None, "long": better})["verdict"] == "UNDECIDED"
    assert _verdict({"larger": better, "long": unsure}) == {"verdict": "UNDECIDED", "against": "long"}
    assert _verdict({"larger": None, "long": None}) == {"verdict": "UNDECIDED", "against": None}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (1, "study.ensembles: 1 is neither true nor false nor a number of models from 2 to 8"),
        ("all", "study.ensembles: 'all' is neither true nor false nor a number of models from 2 to 8"),
        (9, "study.ensembles: 9 is neither true nor false nor a number of models from 2 to 8"),
    ],
)
def test_what_is_no_number_of_models_is_told_in_a_line(asked: Any, said: str) -> None:
    with pytest.raises(DataqualError) as error:
        Study.of({**ASKED, "ensembles": asked}, "study")
    assert str(error.value) == said


def test_pictures_and_learners_that_tell_nothing_refuse_it_in_a_line() -> None:
    with pytest.raises(SpecError, match=r"^study: ensembles is of a study of text; pictures have pictures and seen$"):
        Study.of({"pictures": 100, "seen": 200, "sizes": 1000, "ensembles": True}, "study")
    mute = learners.learner("oracle")
    study = Study.of({**ASKED, "ensembles": True}, "study")
    check(study, mute)
    with pytest.raises(SpecError, match=r"^study.ensembles: oracle does not tell what its models give each token"):
        check(study, type("Mute", (Oracle,), {"predicts": False})())


def test_too_few_or_too_many_seeds_are_noted_and_absent_is_absent() -> None:
    one = Study.of({**ASKED, "seeds": 1, "ensembles": True}, "study")
    assert "study.ensembles: no size has two seeds, so there is nothing to average; say seeds: 3" in one.notes
    assert (
        "study.ensembles: of 9 seeds the first 8 are averaged"
        in Study.of({**ASKED, "seeds": 9, "ensembles": 3}, "study").notes
    )
    assert "ensembles" not in Study.of({**ASKED, "ensembles": False}, "study").resolved()
    assert one.resolved()["ensembles"] == 8 and json.dumps(one.resolved())


def test_the_page_shows_what_averaging_is_worth() -> None:
    page = reports.study(study_facts.labelled())
    assert "is NOT worth it on raw text" in page and "one larger model" in page
