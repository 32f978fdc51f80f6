"""Sentences with their gender changed: found over documents, in English and Chinese, and kept together in a sample."""

from __future__ import annotations

import pytest

from dataqual.corpus import Corpus
from dataqual.metric_reading import read
from dataqual.metrics.counterfactual_pairs import CounterfactualPairs
from dataqual.people import counterfactual_pairs


@pytest.mark.parametrize(
    ("texts", "paired", "sentences"),
    [
        (["He is a nurse.", "She is a nurse."], 2, 2),
        (["He is a nurse. She is a nurse."], 2, 2),
        (["He is a nurse."] * 3 + ["HE is a nurse.", "she is a nurse."], 5, 5),
        (["He is a nurse.", "He is a nurse."], 0, 2),
        (["He told her so.", "She told him so."], 2, 2),
        (["He told her so.", "She told her so."], 0, 2),  # one gender of the two is changed
        (["I saw his dog.", "I saw her dog."], 2, 2),
        (["他是护士。", "她是护士。", "它是狗。"], 2, 2),
        (["爸爸爱儿子。", "妈妈爱女儿。"], 2, 2),
        (["其他人来了。"], 0, 0),
        (["he she he she", "she he she he"], 2, 2),
        (["Mr. Lee", "Mrs. Lee", "he left", "she left"], 0, 0),
        (["he saw the man", "she saw the woman", "she the saw woman"], 2, 3),
        (["", "nobody"], 0, 0),
    ],
)
def test_pairs_are_those_with_every_gender_changed(texts: list[str], paired: int, sentences: int) -> None:
    found = counterfactual_pairs(texts)
    assert (found.paired, found.sentences) == (paired, sentences)
    assert found.share == (paired / sentences if sentences else None)


def test_a_sample_keeps_pairs_together_so_that_its_share_is_no_smaller() -> None:
    texts = [f"{who} reads page {i}." for i in range(400) for who in (("He", "She") if i % 2 else ("He",))]
    exact = read(CounterfactualPairs(), Corpus.of(texts))
    assert exact.value == pytest.approx(400 / 600)
    assert exact.method == "exact"
    sample = read(CounterfactualPairs(size=100), Corpus.of(texts))
    assert sample.method == "sample"
    assert sample.interval
    assert sample.interval[0] < 400 / 600 < sample.interval[1]
    assert sample.n < 200
