"""Flagged words: what is found in English and Chinese, what is not, lists of one's own, and that pages hide them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataqual.errors import SpecError
from dataqual.excerpts import excerpt
from dataqual.quoting import evidence
from dataqual.recipe import Recipe
from dataqual.signals.flagged_words import FlaggedWords

CASES = json.loads((Path(__file__).parents[1] / "cases" / "flagged_words.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:20])
def test_these_words_are_found_and_no_others(case: dict[str, list[str]]) -> None:
    text = str(case["text"])
    assert [text[a:b] for a, b, _ in FlaggedWords().evidence(text)] == case["finds"]
    assert bool(FlaggedWords()([text])[0]) == bool(case["finds"])


def test_there_are_as_many_cases_of_nothing_as_of_something() -> None:
    found = [bool(case["finds"]) for case in CASES]
    assert found.count(False) >= found.count(True)


def test_a_list_of_ones_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("# fruit\nApple pie\n苹果派\n", encoding="utf-8")
    mine = FlaggedWords(lexicons=(str(path),))
    assert mine(["An apple pie for bullshit", "一个苹果派", "apple"]).round(2).tolist() == [0.4, 0.6, 0.0]


def test_a_list_that_is_not_there_is_one_line_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(
        SpecError,
        match=r"mine.yaml.steps\[0\].keep: flagged_words: lexicons: no\.txt: no such file or folder; or name one of: en, zh",
    ):
        Recipe.of(
            {"steps": [{"keep": {"signal": "flagged_words", "with": {"lexicons": ["no.txt"]}, "max": 0}}]}, "mine.yaml"
        )


def test_what_is_shown_of_them_is_hidden() -> None:
    text = "You say bullshit, 王八蛋."
    assert excerpt(text, FlaggedWords())["text"] == "You say b•••••••, 王••."
    assert evidence(text, FlaggedWords()).startswith("b•••••••, 王••")
