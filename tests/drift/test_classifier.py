"""Whether two corpora can be told apart by documents that were not learnt from, and how sure that is."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from dataqual.drift.classifier import _auc, _interval, _placements, domain_classifier
from dataqual.text import Text

TOPICS = ("river boat water fish sea shore wave".split(), "money bank price market trade tax loan".split())


def documents(n: int, own: float, topic: int, random: np.random.Generator) -> list[str]:
    """Ten words each, a share of them of the side's own topic, the others of either."""
    made = []
    for _ in range(n):
        words = [random.choice(TOPICS[topic if random.random() < own else random.integers(2)]) for _ in range(10)]
        made.append(" ".join([*words, f"name{random.integers(1_000_000)}"]))
    return made


def test_placements_are_shares_of_the_other_side() -> None:
    score, labels = np.array([0.1, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1])
    assert _placements(score, labels).tolist() == [1.0, 0.75, 0.75, 1.0]


def test_scores_of_different_folds_are_not_compared() -> None:
    score = np.array([0.1, 0.2, 0.8, 0.9] * 5)
    fold = np.repeat([0, 1], [2, 18])
    labels = np.array([0, 1] * 10)
    auc, _, _ = _auc(score, labels, fold, np.arange(20))
    one = [float(a < b) for a, b in [(0.1, 0.2)]]
    rest = [float(a < b) for a in score[2:][labels[2:] == 0] for b in score[2:][labels[2:] == 1]]
    ties = [0.5 for a in score[2:][labels[2:] == 0] for b in score[2:][labels[2:] == 1] if a == b]
    assert auc == np.divide(sum(one) + sum(rest) + sum(ties), 1 + 81)


def test_two_topics_are_told_apart_and_one_is_not_in_19_of_20_pairs() -> None:
    random = np.random.default_rng(1)
    found = domain_classifier(*(Text.of(documents(60, 0.35, topic, random)) for topic in (0, 1)))
    assert found is not None
    assert 0.75 < found.auc < 1
    assert found.interval[0] > found.null[1]
    assert found.interval[0] < found.auc < found.interval[1] <= 1
    beyond = []
    for _ in range(60):
        same = domain_classifier(*(Text.of(documents(40, 0.0, 0, random)) for _ in (0, 1)))
        assert same is not None
        beyond.append(same.p < 0.05)
    assert np.mean(beyond) <= 0.12


def test_what_is_typical_comes_with_the_nearest_of_the_other_side() -> None:
    random = np.random.default_rng(2)
    first, second = documents(40, 0.5, 0, random), documents(40, 0.5, 1, random)
    second.append("这家饭店的菜很好吃，服务也不错")
    found = domain_classifier(Text.of(first), Text.of(second))
    assert found is not None
    for side, own in enumerate((first, second)):
        best = found.typical[side][0]
        words = own[best.document].split()
        assert sum(word in TOPICS[side] for word in words) > 5
        assert 0 <= best.nearest < len((second, first)[side])
        assert 0 < best.cosine < 1


def test_copies_on_both_sides_are_no_help() -> None:
    random = np.random.default_rng(3)
    texts = documents(60, 0.0, 0, random)
    found = domain_classifier(Text.of(texts), Text.of(texts))
    assert found is not None
    assert found.auc == pytest.approx(0.5, abs=1e-12)


def test_of_few_documents_nothing_is_learnt() -> None:
    assert domain_classifier(Text.of(["a"] * 19), Text.of(["b"] * 40)) is None
    assert domain_classifier(Text.of([""] * 30), Text.of([""] * 30)) is None


@pytest.mark.parametrize(("auc", "width"), [(0.5, 0.09), (0.8, 0.06), (0.99, 0.02), (0.999, 0.01), (1.0, 0.005)])
def test_the_interval_holds_the_area_and_narrows_towards_one(auc: float, width: float) -> None:
    low, high = _interval(auc, 2.0, 1_000, 1_200)
    assert 0 < low <= auc <= high <= 1
    assert high - low < width


def test_one_document_on_the_wrong_side_of_thousands_leaves_the_interval_narrow() -> None:
    score = np.concatenate([np.linspace(0, 0.4, 1_000), np.linspace(0.6, 1, 1_000)])
    score[1_999] = 0.0
    labels, rows = np.repeat([0, 1], 1_000), np.arange(2_000)
    auc, inflation, _ = _auc(score, labels, rows % 5, rows)
    low, high = _interval(auc, inflation, 1_000, 1_000)
    assert 0.98 < low < auc < high < 1


@pytest.mark.parametrize("area", [0.5, 0.8, 0.99])
def test_the_interval_covers_the_area_of_two_normal_distributions(area: float) -> None:
    random, apart = np.random.default_rng(4), NormalDist().inv_cdf(area) * math.sqrt(2)
    labels, rows, held = np.repeat([0, 1], [150, 200]), np.arange(350), 0
    for _ in range(300):
        auc, inflation, _ = _auc(random.normal(labels * apart), labels, np.zeros(350), rows)
        low, high = _interval(auc, inflation, 150, 200)
        held += low <= area <= high
    assert held >= 0.93 * 300
