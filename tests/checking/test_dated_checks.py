"""Checks of dates find the column as a profile does, or are told which; without one they say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main

ROWS = [
    {"text": f"document {at}", "date": day, "seen": "2020-01-01"}
    for at, day in enumerate(["2024-06-01"] * 8 + ["2012年"] * 2)
]
STALE: list[dict[str, Any]] = [{"metric": "stale_dates", "max": 0.1}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    (tmp_path / "suite.yaml").write_text(f"checks: {json.dumps(STALE)}", encoding="utf-8")
    return path


def _check(path: Path, *more: str) -> Any:
    given = ["check", str(path), "--suite", str(path.parent / "suite.yaml"), "--workers", "1", *more]
    return CliRunner().invoke(main, given)


def test_the_column_of_dates_is_found_in_whatever_is_checked(path: Path) -> None:
    for source in (path, str(path), dataqual.read(path), pl.DataFrame(ROWS), pl.DataFrame(ROWS).to_pandas()):
        [outcome] = dataqual.check(source, STALE, workers=1).outcomes
        assert (outcome.status, outcome.value) == ("failed", 0.2)


def test_the_column_is_named_in_python_and_in_a_command_that_says_which_it_found(path: Path) -> None:
    assert dataqual.check(path, STALE, date="seen", workers=1).outcomes[0].value == 0
    found, named = _check(path, "--json"), _check(path, "--json", "--date", "seen")
    assert (found.exit_code, json.loads(found.stdout)["checks"][0]["value"]) == (1, 0.2)
    assert "date column: 'date' (found)" in found.stderr
    assert (named.exit_code, json.loads(named.stdout)["checks"][0]["value"]) == (0, 0)
    assert "date column" not in named.stderr


def test_a_column_that_is_not_there_is_a_letter(path: Path) -> None:
    result = _check(path, "--date", "seem")
    assert result.exit_code == 2 and "--date: no column 'seem'; did you mean 'seen'" in result.stderr


def test_by_group_and_in_the_checks_of_a_recipe_too(path: Path) -> None:
    by = [{"metric": "stale_dates", "by": "group", "max": 0.1}]
    assert dataqual.check(path, by, group="seen", workers=1).outcomes[0].status == "failed"
    recipe = dataqual.Recipe.of({"steps": ["normalize"], "checks": STALE})
    for date, value in ((None, 0.2), ("seen", 0.0)):
        done = dataqual.clean(path, str(path.parent / f"{date}.jsonl"), recipe=recipe, date=date, workers=1)
        assert done.checked is not None and done.checked.facts()["checks"][0]["value"] == value


def test_without_a_column_of_dates_one_line_says_so(tmp_path: Path) -> None:
    [outcome] = dataqual.check(["one two"], STALE).outcomes
    why = "the corpus has no date column; name it with --date"
    assert (outcome.status, outcome.why) == ("cannot tell", why)
    path = tmp_path / "plain.txt"
    path.write_text("one two", encoding="utf-8")
    (tmp_path / "suite.yaml").write_text(f"checks: {json.dumps(STALE)}", encoding="utf-8")
    assert (_check(path).exit_code, why in _check(path).stderr) == (2, True)
    assert "语料没有日期列；请用 --date 指定" in _check(path, "--lang", "zh").stderr


def test_the_command_that_cleans_takes_the_column_for_the_checks_of_its_recipe(path: Path) -> None:
    recipe = path.parent / "recipe.yaml"
    recipe.write_text(f"steps: [normalize]\nchecks: {json.dumps(STALE)}", encoding="utf-8")
    given = ["clean", str(path), "--recipe", str(recipe), "--dry-run", "--workers", "1", "--json"]
    found, named = CliRunner().invoke(main, given), CliRunner().invoke(main, [*given, "--date", "seen"])
    assert (found.exit_code, json.loads(found.stdout)["checks"]["checks"][0]["value"]) == (1, 0.2)
    assert (named.exit_code, json.loads(named.stdout)["checks"]["checks"][0]["value"]) == (0, 0)
    assert "date column: 'date' (found)" in found.stderr
