"""Controls, costs, repeats and the sentence: every number here was worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from studies.design.prices import GpuHour
from studies.findings import costs
from studies.findings.facts import in_hours_of, withheld
from studies.judging import controls
from studies.running import devices
from studies.telling import sentences


def point(
    loss: float, *, arm: str = "main", seed: int = 0, tokens: int = 200, unique: int | None = None
) -> dict[str, Any]:
    unique = unique or tokens
    return {
        "held_out": "raw", "size": 10, "grade": "clean", "arm": arm, "seed": seed, "tokens": tokens, "unique": unique,
        "epochs": tokens / unique, "loss": loss, "parameters": 10,
    }  # fmt: skip


def test_an_arm_that_is_worth_itself_passes_and_one_that_is_not_fails_and_says_so() -> None:
    passed = controls.equal_grades("clean", "raw", {"value": 1.02, "interval": [0.98, 1.06], "n": 9})
    failed = controls.equal_grades("clean", "raw", {"value": 1.2, "interval": [1.1, 1.3], "n": 9})
    unknown = controls.equal_grades("clean", "raw", None)
    open_end = controls.equal_grades("clean", "raw", {"value": 1.2, "interval": [0.5, None], "n": 9})
    assert [c["passed"] for c in (passed, failed, unknown, open_end)] == [True, False, None, None]
    assert failed["says"] == (
        "clean in another order seems to be worth 1.20 of itself: the noise is larger than the intervals say, "
        "so verdicts on raw text are withheld."
    )
    assert passed["says"].endswith(
        "the interval of q contains 1; a worth between 0.98 and 1.06 would have passed as 1."
    )


@pytest.mark.parametrize(
    ("q", "passed", "says"),
    [
        ({"value": 0.6, "interval": [0.5, 0.7]}, True, "the study saw its dose"),
        ({"value": 0.95, "interval": [0.85, 1.05]}, None, "cannot be told from what it spoilt"),
        ({"value": 1.4, "interval": [1.2, 1.6]}, False, "verdicts on raw text are withheld"),
        ({"value": 0.6, "interval": [None, 0.7]}, None, "cannot be told from these runs"),
        (None, None, "cannot be told from these runs"),
    ],
)
def test_a_known_dose_must_not_seem_to_be_worth_more(q: dict[str, Any] | None, passed: bool | None, says: str) -> None:
    found = controls.known_dose("typos", "raw", q)
    assert (found["passed"], found["held_out"]) == (passed, "raw")
    assert says in found["says"]


def test_a_planted_leak_that_was_missed_fails_for_every_held_out_set() -> None:
    whole = {"documents": 9, "found": 9, "excerpts": 8, "excerpts_found": 7, "words": 26}
    assert controls.planted_leak(whole)["passed"] is True
    assert controls.planted_leak(whole | {"found": 8}) | {"says": ""} == {
        "name": "planted leak", "passed": False, "value": 8 / 9, "interval": None, "says": "",
    }  # fmt: skip
    assert controls.planted_leak(None)["passed"] is None


def test_a_failed_control_takes_every_verdict_back() -> None:
    verdict = {"claim": "x", "verdict": "SUPPORTED", "difference": None, "reason": "y"}
    assert withheld(verdict, []) == verdict
    assert withheld(verdict, ["A/A, raw"]) == {
        **verdict, "verdict": "UNDECIDED", "reason": "a control failed: A/A, raw",
    }  # fmt: skip


def test_repeats_are_held_against_fresh_runs_of_the_same_length_size_and_seed() -> None:
    rows = [
        point(2.0, seed=0), point(2.2, seed=1),  # equal runs: mean 2.1, squares 0.02, one degree of freedom
        point(2.5, arm="repeats", seed=0, unique=100), point(2.8, arm="repeats", seed=1, unique=100),
        point(9.0, arm="repeats", seed=0, tokens=400, unique=100),  # no fresh run is as long
    ]  # fmt: skip
    [found] = controls.repeated(rows)
    off = 12.7062 * math.sqrt(0.02) * math.sqrt(2 / 2)
    assert (found["epochs"], found["unique"], found["n"]) == (2, 100, 2)
    assert found["difference"] == pytest.approx(0.55)
    assert found["interval"] == pytest.approx([0.55 - off, 0.55 + off], rel=1e-4)


def test_without_equal_runs_the_interval_of_a_repeat_is_unknown() -> None:
    [found] = controls.repeated([point(2.0), point(2.5, arm="repeats", unique=100)])
    assert found["interval"] is None


def test_windows_are_added_up_by_how_often_each_was_seen() -> None:
    trials = [{"exposure": {"times": {"1": 10}}}, {"exposure": {"times": {"2": 3, "1": 1}}}]
    found = controls.exposure(trials)
    assert (found["windows"], found["times"]) == (17, {"1": 11, "2": 3})
    assert (
        found["says"]
        == "In a run on fresh data every window was seen once; in the runs with repeats up to 2 times, as planned."
    )


TRIALS = [
    {"trial": "a", "flops_spent": 60.0, "flops_apart": 100.0},
    {"trial": "b", "flops_spent": 60.0, "flops_apart": 100.0},
]


def cost_of(seconds: float | None, device: str) -> dict[str, Any]:
    return {"seconds": seconds, "device": device, "tokens": 900, "peak": 0.1}


def test_hours_money_and_saving_are_counted() -> None:
    spent = {"a": cost_of(1800, "NVIDIA H200"), "b": cost_of(1800, "NVIDIA H200")}
    found = costs.ledger(TRIALS, spent, 1, GpuHour(2.5, "EUR"))
    assert (found["hours"], found["unit"], found["money"], found["currency"]) == (1.0, "GPU-hours", 2.5, "EUR")
    assert (found["saving"], found["tokens_per_second"]) == (pytest.approx(0.4), 0.5)
    assert found["unknown"] == ["energy"]


def test_a_trial_without_a_clock_makes_the_hours_unknown_and_not_fewer() -> None:
    found = costs.ledger(TRIALS, {"a": cost_of(1800, "cpu x86_64")}, 2, None)
    assert (found["hours"], found["tokens"], found["money"], found["flops"]) == (None, None, None, 120.0)
    assert found["unknown"] == ["hours", "tokens_per_second", "use of the device", "price", "money", "energy"]


def test_the_price_of_a_gpu_hour_is_no_price_of_a_core_hour() -> None:
    spent = {"a": cost_of(1800, "cpu x86_64"), "b": cost_of(1800, "cpu x86_64")}
    found = costs.ledger(TRIALS, spent, 2, GpuHour(2.5))
    assert (found["unit"], found["hours"], found["money"], found["price"]) == ("core-hours", 1.0, None, None)


def facts(verdict: str, value: float | None, ends: list[float], passed: bool = True) -> dict[str, Any]:
    difference = {"value": value, "interval": ends, "n": 40}
    part = {
        "reference": "clean",
        "operating_point": {"parameters": 372_672, "unique": 1_024_000},
        "grades": {"typos": {"q": {"value": 0.61, "interval": [0.55, 0.68]}}},
        "verdicts": [{"what": "double_data", "verdict": verdict, "difference": difference, "reason": "the interval of the difference contains 0"}],
    }  # fmt: skip
    control = controls.equal_grades(
        "clean", "raw", {"value": 1.2, "interval": [1.1, 1.3] if not passed else [0.93, 1.1], "n": 9}
    )
    return {"controls": [control], "exchange": {"raw": part}, "cost": {"unit": "core-hours"}}


WORTH = "a token of typos is worth 0.61 [0.55, 0.68] of clean on raw"
POINT = "(373k parameters, 1.0M tokens)."


def two(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The first on raw text, the second on neutral text."""
    neutral = {**second["controls"][0], "name": "A/A, neutral", "held_out": "neutral"}
    exchange = {"raw": first["exchange"]["raw"], "neutral": second["exchange"]["raw"]}
    return {**first, "controls": [*first["controls"], neutral], "exchange": exchange}


