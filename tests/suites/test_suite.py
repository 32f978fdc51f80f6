"""Suites as YAML has them: every name resolved before data is read, and a letter where one is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dataqual.checking import Suite
from dataqual.errors import SpecError

WRONG: list[tuple[Any, str]] = [
    ({"signal": "word_count"}, "s.checks[0]: needs at least one of min, max, above, below"),
    ({"signal": "wrod_count", "min": 1}, "s.checks[0]: no signal 'wrod_count'; did you mean 'word_count'? there are: "),
    ({"signal": "word_count", "min": 1, "mosty": 0.9}, "s.checks[0]: no key 'mosty'; did you mean 'mostly'? there are: "),
    ({"signal": "word_count", "min": 1, "mostly": 90}, "s.checks[0].mostly: expected a share from 0 to 1 (80 % is 0.8), got 90"),
    ({"signal": "word_count", "min": 5, "max": 1}, "s.checks[0]: nothing is at least 5 and at most 1"),
    ({"signal": "word_count", "statistic": "avg", "min": 1}, "s.checks[0].statistic: no statistic 'avg'; there are: "),
    ({"signal": "word_count", "statistic": "mean", "min": 1, "mostly": 0.5},
     "s.checks[0].mostly: a statistic is one number, so there is no share of it"),
    ({"metric": "near_copy", "max": 0}, "s.checks[0]: no metric 'near_copy'; did you mean 'near_copies'? there are: "),
    ({"metric": "near_copies", "with": {"treshold": 0.5}, "max": 0},
     "s.checks[0].with: no parameter 'treshold'; did you mean 'threshold'? there are: "),
    ({"metric": "near_copies", "max": 0, "by": "group"}, "s.checks[0].by: this is told of the whole corpus alone, not by group"),
    ({"rules": "gopher"}, "s.checks[0].rules: 'gopher' exists in "),
    ({"column": "id"}, "s.checks[0]: says nothing of the column; there are: "),
    ({"column": "id", "type": "str"}, "s.checks[0].type: no type 'str'; did you mean 'string'? there are: "),
    ({"column": "id", "pattern": "("}, "s.checks[0].pattern: '(' is no regular expression ("),
    ({"column": "id", "min": "a", "max": 3}, "s.checks[0].max: expected a number, a string or a date, got 3"),
    ({"column": "id", "unique": False}, "s.checks[0].unique: expected true, got false"),
    ({"metric": "documents", "min": 1, "severity": "err"}, "s.checks[0].severity: expected one of fail, warn, got err"),
    ({"metric": "documents", "min": 1, "confidence": 1}, "s.checks[0].confidence: expected a share from 0 to 1"),
    ({"metric": "documents", "signal": "word_count", "min": 1},
     "s.checks[0]: a check has one of the keys metric, signal, rules, column, unique, columns, got metric and signal"),
    ({"min": 1}, "s.checks[0]: a check has one of the keys metric, signal, rules, column, unique, columns"),
    ("near_copies", "s.checks[0]: expected a mapping of names, got the string 'near_copies'"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "letter"), WRONG, ids=[letter[:60] for _, letter in WRONG])
def test_what_is_wrong_in_a_suite_is_a_letter_that_says_where(content: Any, letter: str) -> None:
    with pytest.raises(SpecError) as told:
        Suite.of([content], "s")
    assert str(told.value).startswith(letter)


@pytest.mark.parametrize("content", [[], {"checks": []}, {"checks": "x"}, {"about": "x"}, {"check": []}])
def test_a_suite_without_checks_is_an_error(content: Any) -> None:
    with pytest.raises(SpecError):
        Suite.of(content, "s")


def test_one_entry_on_a_column_is_a_check_for_each_thing_that_is_asked() -> None:
    [*checks] = Suite.of([{"column": "id", "type": "string", "nulls": False, "unique": True, "length": 3}]).checks
    assert [check.name for check in checks] == ["id nulls", "id unique", "id type", "id length"]
    assert [check.expected for check in checks] == [
        "the share of records in which id is null is <= 0",
        "the share of values of id that occur once is >= 1",
        "the share of values of id of the type string is >= 1",
        "the share of values of id of a length >= 3 and <= 3 is >= 1",
    ]


def test_what_a_suite_holds_for_all_a_check_may_have_otherwise() -> None:
    listed = [{"metric": "mojibake", "max": 0}, {"metric": "empty", "max": 0, "sampled": False, "severity": "warn"}]
    first, second = Suite.of({"sampled": True, "confidence": 0.99, "checks": listed}).checks
    assert (first.sampled, first.confidence, first.severity) == (True, 0.99, "fail")
    assert (second.sampled, second.confidence, second.severity) == (False, 0.99, "warn")


def test_checks_of_one_name_are_told_apart() -> None:
    checks = Suite.of([{"signal": "word_count", "min": 1}, {"signal": "word_count", "max": 9}]).checks
    assert [check.name for check in checks] == ["word_count", "word_count (2)"]


ALL: list[dict[str, Any]] = [
    {"metric": "documents", "min": 1},
    {"metric": "near_copies", "with": {"threshold": 0.7}, "max": 0.1, "name": "nearly", "about": "Why."},
    {"metric": "unreadable", "max": 0},
    {"signal": "short_lines", "with": {"max_chars": 20}, "max": 0.5, "mostly": 0.9, "by": "group"},
    {"signal": "word_count", "quantile": 0.25, "above": 3},
    {"rules": "c4@tfds", "mostly": 0.5, "severity": "warn", "unsure": "cannot tell"},
    {"column": "id", "nulls": 0.1, "unique": True, "type": ["string", "integer"], "mostly": 0.9},
    {"column": "stars", "min": 1, "below": 6, "allowed": [1, 2], "forbidden": [0], "pattern": "^1", "without": "x"},
    {"column": "stars", "statistic": "mean", "max": 4},
    {"unique": ["id", "label"]},
    {"columns": ["id"], "exactly": True, "ordered": True},
    {"columns": {"min": 1, "max": 3}},
]


def test_the_content_of_a_suite_makes_the_same_suite_again() -> None:
    suite = Suite.of({"about": "All.", "sampled": True, "confidence": 0.9, "checks": ALL})
    again = Suite.of(suite.content)
    assert again.checks == suite.checks
    assert again.content == suite.content


def test_a_file_that_is_no_yaml_or_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("checks:\n  - {metric: documents\n")
    with pytest.raises(SpecError, match=r"s\.yaml:3: not YAML"):
        Suite.load(tmp_path / "s.yaml")
    with pytest.raises(SpecError, match="no such file or folder"):
        Suite.load(tmp_path / "none.yaml")
