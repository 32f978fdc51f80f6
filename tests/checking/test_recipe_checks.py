"""Checks at the end of a recipe: made on what is left, told everywhere, and the end of the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
import reports
from dataqual.cli import main
from dataqual.errors import SpecError
from dataqual.recipe import Recipe

TEXTS = ["one two", "一 二", "one two", "three", ""]
STEPS = [{"keep": {"signal": "word_count", "min": 1}}, "dedup", {"normalize": {"whitespace": "collapse"}}]
CHECKS: list[dict[str, Any]] = [
    {"metric": "exact_copies", "max": 0},
    {"signal": "word_count", "min": 1},
    {"column": "n", "min": 1, "nulls": 0},
]


def written(folder: Path, ending: str) -> Path:
    frame = pl.DataFrame({"text": TEXTS, "n": range(len(TEXTS)), "label": ["a", "b"] * 2 + ["a"]})
    path = folder / f"in.{ending}"
    getattr(frame, {"jsonl": "write_ndjson", "csv": "write_csv", "parquet": "write_parquet"}[ending])(path)
    return path


def recipe(*checks: Any) -> Recipe:
    return Recipe.of({"steps": STEPS, "checks": list(checks)}, "mine.yaml")


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_they_are_made_on_what_is_left(ending: str, dry_run: bool, tmp_path: Path) -> None:
    where = {} if dry_run else {"output": tmp_path / f"out.{ending}"}
    done = dataqual.clean(written(tmp_path, ending), recipe=recipe(*CHECKS), dry_run=dry_run, **where)
    assert done.checked is not None
    told = {one["name"]: (one["status"], one["value"], one["n"]) for one in done.checked.facts()["checks"]}
    assert told["exact_copies"] == ("passed", 0.0, 3)
    assert told["word_count"] == ("passed", 1.0, 3)
    assert told["n range"] == ("failed", 2 / 3, 3)  # the first record has 0
    assert told["n nulls"] == ("passed", 0.0, 3)
    assert done.exit_code == 1
    assert "✗ n range (failed)" in str(done).splitlines()


def test_shards_are_one_corpus(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": [f"one two {n}" for n in range(20_000)], "n": range(20_000)})
    check = {"metric": "documents", "min": 20_000}
    done = dataqual.clean(frame, tmp_path / "out.jsonl", recipe=recipe(check), shard_size=1_000)
    assert len(done.outputs) > 1
    assert done.checked is not None
    assert done.exit_code == 0


def test_a_recipe_without_checks_has_no_verdict(tmp_path: Path) -> None:
    done = dataqual.clean(["one"], tmp_path / "out.jsonl", drop=["empty"])
    assert (done.checked, done.exit_code, done.facts()["checks"]) == (None, 0, None)


def test_where_nothing_is_left_nothing_can_be_told(tmp_path: Path) -> None:
    done = dataqual.clean(["", ""], tmp_path / "out.jsonl", recipe=recipe(*CHECKS[:1]))
    assert (done.kept, done.exit_code) == (0, 2)
    assert "nothing is left, so the checks cannot be told" in str(done).splitlines()


def test_a_wrong_check_is_told_where_it_stands_before_any_data_is_read() -> None:
    with pytest.raises(
        SpecError, match=r"^mine\.yaml\.checks\[0\]: no metric 'exact_copy'; did you mean 'exact_copies'\?"
    ):
        recipe({"metric": "exact_copy", "max": 0})


@pytest.mark.parametrize(("least", "code"), [(1, 0), (4, 1)])
def test_the_command_tells_them_and_ends_with_their_code(
    least: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "jsonl")
    content = {"steps": STEPS, "checks": [{"metric": "documents", "min": least}]}
    Path("mine.yaml").write_text(json.dumps(content), encoding="utf-8")
    done = CliRunner().invoke(main, ["clean", "in.jsonl", "-o", "out.jsonl", "--recipe", "mine.yaml"])
    assert done.exit_code == code, done.output
    assert f"out.jsonl: 3 documents, 1 check: 1 {'failed' if code else 'passed'}" in done.stdout
    page = Path("out.jsonl.report.html").read_text(encoding="utf-8")
    assert 'id="checks"' in page
    assert "checks:" in page.split('aria-label="Recipe">')[1]
    done = CliRunner().invoke(main, ["clean", "in.jsonl", "-o", "out.jsonl", "--recipe", "mine.yaml", "--json"])
    assert json.loads(done.stdout)["checks"]["exit_code"] == done.exit_code == code


def test_the_page_says_first_that_a_check_failed() -> None:
    done = dataqual.clean(TEXTS, dry_run=True, recipe=recipe({"metric": "documents", "min": 9}))
    assert "1 check failed; nothing to look at first." in reports.cleaning(done).replace("\u00a0", " ")
    assert "1 项检查失败" in reports.cleaning(done, language="zh")
