"""A study that its learner cannot train is told with the place in the file, before any data is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dataqual.errors import SpecError
from studies import learners
from studies.design.checking import check, lengthened
from studies.design.study import Study
from studies.running.run import run

LEAST: dict[str, Any] = {"sizes": ["60k", "120k", "300k"], "tokens": ["128k", "256k"]}


def checked(vocabulary: int | None = None, **more: Any) -> None:
    check(Study.of(LEAST | more, "scaling.yaml"), learners.learner("gpt2"), vocabulary)


def test_the_embedded_study_can_be_trained() -> None:
    check(Study.default(), learners.learner("gpt2"))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"sizes": ["120k", "2B"]}, "scaling.yaml.sizes[1]: no gpt2 of 2,000,000,000 parameters with a vocabulary of 257 and a window of 128; it can have 12,752 to 1,476,177,600"),
        ({"sizes": "30k", "tokenizer": {"bpe": 4096}}, "scaling.yaml.sizes: no gpt2 of 30,000 parameters with a vocabulary of 4,096 and a window of 128; it can have 74,176 to 1,482,320,000"),
        ({"tokens": ["128k", "1k"]}, "scaling.yaml.tokens[1]: 1,000 tokens are too few; the shortest run takes 102,400 at size 60k"),
        ({"tokens": "1k"}, "scaling.yaml.tokens: 1,000 tokens are too few; the shortest run takes 102,400 at size 60k"),
        ({"sizes": ["30k", "31k", "33k"]}, "scaling.yaml: sizes[0] and sizes[1]: 30k and 31k are both 37,792 parameters"),
        ({"sizes": ["300k", "60k", 300_001]}, "scaling.yaml: sizes[0] and sizes[2]: 300k and 300001 are both 372,672 parameters"),
        ({"tokens": ["60k", "100k"]}, "scaling.yaml: tokens[0] and tokens[1]: 60k and 100k are both 102,400 tokens at size 60k"),
        ({"repeats": {"unique": [64, "10k"], "epochs": [2, 4]}}, "scaling.yaml.repeats.epochs[0]: 128 tokens are too few; the shortest run takes 102,400 at size 60k"),
        ({"repeats": {"unique": "30k", "epochs": [2, 3]}}, "scaling.yaml: repeats.epochs[0] and repeats.epochs[1]: 2 and 3 are both 102,400 tokens at size 60k and repeats.unique 30k"),
        ({"repeats": {"unique": [64_000, 64_001], "epochs": 2}}, "scaling.yaml: repeats.unique[0] and repeats.unique[1]: 64000 and 64001 are both 64,000 tokens"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_told_with_its_place(more: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as error:
        checked(**more)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, []),
        ({"tokens": ["97.28k", "256k"]}, []),  # 47.5 steps of 2,048 are rounded to 50 as any others
        ({"tokens": ["60k", "256k"]}, ["tokens[0]: 60k becomes 102,400 tokens at size 60k, 120k, 300k, as no run has fewer than 50 steps"]),
        ({"sizes": ["300k", "3M"], "tokens": "320k"}, ["tokens: 320k becomes 409,600 tokens at size 3M, as no run has fewer than 50 steps"]),
        ({"repeats": {"unique": "32k", "epochs": [2, 4], "sizes": "60k"}}, ["repeats: 32k × 2 becomes 102,400 tokens at size 60k, as no run has fewer than 50 steps"]),
    ],
)  # fmt: skip
def test_stops_that_the_shortest_run_makes_longer_are_said(more: dict[str, Any], said: list[str]) -> None:
    study = Study.of(LEAST | more, "scaling.yaml")
    assert lengthened(study, learners.learner("gpt2")) == [f"scaling.yaml.{note}" for note in said]


def test_what_is_refused_is_not_said_to_become_longer() -> None:
    study = Study.of(LEAST | {"tokens": ["10Ki", "60k"]}, "scaling.yaml")
    assert [note.split(" becomes")[0] for note in lengthened(study, learners.of(study))] == [
        "scaling.yaml.tokens[1]: 60k"
    ]


def test_a_study_of_pictures_has_too_few_pictures() -> None:
    content = {"corpus": "pictures", "pictures": 300, "sizes": ["80k", "160k"], "seen": [500, "4k"]}
    study = Study.of(content, "many.yaml")
    assert not lengthened(study, learners.of(study))
    with pytest.raises(
        SpecError, match=r"^many\.yaml\.seen\[0\]: 500 pictures are too few; the shortest run takes 1,600 at size 80k"
    ):
        check(study, learners.of(study))


def test_a_vocabulary_that_came_out_smaller_counts() -> None:
    checked(sizes=["300k", "500k"])
    with pytest.raises(SpecError, match="no gpt2 of 300,000 parameters with a vocabulary of 50,000"):
        checked(50_000, sizes=["300k", "500k"])


def test_a_study_made_by_hand_has_its_numbers_named_too() -> None:
    study = replace(Study.of(LEAST, "scaling.yaml"), content=None, tokens=(1000,), where="mine")
    with pytest.raises(SpecError, match=r"^mine\.tokens: 1,000 tokens are too few"):
        check(study, learners.learner("gpt2"))


def test_it_is_told_before_data_is_read_and_before_anything_is_written_or_taken_away(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("kept")
    content = LEAST | {"sizes": ["2B"], "corpus": str(tmp_path / "none.jsonl")}
    with pytest.raises(SpecError, match=r"^study\.sizes: no gpt2 of 2,000,000,000 parameters"):
        run(content, tmp_path, restart=True)
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]
