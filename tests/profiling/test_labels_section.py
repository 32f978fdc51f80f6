"""The section on labels: what it says of planted faults, what it costs without labels, and how it is drawn."""

from __future__ import annotations

import polars as pl
import pytest

import dataqual
import reports
from dataqual.profiling.result import Profile
from tests.labels.test_judging import flipped, reviews


@pytest.fixture(scope="module")
def profiled() -> Profile:
    texts, labels = reviews("zh", 400)
    given, _ = flipped(labels, 12)
    frame = pl.DataFrame({"text": [*texts, texts[1]], "label": [*given, "neg"]})
    return dataqual.profile(frame, near_copies=False)


def test_wrong_and_contradicting_labels_are_findings_with_examples(profiled: Profile) -> None:
    found = {finding.name: finding for finding in profiled.findings}
    block = profiled.facts["labels"]
    low, high = block["readings"]["label_errors"]["interval"]
    assert low <= 35 / 401 <= high
    assert found["label_errors"].severity in ("warning", "error")
    assert block["suspects"][0]["given"] != block["suspects"][0]["suggested"]
    assert block["readings"]["label_conflicts"]["detail"]["documents"] == 2
    assert found["label_conflicts"].example is not None
    assert block["readings"]["label_balance"]["n"] == 401


def test_the_page_shows_them_in_both_languages(profiled: Profile) -> None:
    english, chinese = (reports.profile(profiled, language=language) for language in ("en", "zh"))
    assert "Labels that are probably wrong" in english
    assert "可能有错的标签" in chinese
    assert "更可能是" in chinese


def test_without_a_label_column_there_is_no_section() -> None:
    facts = dataqual.profile(["one text", "another"], near_copies=False).facts
    assert "labels" not in facts


def test_a_corpus_with_one_label_and_none_says_so() -> None:
    frame = pl.DataFrame({"text": ["a", "b", ""], "label": ["x", None, "x"]})
    profile = dataqual.profile(frame, near_copies=False)
    assert profile.facts["labels"]["readings"]["label_errors"]["value"] is None
    assert "cannot be told" in reports.profile(profile)
    nothing = dataqual.profile(pl.DataFrame({"text": ["a"], "label": [None]}, schema={"text": str, "label": str}))
    assert "labels" not in nothing.facts
