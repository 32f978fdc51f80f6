"""Documents unlike the rest are found for the right reason, and only they go."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl

import dataqual
from dataqual.document_sample import DocumentSample
from dataqual.outliers import Ordinary
from dataqual.recipe import Recipe
from dataqual.steps.drop_outliers import DropOutliers
from dataqual.text import Text

WORDS = (
    "the old house by the river was sold last year to a family from town who painted it green and kept two dogs".split()
)
HAN = "这家酒店的位置很好房间干净服务也很周到早餐种类丰富下次来还会选择这里"


def prose(n: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(15, 40))).capitalize() + "." for _ in range(n)]


def reviews(n: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [
        "，".join("".join(rng.choices(HAN, k=rng.randint(4, 12))) for _ in range(rng.randint(2, 9))) + "。"
        for _ in range(n)
    ]


def test_what_was_planted_is_found_with_its_reason_in_both_scripts() -> None:
    for texts, foreign in (
        (prose(300), "Vuestra merced escribe sobre molinos, gigantes y caballos flacos"),
        (reviews(300), "тихий вечер над рекой"),
    ):
        figures = "8842 1139 5521 7730 1124 9951 0042 3318 6617 2204 5519 8871"
        sample = DocumentSample.of_texts([*texts, figures, foreign])
        ordinary = Ordinary.of(sample)
        why = ordinary.judge(sample.text, sample.file, sample.record).why
        found = {sample.texts[row]: int(why[row]) for row in range(len(sample)) if why[row] >= 0}
        assert {figures, foreign} <= set(found)
        assert len(found) <= 5
        reason = ordinary.reason(figures, found[figures])
        assert any(name in reason for name in ("digit_share", "han_share", "word_length", "entropy")), reason
        assert ordinary.judge(Text.of([texts[0]])).why.tolist() == [-1]


def test_eleven_of_a_kind_are_a_group_and_no_outliers() -> None:
    spanish = ["En un lugar de la Mancha vivía un hidalgo con su caballo flaco y su galgo corredor"] * 12
    sample = DocumentSample.of_texts([*prose(300), *spanish])
    why = Ordinary.of(sample).judge(sample.text, sample.file, sample.record).why
    assert not {why[row] for row in range(len(sample)) if sample.texts[row] == spanish[0]} - {-1}


def test_clean_drops_what_the_profile_calls_outliers_and_the_ledger_says_why(tmp_path: Path) -> None:
    texts = [*prose(300), "8842 1139 5521 7730 1124 9951 0042 3318 6617 2204 5519 8871"]
    corpus = dataqual.Corpus.of(texts)
    [finding] = [finding for finding in dataqual.profile(corpus, rules=()).findings if finding.name == "outliers"]
    cleaned = dataqual.clean(corpus, tmp_path / "clean.jsonl", drop="outliers")
    assert cleaned.dropped == round(finding.reading["value"] * len(texts)) > 0
    ledger = pl.read_parquet(tmp_path / "clean.jsonl.ledger.parquet")
    assert set(ledger["step"]) == {"drop_outliers"}
    for rule, value, threshold in ledger.select("rule", "value", "threshold").iter_rows():
        assert rule in DropOutliers().told_as
        assert value > float(threshold.removeprefix("<= "))


def test_of_a_few_documents_none_is_an_outlier() -> None:
    assert "outliers" not in dataqual.profile([*prose(30), "#### 000"], rules=()).facts
    assert Ordinary.of(DocumentSample.of_texts(prose(30))).judge(Text.of(["#### 000"])).why.tolist() == [-1]


def test_documents_that_are_there_once_are_no_outliers_because_others_are_there_often() -> None:
    texts = prose(80)
    sample = DocumentSample.of_texts([*texts, *texts[:5] * 60])
    found = Ordinary.of(sample).judge(sample.text, sample.file, sample.record).why
    assert (found >= 0).sum() <= 2, "three in four have ten copies, at no distance, which is no measure of the others"
    few = DocumentSample.of_texts(prose(30) * 20)
    assert Ordinary.of(few).judge(Text.of(["#### 000"])).why.tolist() == [-1], "thirty different ones are no rest"


def test_drop_says_the_step_as_yaml_has_it() -> None:
    from dataqual.dropping import Drop

    assert Drop.of(["outliers"]).says == ("drop_outliers",)
    assert Recipe.of({"steps": ["drop_outliers"]}).steps == Drop.of(["outliers"]).steps
