"""The learning rate is tried at others: which trials that takes, what is told of it, and that no law hears of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dataqual.errors import DataqualError
from dataqual.translating import Translation, sentences
from studies.design.rates import checked, controls
from studies.design.study import Study
from studies.findings import facts as facts_of
from studies.planning.plan import imagined, plan
from studies.results import Records
from studies.running.devices import Where

ASKED: dict[str, Any] = {
    "sizes": ["60k", "120k", "300k"], "tokens": ["120Ki", "240Ki", "480Ki"], "seeds": {"60k": 3}, "device": "cpu",
    "grades": {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}}, "learning_rate_check": True, "learning_rate": 0.8,
    "probes": {"mood": {"paths": "a.jsonl", "label": "y"}},
}  # fmt: skip
UNPROBED = {key: value for key, value in ASKED.items() if key != "probes"}
"""To be planned: the files of its probe are not there."""
WHERE = Where("cpu", "float32", False)


def trials(**more: Any) -> list[Any]:
    return imagined(Study.of({**ASKED, **more}, "study"), WHERE)


def test_the_reference_runs_at_half_and_twice_the_rate_at_the_least_and_the_largest_size() -> None:
    tried = [t for t in trials() if t.arm == "rate"]
    assert sorted((t.size, t.seed, t.learning_rate) for t in tried) == [
        *((60_000, seed, rate) for seed in range(3) for rate in (0.4, 1.6)), (300_000, 0, 0.4), (300_000, 0, 1.6),
    ]  # fmt: skip
    assert {t.grade for t in tried} == {"clean"} and {len(t.stops) for t in tried} == {1}
    main = {(t.size, t.seed): t for t in trials() if t.arm == "main" and t.grade == "clean"}
    for t in tried:
        own = main[t.size, t.seed]
        assert (t.order, t.seed, t.stops[0]) == (own.order, own.seed, own.stops[0])
        assert t.setting.prompts is None and not t.setting.probes and t.key != own.key
    assert not [t for t in trials(learning_rate_check=False) if t.arm == "rate"]
    assert {t.stops for t in trials(learning_rate_check={"tokens": "240Ki"}) if t.arm == "rate"} == {(245_760,)}


def point(trial: str, arm: str, seed: int, loss: float, **more: Any) -> dict[str, Any]:
    own = {"kind": "point", "trial": trial, "arm": arm, "seed": seed, "loss": loss, "held_out": "raw", "grade": "clean"}
    return {**own, "size": 60_000, "parameters": 54_920, "tokens": 122_880, **more}


def tried(high: list[float], low: list[float]) -> list[dict[str, Any]]:
    main = [point(f"m{i}", "main", i, 2.0 + i) for i in range(len(high))]
    rates = [
        point(f"{factor}{i}", "rate", i, 2.0 + i + d, learning_rate=0.8 * factor)
        for factor, differences in ((2.0, high), (0.5, low))
        for i, d in enumerate(differences)
    ]
    return [*main, *rates]


def test_differences_are_taken_seed_by_seed_and_the_best_in_the_middle_is_no_edge() -> None:
    [found] = checked(tried([0.01, 0.03], [0.02, 0.02]), 0.8)
    assert [(row["factor"], row["n"]) for row in found["rows"]] == [(0.5, 2), (2.0, 2)]
    assert found["rows"][1]["difference"] == pytest.approx(0.02)
    assert found["rows"][1]["interval"] == pytest.approx([0.02 - 12.706 * 0.01, 0.02 + 12.706 * 0.01], abs=1e-4)
    assert not found["edge"] and found["says"].endswith(
        "Of what was tried the least loss was at 1 times, between 0.5 and 2 times. Chance may do that."
    )
    [control] = controls([found])
    assert control["reported"] and control["passed"] is None  # withholds nothing


def test_a_rate_at_the_edge_is_told_with_what_mends_it_and_with_how_sure_it_is() -> None:
    [sure] = checked(tried([-0.05, -0.05, -0.051], [0.1, 0.1, 0.1]), 0.8)
    assert sure["edge"] and sure["says"] == (
        "54,920 parameters after 122,880 tokens, loss on raw against that at the study's learning rate: "
        "0.5 times +0.1000 [+0.1000, +0.1000] (n = 3), 2 times -0.0503 [-0.0518, -0.0489] (n = 3). Of what was tried the least "
        "loss was at 2 times, the highest: the minimum may lie beyond. Chance does not do that: losses at this size tell of the "
        "rate, too. learning_rate: 1.6 in the study file goes there."
    )
    [alone] = checked(tried([-0.05], [0.1]), 0.8)
    assert alone["edge"] and "Chance may do that." in alone["says"] and "(n = 1)" in alone["says"]


def test_a_rate_at_which_a_run_diverged_is_told_and_no_trial_of_the_study_is_lost_by_it() -> None:
    high = [p for p in tried([0.1, 0.1], [0.02, 0.02]) if not (p["arm"] == "rate" and p["trial"] == "2.01")]
    lost = {**point("2.01", "rate", 1, 0.0, learning_rate=1.6), "kind": "diverged", "learner": "gpt2", "reason": "nan"}
    [found] = checked(high, 0.8, [lost])
    assert [(row["factor"], row["n"], row.get("diverged")) for row in found["rows"]] == [(0.5, 2, None), (2.0, 0, 1)]
    assert not found["edge"] and found["says"].endswith(
        "0.5 times +0.0200 [+0.0200, +0.0200] (n = 2), 2 times diverged (n = 1). Of what was tried the least loss was at "
        "1 times, between 0.5 and 2 times. Chance does not do that."
    )
    [all_lost] = checked([p for p in high if p["arm"] == "main"], 0.8, [lost])
    assert not all_lost["edge"] and "at the study's learning rate: 2 times diverged (n = 1)." in all_lost["says"]
    for said in (found["says"], all_lost["says"]):
        assert "发散" in (told := Translation(sentences("zh"))(said)) and "times" not in told


def test_no_law_is_fitted_to_other_rates() -> None:
    rows = tried([0.1], [0.1])
    more = {"non_embedding": 1, "unique": 1, "epochs": 1.0, "flops": 1.0, "learner": "gpt2"}
    lines = [{**row, **more} for row in rows]
    closed = [{"trial": line["trial"], "flops_spent": 1.0, "flops_apart": 1.0} for line in lines]
    found = facts_of.points(Records(points=lines, trials=closed), {})
    assert [p["arm"] for p in found] == ["main"]


def test_a_plan_like_an_earlier_study_says_that_its_rate_was_at_the_edge(tmp_path: Path) -> None:
    facts = {"schema": "study@1", "learning_rate_check": checked(tried([-0.05], [0.1]), 0.8)}
    (tmp_path / "study.json").write_text(json.dumps(facts))
    (tmp_path / "results.jsonl").write_text(
        '{"kind":"study","version":1,"study":{},"data":{},"versions":{},"trials":[]}\n'
    )
    with pytest.raises(DataqualError, match="none of its trials has a clock"):
        plan(UNPROBED, like=tmp_path, simulations=0)
    from studies.planning.plan import _of_rates

    [note] = _of_rates(tmp_path)
    assert note.startswith(f"{tmp_path.name}: 54,920 parameters") and "learning_rate: 1.6" in note
    found = plan(UNPROBED, simulations=0).facts()
    assert found["sizes"][0]["arms"]["rate"] == 6


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"factors": [1]}, "study.learning_rate_check.factors: 1 is the study's own rate, which is trained anyhow; name others"),
        ({"factors": 2}, "study.learning_rate_check.factors: expected a list of numbers such as [0.5, 2], got 2"),
        ({"tokens": 7}, "study.learning_rate_check.tokens: 7 is none of the stops; there are: 122,880, 245,760, 491,520"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_told_in_a_line(asked: Any, said: str) -> None:
    with pytest.raises(DataqualError) as error:
        Study.of({**ASKED, "learning_rate_check": asked}, "study")
    assert str(error.value) == said
