"""Words that differ between two corpora, and what chance makes of words that do not."""

from __future__ import annotations

import numpy as np
import pytest

from dataqual.drift.words import Runs, telling_terms, word_divergence
from dataqual.text import Text

VOCABULARY = [f"word{n}" for n in range(60)]


def documents(n: int, shares: np.ndarray, random: np.random.Generator) -> Text:
    """Documents of one to thirty words, each with a favourite of its own, as texts have."""
    made = []
    for _ in range(n):
        favourite = random.choice(VOCABULARY, p=shares)
        words = random.choice(VOCABULARY, 1 + random.integers(20), p=shares).tolist()
        made.append(" ".join([*words, *[favourite] * random.integers(10)]))
    return Text.of(made)


def zipf(shift: int = 0) -> np.ndarray:
    shares = 1 / np.arange(2, len(VOCABULARY) + 2.0)
    return np.roll(shares, shift) / shares.sum()


def test_runs_are_counted_as_they_stand() -> None:
    first, second = Text.of(["A b a b", "b"] * 3), Text.of(["a b", "c 很好"] * 3)
    runs = Runs.of(first, second, 2)
    before, after = runs.counted(runs.second)
    assert before.tolist() == [3, 6]  # "b a" is rare, "a b" is not
    assert after.tolist() == [9 - 3, 3]  # "c 很" and "很 好" are rare


def test_documents_of_one_kind_that_favour_words_are_within_chance() -> None:
    random = np.random.default_rng(1)
    beyond, sure = [], []
    for seed in range(60):
        runs = Runs.of(documents(50, zipf(), random), documents(70, zipf(), random))
        found = word_divergence(runs, permutations=40, seed=seed)
        assert found is not None
        beyond.append(found.js.plug_in > found.js.null)
        sure.append(found.p < 0.05)
    assert np.mean(beyond) < 0.15
    assert np.mean(sure) < 0.15


def test_the_corrected_divergence_covers_the_true_one() -> None:
    random = np.random.default_rng(2)
    one, two = zipf(), zipf(4)
    one, two = (0.5 * zipf() + 0.5 * side for side in (one, two))
    mean = (one + two) / 2
    true = float((one @ np.log2(one / mean) + two @ np.log2(two / mean)) / 2)
    covered, off = [], []
    for _ in range(60):
        found = word_divergence(Runs.of(documents(120, one, random), documents(120, two, random)), permutations=30)
        assert found is not None
        covered.append(found.js.interval[0] <= true <= found.js.interval[1])
        off.append(found.js.value - true)
    assert np.mean(covered) >= 0.9
    assert abs(np.mean(off)) < 0.2 * true


def test_telling_terms_are_those_that_one_side_has() -> None:
    random = np.random.default_rng(3)
    first, second = documents(100, zipf(), random), documents(100, zipf(), random)
    assert telling_terms(first, second) == ([], [])
    texts = [f"{second[at]} 质量很好" if at % 2 else second[at] for at in range(100)]
    before, after = telling_terms(first, Text.of(texts))
    assert before == []
    assert after[0].term in "质量很好"
    assert after[0].documents == (0, 50)
    assert all("质" in term.term or term.term in "质量很好" for term in after)


@pytest.mark.parametrize("texts", [[], [""], ["..."]])
def test_without_words_there_is_nothing_to_compare(texts: list[str]) -> None:
    assert word_divergence(Runs.of(Text.of(texts), Text.of(["a word"] * 9))) is None
    assert telling_terms(Text.of(texts), Text.of(["a word"] * 9))[0] == []