def test_the_answer_names_the_side_that_wins_and_by_how_much() -> None:
    assert sentences.answer(facts("SUPPORTED", 0.031, [0.022, 0.04])) == (
        "More data: doubling it beats doubling core-hours by 0.031 [0.022, 0.040] bits per byte on raw text; "
        f"{WORTH} {POINT}"
    )
    assert sentences.answer(facts("REFUTED", -0.03, [-0.04, -0.02])) == (
        "More core-hours: doubling them beats doubling data by 0.030 [0.020, 0.040] bits per byte on raw text; "
        f"{WORTH} {POINT}"
    )


def test_where_data_against_hours_is_undecided_the_worth_of_the_grade_comes_first() -> None:
    undecided = facts("UNDECIDED", 0.0, [-0.1, 0.1])
    said = sentences.answer(two(undecided, undecided))
    assert said == f"A{WORTH[1:]} text, 0.61 [0.55, 0.68] on neutral; more data or more core-hours: undecided {POINT}"
    assert len(said) <= 220
    decided = facts("SUPPORTED", 0.031, [0.022, 0.04])
    assert len(sentences.answer(two(decided, decided))) <= 225
    mixed = sentences.answer(two(facts("SUPPORTED", 0.031, [0.022, 0.04]), undecided))
    assert mixed.startswith("More data: ")
    assert "; undecided on neutral; a token" in mixed


