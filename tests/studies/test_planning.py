"""`studies plan`: counted exactly, fitted to a budget, and honest about what it will tell."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result

from dataqual.errors import InputError, SpecError
from studies import learners
from studies.cli import main
from studies.design.study import Study
from studies.fitting.intervals import draw
from studies.fitting.robust import fit
from studies.planning.expecting import expect, simulate
from studies.planning.plan import imagined, plan, seconds_of, smaller, write
from studies.planning.speeds import of_core, of_gpu, of_study
from studies.running.devices import Where
from tests.studies.corpora import write as write_corpus

CPU = Where("cpu", "float32", False)
SMALL: dict[str, Any] = {
    "grades": {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}},
    "sizes": ["30k", "100k", "300k", "1M"],
    "tokens": ["120Ki", "240Ki", "480Ki", "960Ki"],
    "seeds": {"30k": 3, "100k": 2},
    "repeats": {"unique": ["60Ki"], "epochs": [2, 4, 8], "sizes": ["30k", "100k"]},
    "device": "cpu",
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def study() -> Study:
    return Study.of(SMALL, "small.yaml")


def test_flops_and_trials_are_those_of_the_grid(study: Study) -> None:
    found = plan(study, simulations=0).facts()
    # a main trunk per grade and one more of clean per size and seed (7 seeds in all); one with repeats per seed of two sizes
    assert found["trials"] == 3 * 7 + 5
    assert found["points"] == 21 * 4 + 5 * 3
    learner = learners.learner("gpt2")
    each = {s: learner.shape(s, 257, 128).flops_per_token for s in study.sizes}
    batch = {s: learner.batch(s, 128) for s in study.sizes}
    for row, seeds in zip(found["sizes"], (3, 2, 1, 1), strict=True):
        step = batch[row["size"]]  # the shortest run has 50 of them
        ends = [max(50, 5 * round(tokens / (5 * step))) * step for tokens in study.tokens]
        spent = 3 * seeds * (0.8 * ends[-1] + 0.2 * sum(ends))
        if row["size"] <= 100_000:
            again = [61_440 * epochs for epochs in (2, 4, 8)]
            spent += seeds * (0.8 * again[-1] + 0.2 * sum(again))
        assert row["tokens"] == pytest.approx(spent, rel=1e-6)
        assert row["flops"] == pytest.approx(spent * each[row["size"]], rel=1e-6)


def test_twice_the_workers_take_about_half_the_time_and_the_same_hours(study: Study) -> None:
    one, two = (plan(study, workers=workers, simulations=0) for workers in (1, 2))
    assert one.facts()["hours"] == two.facts()["hours"]
    assert 0.5 < two.wall() / one.wall() < 0.6


def test_speeds_lie_between_what_is_known(tmp_path: Path) -> None:
    core = of_core()
    assert 39e9 < core.at(300_000) < 45e9
    assert core.at(10_000) < 22e9
    assert core.at(1e9) == pytest.approx(66e9)
    assert of_gpu("A100").at(1e8) == pytest.approx(of_gpu("h100").at(1e8) * 312 / 989)
    with pytest.raises(SpecError, match="gpu: 'h201' is not known; did you mean 'h200'"):
        of_gpu("h201")
    with pytest.raises(InputError, match=r"no results\.jsonl"):
        of_study(tmp_path)


def test_the_embedded_pictures_are_planned_as_long_as_they_took() -> None:
    # 110 seconds of one core for its 15 trials, as costs.jsonl had them where they were run
    [pictures] = plan(device="cpu", simulations=0).beside
    assert 0.8 < 3600 * pictures.facts()["hours"]["value"] / 110 < 1.25


def test_speeds_are_taken_from_a_study_that_ran(tmp_path: Path) -> None:
    results = [
        {"kind": "study", "version": 1, "study": {}, "data": {}, "versions": {}, "trials": {"number": 2}},
    ]
    costs = []
    for trial, (size, flops, seconds) in enumerate([(1000, 1e9, 1.0), (9000, 8e9, 2.0)]):
        point = {
            "trial": str(trial),
            "parameters": size,
            "tokens": 1,
            "unique": 1,
            "epochs": 1,
            "flops": flops,
            "loss": 1.0,
        }
        point |= {
            "kind": "point",
            "learner": "oracle",
            "grade": "clean",
            "arm": "main",
            "seed": 0,
            "size": size,
            "non_embedding": size,
            "held_out": "raw",
        }
        results += [
            point,
            {
                "kind": "trial",
                "trial": str(trial),
                "flops_spent": flops,
                "flops_apart": flops,
                "exposure": None,
                "points": 1,
            },
        ]
        costs.append({"trial": str(trial), "seconds": seconds, "device": "cpu"})
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in results))
    (tmp_path / "costs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in costs))
    found = of_study(tmp_path)
    assert found.how == "measured"
    assert found.at(1000) == pytest.approx(1e9)
    assert found.at(3000) == pytest.approx(2e9)  # half-way in logarithms from 1e9 to 4e9


def test_a_budget_drops_what_tells_least_in_the_stated_order(study: Study) -> None:
    said, left = [], study
    while (found := smaller(left)) is not None:
        left, what = found
        said.append(what)
    assert said == [
        "repeats at size 100,000",
        "a seed at size 100,000",
        "the grades at size 1,000,000",
        "the grades at size 300,000",
        "size 1,000,000",
        "the stop at 983,040 tokens",
    ]
    assert (left.sizes, left.grade_sizes, left.seeds) == ((30_000, 100_000, 300_000), (30_000, 100_000), (3, 1, 1))
    assert left.repeats is not None and left.repeats.sizes == (30_000,)


def test_a_plan_fits_its_budget_and_what_is_written_is_that_study(study: Study, tmp_path: Path) -> None:
    whole = plan(study, workers=2, simulations=0)
    found = plan(study, workers=2, budget=0.6 * whole.wall(), simulations=0)
    assert found.wall() <= 0.6 * whole.wall()
    assert found.dropped
    write(found, tmp_path / "fits.yaml")
    again = plan(tmp_path / "fits.yaml", workers=2, simulations=0)
    assert again.facts()["flops"] == found.facts()["flops"]
    assert again.trials == imagined(Study.load(tmp_path / "fits.yaml"), CPU)
    with pytest.raises(InputError, match="there is a file already"):
        write(found, tmp_path / "fits.yaml")
    with pytest.raises(SpecError, match=r"budget: the least that can tell a law \(\d+ trials of small\) takes"):
        plan(study, budget="5s", simulations=0)


def test_an_operating_point_that_was_dropped_moves_to_what_is_left() -> None:
    asked = Study.of(SMALL | {"operating_point": {"size": "1M", "tokens": "960Ki"}}, "small.yaml")
    while (found := smaller(asked)) is not None:
        asked = found[0]
    assert (asked.operating_point.size, asked.operating_point.tokens) == (300_000, 480 * 1024)


def test_a_study_with_paths_is_written_beside_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(SMALL | {"corpus": "corpus.jsonl"}))
    write_corpus(tmp_path / "corpus.jsonl", ["one text " * 120_000])
    found = plan(tmp_path / "mine.yaml", simulations=0)
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="its paths start at"):
        write(found, tmp_path / "there" / "fits.yaml")
    write(found, tmp_path / "fits.yaml")
    assert yaml.safe_load((tmp_path / "fits.yaml").read_text())["corpus"] == "corpus.jsonl"


def test_more_runs_are_expected_to_tell_more(study: Study) -> None:
    few = Study.of(
        SMALL | {"seeds": 1, "sizes": ["30k", "100k", "300k"], "tokens": ["120Ki", "240Ki", "480Ki"], "repeats": None},
        "few",
    )
    many = Study.of(SMALL | {"seeds": 3, "repeats": None}, "many")
    widths = []
    for asked in (few, many):
        found = {e.grade: e for e in expect(imagined(asked, CPU), "clean", simulations=3, draws=60) if not e.again}
        interval = found["typos"].interval
        assert interval is not None and interval[0] < 0.7 < interval[1]
        widths.append(interval[1] / interval[0])
    assert widths[1] < widths[0]


def test_what_is_expected_comes_true_in_simulated_studies(study: Study) -> None:
    """The intervals of studies that were not among those of the plan are within 1.5 times as wide, in logarithms."""
    trials = imagined(study, CPU)
    low, high = next(e for e in expect(trials, "clean", simulations=3, draws=60) if e.grade == "typos").interval or (
        0,
        0,
    )
    found = [draw(fit("data_constrained", simulate(trials, "clean", 70 + number)), 60, 1) for number in range(3)]
    place = len(found[0].fit.law.coordinates) + found[0].fit.runs.grades.index("typos") - 1
    intervals = [one.interval(lambda theta: np.exp(theta[:, place])) for one in found]
    width = np.median([np.log(higher / lower) for _, lower, higher in intervals])
    assert 1 / 1.5 < width / np.log(high / low) < 1.5
    assert np.median([value for value, _, _ in intervals]) == pytest.approx(0.7, rel=0.1)


def test_too_few_runs_are_expected_to_tell_nothing() -> None:
    few = Study.of({"sizes": ["30k"], "tokens": ["120Ki"], "device": "cpu"}, "few")
    assert expect(imagined(few, CPU), "corpus", simulations=2, draws=10) == []
    assert any("no law can be fitted" in line for line in plan(few).summary())


def test_a_plan_without_repeats_says_that_the_main_question_stays_open() -> None:
    asked = {"sizes": "30k", "tokens": "60Ki"}
    said = "what it will not tell: whether more data or more computing helps, which stays UNDECIDED without repeats"
    repeats = {"unique": "30Ki", "epochs": [2]}
    assert any(line.startswith(said) for line in plan(asked, simulations=0).summary())
    assert not any(line.startswith(said) for line in plan(asked | {"repeats": repeats}, simulations=0).summary())


@pytest.mark.parametrize("budget", ["", "25", "m", "-5m", "soon", 0, True])
def test_what_is_no_time_is_refused(budget: Any) -> None:
    with pytest.raises(SpecError, match="is no time; write it as 25m, 1h30m or 90s"):
        seconds_of(budget)


@pytest.fixture
def two_simulations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two simulated studies are enough for what is said of them."""
    monkeypatch.setattr("studies.planning.plan.expect", partial(expect, simulations=2, draws=50))


