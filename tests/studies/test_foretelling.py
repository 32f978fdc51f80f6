"""The largest models are foretold before they run, from the smaller alone, and what was said then cannot be changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dataqual import sample
from studies.data.probe import Probe
from studies.design.study import Study
from studies.design.trial import Trial, canonical
from studies.findings.studied import Studied
from studies.judging import foretelling
from studies.judging.foretelling import EARLIER, PREDICTION, compared, foretell, largest, to_foretell
from studies.learner import Ledger, Point
from studies.results import read
from studies.running import run as running
from studies.running.run import run
from tests.studies.test_generated import ASKED, Made

FILE = {
    "corpus": "corpus.jsonl", "learner": {"oracle": {"law": "chinchilla"}}, "sizes": ["10k", "20k", "40k", "100k"], "tokens": [12800, 25600, 51200],
    "grades": {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}}, "seeds": 2, "device": "cpu",
}  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study."""
    folder = tmp_path_factory.mktemp("foretold")
    shutil.copy(sample.path(), folder / "corpus.jsonl")
    (folder / "study.yaml").write_text(json.dumps(FILE))
    run(folder / "study.yaml", workers=2)
    return folder / "study.study"


def test_a_study_foretells_its_largest_models_before_they_begin(done: Path) -> None:
    found = json.loads((done / "study.json").read_text())["prediction"]
    assert found["noted"] and found["written"] <= found["began"]
    assert {(row["size"], row["grade"]) for row in found["rows"]} == {(100_000, "clean"), (100_000, "typos")}
    assert found["n"] == len(found["rows"]) == 2 * 2 * 3 * 2  # grades, seeds, stops, held-out sets
    assert found["inside"] >= 0.8 * found["n"]  # the oracle obeys the law, its noise is that of the smaller models
    lines = [json.loads(line) for line in (done / "costs.jsonl").read_text().splitlines()]
    at = next(i for i, line in enumerate(lines) if "prediction" in line)
    keys = json.loads((done / PREDICTION).read_bytes())["trials"]
    assert not any(line.get("trial") in keys for line in lines[:at])


def test_a_prediction_that_was_changed_afterwards_is_found_out(done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "copy")
    points = read(done / "results.jsonl").points
    before = compared(tmp_path / "copy", points)
    assert before is not None and before["noted"]
    path = tmp_path / "copy" / PREDICTION
    path.write_bytes(path.read_bytes().replace(b'"seed":0', b'"seed":7', 1))
    after = compared(tmp_path / "copy", points)
    assert after is not None and not after["noted"] and after["written"] is None
    path.unlink()
    assert compared(tmp_path / "copy", points) is None