def test_a_side_that_wins_by_an_unknown_amount_has_an_interval_all_the_same() -> None:
    for verdict, ends in (("SUPPORTED", [0.02, 0.08]), ("REFUTED", [-0.08, -0.02])):
        assert "by 0.020 to 0.080 bits per byte" in sentences.answer(facts(verdict, None, ends))


def test_a_control_that_failed_on_one_held_out_set_takes_nothing_from_the_other() -> None:
    good, bad = facts("SUPPORTED", 0.031, [0.022, 0.04]), facts("UNDECIDED", 0.0, [-0.1, 0.1], passed=False)
    assert sentences.answer(two(bad, good)) == (
        "More data: doubling it beats doubling core-hours by 0.031 [0.022, 0.040] bits per byte on neutral text; "
        f"{WORTH.replace('raw', 'neutral')}; no verdict on raw text, where the A/A control failed {POINT}"
    )


def test_the_answer_after_a_control_failed_is_short_and_names_it() -> None:
    assert sentences.answer(facts("SUPPORTED", 0.031, [0.022, 0.04], passed=False)) == (
        "Undecided: equal data did not look equal (A/A: raw 1.20 [1.10, 1.30]), so no verdict counts."
    )
    dose = controls.known_dose("typos", "raw", {"value": 1.2, "interval": [1.1, 1.3]})
    good = facts("SUPPORTED", 0.031, [0.022, 0.04])
    assert sentences.answer({**good, "controls": [dose]}) == (
        "Undecided: spoilt data looked better than whole data (known dose typos: raw 1.20 [1.10, 1.30]), so no verdict counts."
    )
    leak = {"name": "planted leak", "passed": False, "says": "9 of 10 were found."}
    assert sentences.answer({**good, "controls": [leak]}) == (
        "Undecided: the control planted leak failed, so no verdict counts."
    )


def test_equal_data_measured_too_coarsely_is_not_called_unequal() -> None:
    said = "Undecided: too few runs to tell equal data from unequal (A/A: raw {}), so no verdict counts."
    wide = controls.equal_grades("asis", "raw", {"value": 0.99, "interval": [0.84, 1.16]})
    found = {**facts("SUPPORTED", 0.031, [0.022, 0.04], passed=False), "controls": [wide]}
    assert sentences.answer(found) == said.format("0.99 [0.84, 1.16]")
    apart = controls.equal_grades("asis", "raw", {"value": 1.2, "interval": [1.1, 1.3]})
    assert sentences.answer({**found, "controls": [wide, apart]}).startswith("Undecided: equal data did not look equal")


def test_a_claim_names_the_hours_that_were_spent() -> None:
    verdict = {"claim": "doubling unique data lowers loss more than doubling compute", "verdict": "REFUTED"}
    assert in_hours_of("core-hours", verdict) == {
        "claim": "doubling unique data lowers loss more than doubling core-hours",
        "verdict": "REFUTED",
    }


