"""Steps in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.near_duplicates import NearDuplicates
from dataqual.recipe import Recipe, Remaining, applied, prepared, recipes
from dataqual.steps.dedup import Dedup
from dataqual.steps.spoil_shuffled_words import SpoilShuffledWords

WORDS = " ".join(f"word{n}" for n in range(60))


def test_what_is_fetched_is_the_text_as_the_steps_before_rewrote_it() -> None:
    corpus = Corpus.of([WORDS, WORDS, "二 三 四 五 六 七"])
    left = Remaining(corpus.files, corpus.columns, source=corpus, steps=(SpoilShuffledWords(dose=1.0),))
    [batch] = left.batches()
    assert left.fetch([(0, 2), (0, 1)]) == [batch.text[1], batch.text[0]]
    assert len({batch.text[0], batch.text[1], WORDS}) == 3


def test_what_steps_leave_is_left_too_where_more_columns_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "one", "split": "test"}\n{"text": "two words", "split": "train"}\n', encoding="utf-8")
    steps = Recipe.of([{"keep": {"signal": "word_count", "min": 2}}]).steps
    looking = Remaining.after(steps, dataqual.read(path)).looking_at("split")
    [batch] = looking.batches()
    assert [batch.text[row] for row in range(len(batch))] == ["two words"]
    assert [record for piece in looking.pieces() for record in looking.records(piece)] == [
        (2, {"text": "two words", "split": "train"})
    ]
    assert "split" in looking.columns.more


def test_copies_are_looked_for_in_the_text_as_it_was_rewritten() -> None:
    """The two are the same before their words are shuffled, each in its own way, and no copies afterwards."""
    corpus = Corpus.of([WORDS, WORDS])
    steps = (SpoilShuffledWords(dose=1.0), Dedup(near=NearDuplicates()))
    [batch] = corpus.batches()
    after, _ = applied(prepared(steps, corpus, Local(workers=1)), batch)
    assert len(after) == 2
    after, _ = applied(prepared(steps[1:], corpus, Local(workers=1)), batch)
    assert len(after) == 1


def test_a_recipe_on_a_column_gives_the_same_kind_of_column() -> None:
    recipe = Recipe.of([{"keep": {"signal": "word_count", "min": 2}}, "dedup"])
    texts, left = ["one two", "three", "四 五", "one two"], ["one two", None, "四 五", None]
    assert recipe.on(texts) == left
    assert recipe.on(pl.Series("t", texts)).to_list() == left
    pandas = pytest.importorskip("pandas")
    column = recipe.on(pandas.Series(texts, index=[7, 8, 9, 10], name="t"))
    assert column.index.tolist() == [7, 8, 9, 10]
    assert column.name == "t"
    assert [None if pandas.isna(text) else text for text in column] == left


def test_a_step_that_adds_documents_has_no_room_in_a_column() -> None:
    with pytest.raises(SpecError, match="spoil_duplicates adds documents, for which a column has no room"):
        Recipe.of([{"spoil_duplicates": {"dose": 1.0}}]).on(["one"])


def test_no_document_is_lost_with_a_copy_of_it_that_an_earlier_step_made(tmp_path: Path) -> None:
    """Whoever asks for both is told before anything is read; --drop comes after the recipe, and is no way around it."""
    (tmp_path / "c.jsonl").write_text('{"text": "one of its kind"}\n')
    adding = Recipe.of([{"spoil_duplicates": {"dose": 1.0}}])
    with pytest.raises(SpecError, match="comes behind spoil_duplicates"):
        dataqual.clean(tmp_path / "c.jsonl", tmp_path / "out.jsonl", recipe=adding, drop=["exact_copies"])
    assert not (tmp_path / "out.jsonl").exists()
    first = Recipe.of(["dedup", {"spoil_duplicates": {"dose": 1.0}}])
    assert dataqual.clean(tmp_path / "c.jsonl", tmp_path / "out.jsonl", recipe=first).written == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"steps": []}, "r.yaml.steps: expected at least one step"),
        ({"steps": "keep"}, "r.yaml.steps: expected a list of steps, got the string 'keep'"),
        ({"step": []}, "r.yaml: no key 'step'; did you mean 'steps'? there are: about, checks, language, steps"),
        ({"steps": [{"kep": {}}]}, "r.yaml.steps[0]: no step 'kep'; did you mean 'keep'?"),
        ({"steps": ["dedup"], "about": 5}, "r.yaml.about: expected a string, got 5"),
        (
            {"steps": ["normalize", {"spoil_duplicates": {"dose": 0.5}}, "dedup_lines"]},
            "r.yaml.steps[2].dedup_lines: comes behind spoil_duplicates, whose new documents it cannot tell from those they were made of; put dedup_lines first",
        ),
        ({"steps": ["augment_noise", "dedup"]}, "r.yaml.steps[1].dedup: comes behind augment_noise"),
    ],
)
def test_a_wrong_recipe_is_told_in_one_line(content: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as error:
        Recipe.of(content, "r.yaml")
    assert str(error.value).startswith(message)


def test_an_unknown_recipe_is_told_with_those_that_ship() -> None:
    with pytest.raises(SpecError, match="no recipe 'minimum'; did you mean 'minimal'"):
        Recipe.load("minimum")


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_that_ships_says_what_it_is_for_and_where_its_rules_are_from(name: str) -> None:
    recipe = Recipe.load(name)
    assert len(recipe.about) > 60
    assert len(recipe.says) == len(recipe.steps)


def test_bounds_that_nothing_can_meet_are_told() -> None:
    with pytest.raises(SpecError, match=r"recipe\.steps\[0\]\.keep: nothing is at least 10 and at most 5"):
        Recipe.of([{"keep": {"signal": "word_count", "min": 10, "max": 5}}])