def test_a_second_prediction_that_knows_what_came_is_not_taken_for_the_first(done: Path, tmp_path: Path) -> None:
    """Cheats: another prediction in the place of the first, noted behind the trials; or before them, with the first in the list; or with the list gone."""
    points = read(done / "results.jsonl").points
    other = {**json.loads((done / PREDICTION).read_bytes()), "of": []}
    written = canonical(other)
    note = {"prediction": hashlib.sha256(written).hexdigest(), "written": "2000-01-01T00:00:00Z"}
    lines = [json.loads(line) for line in (done / "costs.jsonl").read_text().splitlines()]
    assert compared(done, points)["noted"]  # type: ignore[index]
    for number, (noted, listed) in enumerate((([*lines, note], True), ([note, *lines], True), ([*lines, note], False))):
        folder = tmp_path / str(number)
        shutil.copytree(done, folder)
        (folder / PREDICTION).write_bytes(written)
        (folder / "costs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in noted))
        if not listed:
            (folder / EARLIER).unlink()
        found = compared(folder, [])
        assert found is not None and not found["noted"], number


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(
        tmp_path_factory.mktemp("made"), {**ASKED, "sizes": [1000, 2000, 4000, 8000], "tokens": [8000, 16000, 30000]}
    )


def points_of(trials: list[Trial], worse: float = 1.0) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for trial in trials:
        for event in trial.learner.run(trial.task()):
            if isinstance(event, Point):
                row = {"grade": trial.grade, **vars(event)}
                found.setdefault(trial.key, []).extend(
                    {**row, "held_out": name, "loss": worse * loss} for name, loss in event.losses.items()
                )
            assert not isinstance(event, Ledger) or trial.key in found
    return found


def test_the_prediction_rests_on_the_smaller_models_and_stays_as_it_was(made: Made, tmp_path: Path) -> None:
    smaller = foretelling.bases(made.trials)
    assert {trial.size for trial in smaller} == {1000, 2000, 4000} and {t.size for t in largest(made.trials)} == {8000}
    first = foretell(made.trials, points_of(smaller), "clean", tmp_path)
    again = foretell(made.trials, points_of(smaller, worse=2.0), "clean", tmp_path)
    assert again == first
    (tmp_path / PREDICTION).unlink()
    worse = foretell(made.trials, points_of(smaller, worse=2.0), "clean", tmp_path)
    one, two = (part["of"][0]["rows"][0]["value"] for part in (first, worse))
    assert two == pytest.approx(2 * one, rel=0.03)


def test_runs_that_see_the_same_again_are_not_foretold(made: Made) -> None:
    again = [replace(t, order=replace(t.order, unique=4000)) for t in made.trials]
    assert largest(made.trials) and not largest(again) and not foretelling.bases(again)


def test_what_has_begun_is_not_foretold_any_more(made: Made, tmp_path: Path) -> None:
    held = largest(made.trials)
    assert to_foretell(made.trials, set(), tmp_path) == held
    assert to_foretell(made.trials, {held[0].key}, tmp_path) == []
    (tmp_path / "trials").mkdir()
    (tmp_path / "trials" / f"{held[-1].key}.snapshot").write_bytes(b"")
    assert to_foretell(made.trials, set(), tmp_path) == []
    assert largest([t for t in made.trials if t.size < 8000]) == []  # two smaller sizes foretell nothing


def test_where_the_smaller_models_diverged_it_says_so(made: Made, tmp_path: Path) -> None:
    found = foretell(made.trials, {}, "clean", tmp_path)
    assert [part["says"] for part in found["of"]] == 2 * ["no smaller model of the reference has come to an end"]


def test_a_study_that_grows_keeps_what_it_foretold_before(made: Made, tmp_path: Path) -> None:
    small = [trial for trial in made.trials if trial.size < 8000]
    small += [replace(trial, size=500) for trial in small if trial.size == 1000]  # four sizes, the largest 4,000
    first = foretell(small, points_of(foretelling.bases(small)), "clean", tmp_path)
    first_bytes = (tmp_path / PREDICTION).read_bytes()
    (tmp_path / EARLIER).unlink()  # as a folder of an earlier build has it
    second = foretell(made.trials, points_of(foretelling.bases(made.trials)), "clean", tmp_path)
    assert second["trials"] != first["trials"] and (tmp_path / PREDICTION).read_bytes() != first_bytes
    kept = [json.loads(line) for line in (tmp_path / EARLIER).read_text().splitlines()]
    assert [line["prediction"] for line in kept] == [first, second]
    assert [line["sha256"] for line in kept] == [hashlib.sha256(canonical(one)).hexdigest() for one in (first, second)]
    assert all(line["written"] for line in kept)
    found = compared(tmp_path, [])
    assert found is not None and [one["sha256"] for one in found["earlier"]] == [kept[0]["sha256"]]
    assert found["noted"] and found["earlier"][0]["noted"]
    damaged = (tmp_path / EARLIER).read_bytes().replace(b'"seed":0', b'"seed":7', 1)
    (tmp_path / EARLIER).write_bytes(damaged)
    again = compared(tmp_path, [])
    assert again is not None and not again["earlier"][0]["noted"]
    assert foretell(made.trials, {}, "clean", tmp_path) == second  # and nothing is written twice
    assert len((tmp_path / EARLIER).read_text().splitlines()) == 2


def test_probes_are_foretold_where_the_cheapest_trial_tries_a_learning_rate_and_has_none(
    made: Made, tmp_path: Path
) -> None:
    probe = Probe(Path("x"), "aa", "documents", ("a", "b"))
    trials = [replace(t, setting=replace(t.setting, probes={"mood": probe})) for t in made.trials]
    rate = replace(made.trials[0], arm="rate")
    found = foretell([rate, *trials], {}, "clean", tmp_path)
    assert [part["held_out"] for part in found["of"]] == ["raw", "neutral", "mood"]


def test_a_study_beside_another_is_asked_for_all_that_the_first_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sample.path(), tmp_path / "corpus.jsonl")
    small = {**FILE, "sizes": [2000, 4000], "seeds": 1, "generate": False}
    study = Study.of(small, "study", tmp_path)
    asked: list[dict[str, Any]] = []

    def noted(other: Study, place: Path, **options: Any) -> Studied:
        asked.append(options)
        return Studied({}, place)

    first = running.run
    monkeypatch.setattr(running, "run", noted)
    first(replace(study, beside=(replace(study, name="other"),)), tmp_path / "s", workers=1, examples=False)
    assert [options["examples"] for options in asked] == [False]
