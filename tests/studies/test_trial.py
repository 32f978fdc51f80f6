"""A trial is described completely, and a plan is every trial of a study, cheapest first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dataqual.errors import SpecError
from studies import learners
from studies.data.windows import Order, TokenFile
from studies.design.study import Study
from studies.design.trial import AGAIN, Trial, plan

pytestmark = pytest.mark.usefixtures("toy_package")

CONTENT = {
    "grades": {"clean": {}, "half": {"share": 0.5}},
    "learner": "toy",
    "sizes": [1000, 2000],
    "window": 16,
    "tokens": [800, 1600],
    "repeats": {"unique": [800], "epochs": [2, 4], "sizes": [2000]},
    "seeds": {1000: 2, 2000: 1},
    "grade_sizes": [1000],
}


def prepared(tokens: int = 10_000) -> Any:
    file = TokenFile(Path("clean.bin"), tokens, tokens, "aa")
    half = TokenFile(Path("half.bin"), tokens, tokens, "bb")
    return SimpleNamespace(
        grades={"clean": file, "half": half}, held_out={"raw": half}, vocabulary=257, judging=None, probes={}
    )


def planned(there: int = 10_000, **changed: Any) -> list[Trial]:
    study = Study.of(CONTENT | changed, "scaling.yaml")
    return plan(study, prepared(there), learners.learner("toy"), device="cpu", precision="float32", compile=False)


def test_the_plan_is_every_trunk_cheapest_first() -> None:
    assert [(t.size, t.grade, t.arm, t.seed, t.order, t.stops) for t in planned()] == [
        (1000, "clean", "again", 0, Order(AGAIN), (800, 1600)),
        (1000, "clean", "again", 1, Order(AGAIN + 1), (800, 1600)),
        (1000, "clean", "main", 0, Order(0), (800, 1600)),
        (1000, "clean", "main", 1, Order(1), (800, 1600)),
        (1000, "half", "main", 0, Order(0), (800, 1600)),
        (1000, "half", "main", 1, Order(1), (800, 1600)),
        (2000, "clean", "main", 0, Order(0), (800, 1600)),
        (2000, "clean", "repeats", 0, Order(0, 800), (1600, 3200)),
    ]


def test_the_learning_rate_of_the_study_is_that_of_every_trial_and_makes_it_another_one() -> None:
    halved = planned(learning_rate=0.5)
    assert {t.task().learning_rate for t in halved} == {0.5}
    assert {t.task().learning_rate for t in planned()} == {1.0}
    assert not {t.key for t in halved} & {t.key for t in planned()}


def test_stops_are_whole_steps_and_so_is_their_fifth() -> None:
    assert {t.stops for t in planned(tokens=[790, 1650], repeats=None)} == {(800, 1680)}


def test_stops_that_come_to_one_are_refused_and_not_dropped() -> None:
    message = r"^scaling\.yaml: tokens\[0\] and tokens\[1\]: 790 and 800 are both 800 tokens at size 1000$"
    with pytest.raises(SpecError, match=message):
        planned(tokens=[790, 800], repeats=None)


def test_what_a_trunk_with_branches_costs_is_counted_by_hand() -> None:
    trial = planned()[0]  # 800 and 1600: the trunk to 1280, branches of 160 and 320
    assert trial.tokens_spent == 1280 + 160 + 320
    assert (trial.flops_spent, trial.flops_apart) == (6000 * 1760, 6000 * 2400)


def test_six_doublings_on_one_trunk_save_39_per_cent() -> None:
    trial = planned(there=30_000, tokens=[800 * 2**i for i in range(6)], repeats=None)[0]
    assert trial.flops_spent / trial.flops_apart == pytest.approx((0.8 * 32 + 0.2 * 63) / 63)
    assert 1 - trial.flops_spent / trial.flops_apart >= 0.39


def test_anything_that_may_change_a_point_changes_the_key() -> None:
    trial = planned()[0]
    other = TokenFile(Path("x"), 1, 1, "cc")
    changed = [
        replace(trial, learner=learners.learner("toy", steps=11)),
        replace(trial, size=1001),
        replace(trial, grade="half"),
        replace(trial, arm="main"),
        replace(trial, train=other),
        replace(trial, order=Order(5)),
        replace(trial, order=Order(AGAIN, 800)),
        replace(trial, seed=5),
        replace(trial, stops=(800,)),
        replace(trial, batch=32),
        replace(trial, learning_rate=2.0),
        replace(trial, setting=replace(trial.setting, device="cuda")),
        replace(trial, setting=replace(trial.setting, precision="bfloat16")),
        replace(trial, setting=replace(trial.setting, compile=True)),
        replace(trial, setting=replace(trial.setting, window=8)),
        replace(trial, setting=replace(trial.setting, vocabulary=258)),
        replace(trial, setting=replace(trial.setting, held_out={"raw": other})),
    ]
    assert len({trial.key, *(t.key for t in changed)}) == len(changed) + 1


def test_where_the_files_lie_does_not_change_the_key() -> None:
    trial = planned()[0]
    moved = replace(trial, train=replace(trial.train, path=Path("/elsewhere")))
    assert moved.key == trial.key


def test_a_trial_survives_the_way_to_a_worker() -> None:
    for trial in planned():
        assert Trial.of_json(trial.as_json()) == trial


def test_the_task_of_two_grades_with_the_same_text_is_the_same() -> None:
    main = next(t for t in planned() if t.arm == "main")
    assert main.task() == replace(main, grade="half", arm="repeats").task()


def test_a_grade_with_too_few_tokens_is_refused_in_one_line() -> None:
    with pytest.raises(SpecError) as error:
        planned(there=1600)  # the last window has no next token to predict: 1584
    assert str(error.value) == (
        "tokens: 1,600 different ones are asked for, and the grade 'clean' has 1,584: "
        "ask for fewer, let them repeat (repeats), or give it more text"
    )
    assert planned(there=1601)