@pytest.mark.usefixtures("two_simulations")
def test_the_command_says_it_in_english_and_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(yaml.safe_dump(SMALL | {"gpu_hour": {"price": 2.5}}))
    english = run("plan", "mine.yaml", "--gpu", "h200", "--workers", "2", "-o", "fits.yaml", "--budget", "3m")
    assert english.exit_code == 0, english.stderr
    assert "mine: " in english.stdout and "2 workers" in english.stdout and "money: 0." in english.stdout
    assert "speeds assumed: h200, peak 989 TFLOP/s" in english.stdout
    assert "studies run fits.yaml" in english.stdout
    chinese = run("plan", "mine.yaml", "--gpu", "h200", "--lang", "zh")
    for line in chinese.stdout.splitlines():
        if line.strip() and "参数" not in line and not line.startswith("  "):
            assert any("一" <= c <= "鿿" for c in line), line


@pytest.mark.usefixtures("two_simulations")
def test_json_is_the_whole_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(yaml.safe_dump(SMALL))
    found = json.loads(run("plan", "mine.yaml", "--json").stdout)
    assert found["schema"] == "plan@1"
    assert {row["grade"] for row in found["expected"]} == {"clean", "typos"}
    assert all(row["of"] == 2 for row in found["expected"])


def test_measured_speeds_are_of_training_here() -> None:
    tiny = Study.of({"sizes": ["30k"], "tokens": ["120Ki"], "device": "cpu"}, "tiny")
    found = plan(tiny, measure=True, simulations=0, workers=1)
    assert found.speeds.how == "measured"
    assert 1e8 < found.speeds.at(30_000) < 1e12
    with pytest.raises(SpecError, match="leave --gpu and --like out"):
        plan(tiny, measure=True, gpu="h200")