@pytest.mark.parametrize(
    ("corpus", "neutral", "script", "end"),
    [
        ({}, None, "Han", "the corpus is mostly in Han, of which its verdict says little."),
        ({}, None, "Latin", "it is not of the corpus' kind, and perhaps not of its language."),
        ({}, {}, "Han", None),
        (None, None, "Latin", None),
    ],
)
def test_english_neutral_text_beside_a_corpus_of_ones_own_is_a_limit(
    corpus: object, neutral: object, script: str, end: str | None
) -> None:
    facts = {"study": {"corpus": corpus, "neutral": neutral}, "data": {"script": script}}
    beginning = "Anything of neutral text in another language than English (held_out.neutral was not set): "
    assert sentences.of_neutral_text(facts) == ([beginning + end] if end else [])


def test_an_order_that_is_worth_itself_within_more_than_a_tenth_withholds_verdicts() -> None:
    for ends, passed in (([0.91, 1.11], True), ([0.91, 1.12], False), ([0.7, 0.9], False)):
        found = controls.equal_grades("clean", "raw", {"value": 1.0, "interval": ends})
        assert found["passed"] is passed
    assert controls.equal_grades("clean", "raw", {"value": 1.0, "interval": [0.9, 1.2]})["says"] == (
        "clean in another order is worth itself, but anything between 0.90 and 1.20 would have passed as 1, "
        "which is wider than ±10%: verdicts on raw text are withheld; about 3 times as many seeds would narrow it to that."
    )


def test_copies_are_reported_and_never_withhold() -> None:
    found = controls.duplicates("copies", "raw", {"value": 0.7, "interval": [0.6, 0.8]}, 0.6667)
    assert (found["passed"], found["reported"], found["value"]) == (None, True, 0.7)
    assert found["says"] == (
        "67% of copies is unique text, the rest copies: the study saw that copies are worth less than new text. "
        "Reported only: no verdict depends on it."
    )
    assert "did not see" in controls.duplicates("copies", "raw", {"value": 0.9, "interval": [0.8, 1.1]}, 0.5)["says"]
    assert "cannot be told" in controls.duplicates("copies", "raw", None, 0.5)["says"]


def test_held_out_text_in_the_token_files_is_a_failed_control() -> None:
    def looked(share: float) -> dict[str, Any]:
        rows = [{"held_out": "raw", "grade": g, "tokens": 200, "share": s} for g, s in (("a", 0.001), ("b", share))]
        return controls.copies(rows)

    assert (looked(0.0)["passed"], looked(0.5)["passed"]) == (True, False)
    assert looked(0.5)["says"] == (
        "At most 50.00% of held-out text (raw) stands in a grade (b) in runs of 200 tokens or more; 1% may."
    )
    assert controls.copies(None)["passed"] is None


def test_the_use_of_a_device_is_of_what_was_measured_there() -> None:
    spent = {"a": {**cost_of(100, "cpu"), "peak": 2.0}, "b": {**cost_of(300, "cpu"), "peak": 1.0}}
    found = costs.ledger(TRIALS, spent, 2, None)
    assert found["use"] == 120 / (100 * 2.0 + 300 * 1.0) and found["peak"] == 500 / 400
    without = costs.ledger(TRIALS, {**spent, "b": {**spent["b"], "peak": None}}, 2, None)
    assert without["use"] is without["peak"] is None and "use of the device" in without["unknown"]


def test_the_peak_of_a_core_is_that_of_a_real_product() -> None:
    assert 1e8 < (devices.peak("cpu", "float32") or 0) < 1e13


def test_tokens_pay_where_all_of_their_worth_is_above_their_price() -> None:
    worth, cost = {"value": 4.0, "interval": [2.0, 8.0], "n": 9}, {"price": 2.5}
    for price, pays in ((4.9, True), (5.1, None), (20.1, False)):
        found = costs.purchase(worth, cost, GpuHour(price, "EUR"))
        assert found == {
            "value": 10.0, "interval": [5.0, 20.0], "n": 9, "price": price, "currency": "EUR", "pays": pays,
        }  # fmt: skip
    assert costs.purchase(worth, {"price": None}, GpuHour(1.0)) is None
    assert costs.purchase({"value": None}, cost, GpuHour(1.0)) is costs.purchase(worth, cost, None) is None
