"""A study that grows takes over what was trained; one that changes otherwise does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dataqual import sample
from dataqual.errors import InputError
from studies.design.study import Study
from studies.design.trial import Trial
from studies.results import Line
from studies.running.devices import Where
from studies.running.extending import EARLIER, extends, set_aside
from studies.running.run import asked, run, run_trials
from studies.watching import Silent
from tests.studies.test_running import HEADER, plan

SMALL: dict[str, Any] = {"learner": "oracle", "sizes": ["10k", "100k"], "tokens": [12800, 25600], "device": "cpu"}
LARGE = SMALL | {"sizes": ["10k", "30k", "100k"], "seeds": {"10k": 2}}


class Noted(Silent):
    """Which trials were trained."""

    def __init__(self) -> None:
        self.trained: list[tuple[int, int, str]] = []

    def finish(self, trial: Trial, points: object) -> None:
        self.trained.append((trial.size, trial.seed, trial.arm))


def test_more_sizes_and_seeds_train_what_is_new_and_end_in_the_same_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(sample.path(), "corpus.jsonl")
    corpus = {"corpus": "corpus.jsonl"}
    run(SMALL | corpus, "grown", workers=1)
    seen = Noted()
    found = run(LARGE | corpus, "grown", workers=1, watch=seen)
    assert sorted(seen.trained) == [
        (10_000, 1, "again"), (10_000, 1, "main"), (30_000, 0, "again"), (30_000, 0, "main")
    ]  # fmt: skip
    at_once = run(LARGE | corpus, "at once", workers=1)
    assert Path("grown/results.jsonl").read_bytes() == Path("at once/results.jsonl").read_bytes()
    assert not Path("grown", EARLIER).exists()
    costs = [json.loads(line)["trial"] for line in Path("grown/costs.jsonl").read_text().splitlines()]
    assert len(costs) == len(set(costs)) == 8
    assert len(found.points) == len(at_once.points) == 8 * 2 * 2
    with pytest.raises(InputError, match=r"study.sizes was \[10000, 30000, 100000\] and is \[10000, 100000\] now"):
        run(SMALL | corpus, "grown", workers=1)


@pytest.mark.usefixtures("toy_package")
def test_a_study_that_grows_twice_before_it_ends_loses_no_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials, folder = plan(tmp_path / "data"), tmp_path / "a"
    run_trials(trials, tmp_path / "at once", HEADER, workers=1, watch=Silent())
    run_trials([trials[1], trials[3]], folder, HEADER, workers=1, watch=Silent())
    set_aside(folder, [trial.key for trial in trials])
    assert not (folder / "results.jsonl").exists()
    with monkeypatch.context() as patch, pytest.raises(InterruptedError):
        patch.setattr(Noted, "finish", interrupted)
        run_trials(trials[:4], folder, HEADER, workers=1, watch=Noted())
    set_aside(folder, [trial.key for trial in trials])
    seen = Noted()
    run_trials(trials, folder, HEADER, workers=1, watch=seen)
    assert len(seen.trained) == 2
    assert (folder / "results.jsonl").read_bytes() == (tmp_path / "at once" / "results.jsonl").read_bytes()


def interrupted(*_: object) -> None:
    raise InterruptedError


@pytest.mark.usefixtures("toy_package")
def test_a_trial_that_has_no_place_in_the_larger_study_is_not_given_up(tmp_path: Path) -> None:
    trials, folder = plan(tmp_path / "data"), tmp_path / "a"
    run_trials(trials[:2], folder, HEADER, workers=1, watch=Silent())
    before = (folder / "results.jsonl").read_bytes()
    with pytest.raises(InputError, match=r"results\.jsonl: its trials are not those of this study: write elsewhere"):
        set_aside(folder, [trial.key for trial in trials[1:]])
    assert (folder / "results.jsonl").read_bytes() == before


def first_line(**more: Any) -> Line:
    line = asked(Study.of(SMALL | more, "s.yaml"), Where("cpu", "float32", False))
    return dict(json.loads(json.dumps(line)))


@pytest.mark.parametrize(
    ("more", "larger"),
    [
        ({}, False),
        ({"sizes": ["10k", "30k", "100k"]}, True),
        ({"sizes": ["10k", "30k"]}, False),
        ({"seeds": 2}, True),
        ({"seeds": 2, "grade_sizes": "10k"}, False),
        ({"repeats": {"unique": 6400, "epochs": 4}}, True),
        ({"repeats": {"unique": 51200, "epochs": 4}}, False),
        ({"seeds": 2, "tokens": [12800, 25600, 51200]}, False),
        ({"seeds": 2, "grades": {"half": {"share": 0.5}}}, False),
        ({"seeds": 2, "learning_rate": 0.5}, False),
    ],
)
def test_only_more_of_the_same_is_an_extension(more: dict[str, Any], larger: bool) -> None:
    assert extends(first_line(**more), first_line()) is larger
    assert not extends(first_line(), first_line(**more))
    other = first_line() | {"versions": {"numpy": "0"}}
    assert not extends(first_line(**more), other)
