"""BLEU and ROUGE: those of sacrebleu and rouge-score, for any script."""

from __future__ import annotations

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU

from dataqual.errors import MissingExtra
from studies.evaluating import likeness

ENGLISH = (
    ["the cat sat on the mat and slept", "a dog barked at the moon all night", ""],
    ["the cat lay on the mat and slept", "the dog barked at a moon all night long", "nothing was said"],
)
CHINESE = (["他昨天晚上很晚才回到家", "天气很好"], ["他昨天很晚才回到家里", "今天天气非常好"])


@pytest.mark.parametrize(("texts", "script", "cut"), [(ENGLISH, "Latin", "13a"), (CHINESE, "Han", "zh")])
def test_bleu_of_summed_counts_is_sacrebleus_of_the_corpus(
    texts: tuple[list[str], list[str]], script: str, cut: str
) -> None:
    found = likeness.Bleu.of(*texts, script)
    assert found.score(found.counts.sum(axis=0)) == BLEU(tokenize=cut).corpus_score(texts[0], [texts[1]]).score > 0
    assert f"tok:{cut}" in found.signature


def test_rouge_of_plain_english_is_that_of_rouge_score_itself() -> None:
    scorer = RougeScorer(list(likeness.ROUGE))
    expected = [
        [scorer.score(real, text)[name].fmeasure for name in likeness.ROUGE]
        for text, real in zip(*ENGLISH, strict=True)
    ]
    assert likeness.rouge(*ENGLISH).tolist() == expected


def test_rouge_sees_chinese_that_rouge_score_does_not() -> None:
    assert RougeScorer(["rouge1"]).score(CHINESE[1][0], CHINESE[0][0])["rouge1"].fmeasure == 0
    found = likeness.rouge(*CHINESE)
    same = len(set(CHINESE[0][1]) & set(CHINESE[1][1]))
    assert found[1, 0] == pytest.approx(2 * same / (len(CHINESE[0][1]) + len(CHINESE[1][1])))
    assert np.all(found[:, 0] > 0.5)


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sacrebleu.metrics", None)
    with pytest.raises(
        MissingExtra,
        match=r"sacrebleu is not installed; it comes with: pip install '\.\[generated\]' -c constraints\.txt",
    ):
        likeness.Bleu.of(["a"], ["a"], None)
