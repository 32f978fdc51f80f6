"""Softmax regression against scipy's minimum of the same loss, and what it promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax

from dataqual.text import Text
from dataqual.vectors.logistic import Logistic
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.text_classifier import TextClassifier


def problem(seed: int, n: int = 60, width: int = 5, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    dense = random.normal(size=(n, width)) * (random.random((n, width)) < 0.5)
    return dense, random.integers(0, classes, n)


@pytest.mark.parametrize(("seed", "classes", "strength"), [(0, 2, 1.0), (1, 3, 10.0), (2, 4, 0.1)])
def test_the_weights_are_those_of_the_lowest_loss(seed: int, classes: int, strength: float) -> None:
    dense, labels = problem(seed, classes=classes)

    def by_hand(flat: np.ndarray) -> float:
        weights = flat.reshape(-1, classes)
        likelihood = log_softmax(dense @ weights[:-1] + weights[-1], axis=1)[np.arange(len(labels)), labels].sum()
        return float(-likelihood + (weights[:-1] ** 2).sum() / (2 * strength))

    best = minimize(by_hand, np.zeros((dense.shape[1] + 1) * classes), method="BFGS")
    model = Logistic.fit(Sparse.of(dense), labels, classes, strength=strength)
    assert by_hand(model.weights.ravel()) == pytest.approx(best.fun, rel=1e-3)
    weights = best.x.reshape(-1, classes)
    expected = np.exp(log_softmax(dense @ weights[:-1] + weights[-1], axis=1))
    assert model.probabilities(Sparse.of(dense)) == pytest.approx(expected, abs=0.02)


def test_only_the_given_rows_are_learnt_from() -> None:
    dense, labels = problem(3)
    spoiled = labels.copy()
    spoiled[40:] = 0
    one = Logistic.fit(Sparse.of(dense), labels, 3, rows=np.arange(40))
    other = Logistic.fit(Sparse.of(dense), spoiled, 3, rows=np.arange(40))
    assert one.weights.tolist() == other.weights.tolist()
    assert one.probabilities(Sparse.of(dense), np.array([7, 2])).shape == (2, 3)


def test_chances_sum_to_one_and_without_words_are_those_of_the_labels() -> None:
    model = TextClassifier.fit(
        Text.of(["好评 很好", "很好", "差评", "bad", "good"] * 4), ["好", "好", "差", "差", "好"] * 4
    )
    chances = model.probabilities(Text.of(["很好", "", "\0", "🙂"]))
    assert chances.sum(axis=1) == pytest.approx(1)
    assert model.classes == ("好", "差")
    assert chances[0, 0] > 0.9
    assert chances[1].tolist() == chances[2].tolist() == chances[3].tolist()


def test_no_documents_give_equal_chances() -> None:
    model = Logistic.fit(Sparse.of(np.zeros((0, 2))), np.zeros(0, np.int64), 2)
    assert model.probabilities(Sparse.of(np.ones((1, 2)))).tolist() == [[0.5, 0.5]]
