"""What the page of a check shows and says, read from its HTML; what it promises as a page is in tests/contracts."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
import yaml

import reports
from dataqual.checking import check
from dataqual.translating import Translation, sentences
from reports.check_page import headline
from tests.reports import check_facts as made
from tests.reports import pages

drawn, read = partial(pages.page, "check"), partial(pages.tree, "check")


def test_what_is_wrong_stands_first_with_what_was_expected_seen_and_mends_it() -> None:
    text = read("likely").text
    parts = (
        "3 of 7 checks failed.",
        "What is not as it must be",
        "A review says something",
        "the share of documents with word_count ≥ 5 is ≥ 0.99",
        "95 % of 2,000 documents, 100 not as expected",
        "-4 points [-5 points, -3 points], worse",
        "dataqual clean data/corpus.jsonl -o clean.jsonl --recipe word-count.yaml",
        "forum/中文",
        "there are no documents to tell by",
        "a copy of record 2",
        "All checks",
        "The suite",
    )
    places = [text.index(part) for part in parts[:7]]
    assert places == sorted(places)
    assert all(part in text for part in parts)
    assert 'lang="zh">' in drawn("likely")
    assert "books" not in text[text.index("forum/中文") : text.index("All checks")]  # a group that passes is not told


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        (["passed"], "As it must be: 1 of 1 check passed."),
        (["passed", "warn"], "As it must be: 1 of 2 checks passed, 1 warning."),
        (["passed", "cannot tell"], "1 of 2 checks cannot be told."),
        (["failed", "cannot tell", "warn"], "1 of 3 checks failed."),
    ],
)
def test_the_headline_is_the_verdict(statuses: list[str], said: str) -> None:
    checks = [
        {"status": "failed", "severity": "warn"} if s == "warn" else {"status": s, "severity": "fail"} for s in statuses
    ]
    assert headline({"checks": checks}).replace("\xa0", " ") == said


def test_the_suite_is_yaml_that_can_be_copied_and_run() -> None:
    pre = drawn("likely").split('aria-label="Suite">')[1].split("</pre>")[0]
    assert yaml.safe_load(pre) == made.likely()["suite"]


def test_every_share_is_drawn_with_its_number_and_those_of_groups_are_not() -> None:
    [figure, *_] = [attrs for attrs in read("likely").all("svg") if attrs.get("class") == "figure"]
    assert figure["aria-label"] == "4 shares, each with its interval and its bounds."
    assert "No check is on a share." in read("bare").text


def test_the_page_of_a_real_check_leaves_nothing_of_ours_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    missed: set[str] = set()
    monkeypatch.setattr("reports.page.translation", lambda language: Translation(sentences(language), missed.add))
    suite: Any = [
        {"signal": "word_count", "min": 2, "mostly": 0.9, "sampled": True},
        {"metric": "exact_copies", "max": 0},
        {"metric": "documents", "min": 9, "severity": "warn"},
        {"metric": "mojibake", "max": 0.1},
    ]
    corpus = ["one two", "一", "一", "three"]
    before = check([*corpus, "four five"], suite).facts()
    page = reports.check(check(corpus, suite, baseline=before), language="zh")
    assert "4 项检查中 2 项失败" in page
    assert {text for text in missed if re.search("[a-z]{2}", text)} <= {"dataqual", "Copy", "<list>:"}
