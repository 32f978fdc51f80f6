"""No worse than before: what is surely worse fails, and what may be chance does not."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import dataqual
from dataqual.checking import Checked, check
from dataqual.checking.baseline import Baseline
from dataqual.errors import InputError, SpecError
from dataqual.intervals import difference
from dataqual.reading import wilson

SUITE: list[dict[str, Any]] = [
    {"signal": "word_count", "min": 2, "mostly": 0.5},
    {"metric": "mojibake", "max": 0.9},
    {"metric": "documents", "min": 1},
    {"signal": "word_count", "quantile": 0.5, "min": 1},
]


def corpus(short: int, n: int = 400) -> list[str]:
    """n documents of which so many are of one word."""
    return [f"word{i}" if i < short else f"two words{i}" for i in range(n)]


def against(now: list[str], before: Any) -> dict[str, str]:
    return {o.check.name: o.status for o in check(now, SUITE, baseline=before).outcomes}


def test_what_is_surely_worse_fails_though_it_keeps_its_bound() -> None:
    before = check(corpus(40), SUITE)
    assert against(corpus(40), before)["word_count"] == "passed"
    assert against(corpus(48), before)["word_count"] == "passed"  # 12 % after 10 %: may be chance
    assert against(corpus(100), before)["word_count"] == "failed"  # 25 % after 10 %
    assert against(corpus(0), before)["word_count"] == "passed"  # better
    assert against(corpus(40, 200), before)["documents"] == "passed"  # a count is judged by its bounds alone


def test_the_interval_of_the_difference_is_newcombes() -> None:
    """Newcombe 1998, table II (a), method 10, with Wilson's limits: 56/70 - 48/80 is 0.0524 to 0.3339. Ours, with the
    exact limits of Clopper and Pearson, encloses that closely."""
    published = difference(56 / 70, wilson(56, 70) or (0, 0), 48 / 80, wilson(48, 80) or (0, 0))
    assert published == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
    before, now = corpus(32, 80), corpus(14, 70)
    [outcome] = check(now, SUITE[:1], baseline=check(before, SUITE[:1])).outcomes
    assert outcome.against is not None
    low, high = outcome.against.interval
    assert outcome.against.change == pytest.approx(0.2)
    assert published[0] - 0.02 < low < published[0] < published[1] < high < published[1] + 0.02


def test_a_corpus_of_the_same_source_is_seldom_called_worse() -> None:
    """Of 200 pairs of samples of one source, by the promise at most 2.5 % are (one side of 95 %), with room for chance."""
    rng = np.random.default_rng(1)
    seen = cache(lambda short: check(corpus(short, 200), SUITE[:1]))  # many samples are equal
    worse = 0
    for first, second in rng.binomial(200, 0.2, (200, 2)).tolist():
        [outcome] = Baseline.of(seen(first)).compare(seen(second).outcomes)
        worse += outcome.status == "failed"
    assert worse <= 8


def test_a_baseline_is_saved_read_and_accepted_anew(tmp_path: Path) -> None:
    path = check(corpus(0), SUITE).save(tmp_path / "b.json")
    assert not check(corpus(200), baseline=path).ok  # the suite is the baseline's own
    check(corpus(200), SUITE).save(path)
    assert check(corpus(200), baseline=path).ok
    assert check(corpus(200), baseline=json.loads(path.read_text())).ok


def test_a_saved_profile_is_a_baseline(tmp_path: Path) -> None:
    clean = ["one two three four five six seven eight nine ten " + str(i) for i in range(300)]
    profile = dataqual.profile(clean, rules=["gopher@dolma"])
    profile.save(tmp_path / "p.profile")
    assert check(clean, baseline=tmp_path / "p.profile").ok
    twice: Checked = check(clean + clean, baseline=tmp_path / "p.profile")
    assert [o.check.name for o in twice.failures] == ["exact_copies"]
    assert "since the baseline +50 points" in str(twice)


def test_what_is_no_baseline_is_a_letter(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"schema": "dataqual.cleaning/1"}')
    (tmp_path / "y.json").write_text("{")
    with pytest.raises(InputError, match=r"its schema is .dataqual\.cleaning/1.; a baseline is written by"):
        check(["a"], baseline=tmp_path / "x.json")
    with pytest.raises(InputError, match="not JSON"):
        check(["a"], baseline=tmp_path / "y.json")
    with pytest.raises(InputError, match="no such file or folder"):
        check(["a"], baseline=tmp_path / "z.json")
    with pytest.raises(SpecError, match="name a suite of checks, or a baseline that has one"):
        check(["a"])


def test_a_check_of_the_same_name_with_another_bound_is_not_compared() -> None:
    texts = ["a b c"] * 1000 + ["a b c d e f"] * 1000
    before = check(texts, [{"signal": "word_count", "min": 3, "mostly": 0.1}])
    [outcome] = check(texts, [{"signal": "word_count", "min": 5, "mostly": 0.1}], baseline=before).outcomes
    assert (outcome.status, outcome.against) == ("passed", None)
    [same] = check(texts, [{"signal": "word_count", "min": 3, "mostly": 0.2}], baseline=before).outcomes
    assert same.against is not None


def test_a_baseline_of_which_something_is_missing_is_told_in_one_line() -> None:
    facts = check(["a b", "c"], [{"metric": "documents", "min": 1}]).facts()
    for damaged in (
        {name: facts[name] for name in facts if name != "suite"},
        facts | {"checks": [{"name": "documents", "estimate": {"kind": "other"}}]},
    ):
        with pytest.raises(
            InputError, match=r"^the baseline: damaged .*; write it anew with dataqual check --save-base"
        ):
            check(["a b"], baseline=damaged)


BY_LABEL = [{"signal": "word_count", "min": 2, "mostly": 0.1, "by": "label"}]


def by_label(**short: int) -> pl.DataFrame:
    """400 documents under each label, of which so many are of one word."""
    return pl.concat([pl.DataFrame({"text": corpus(n), "kind": name}) for name, n in short.items()])


def test_each_group_is_compared_with_itself(tmp_path: Path) -> None:
    path = check(by_label(news=40, 评论=100), BY_LABEL, label="kind").save(tmp_path / "b.json")
    same = check(by_label(news=44, 评论=100), baseline=path, label="kind")
    assert (same.ok, same.warnings) == (True, ())
    worse = check(by_label(news=40, 评论=200), baseline=path, label="kind")
    [outcome] = worse.outcomes
    assert {name: own.status for name, own in outcome.groups.items()} == {"news": "passed", "评论": "failed"}
    assert not worse.ok
    assert "1 of 2 groups: 评论 50 % of 400 documents" in str(worse)
    assert ", worse" in str(worse)
    [told] = worse.facts()["checks"]
    assert {own["group"]: own["against"]["worse"] for own in told["groups"]} == {"news": False, "评论": True}


def test_what_the_baseline_did_not_see_is_named_in_a_line(tmp_path: Path) -> None:
    path = check(by_label(news=40), BY_LABEL, label="kind").save(tmp_path / "b.json")
    found = check(by_label(news=40, 评论=40), [*BY_LABEL, *SUITE[1:2]], baseline=path, label="kind")
    assert found.warnings == (
        f"not in {path}, so not compared: mojibake",
        f"not in {path}, so not compared: 评论 of word_count by label",
    )
    facts = json.loads(path.read_text(encoding="utf-8"))
    for own in facts["checks"][0]["groups"]:
        del own["estimate"]  # as versions before wrote it
    found = check(by_label(news=400), baseline=facts, label="kind")
    assert found.warnings == ("not in the baseline, so not compared: news of word_count by label",)
