"""Confident learning beside cleanlab itself, on its own kind of data: thresholds, joint, flags, ranks."""

from __future__ import annotations

import numpy as np
import pytest

from dataqual.labels.confident_learning import RANKINGS, Confidence, quality, thresholds

cleanlab = pytest.importorskip("cleanlab")

from cleanlab import count, filter, rank  # noqa: E402


def noisy(seed: int, n: int = 300, classes: int = 4, absent: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Labels, one in five of them flipped, and chances of a fair model."""
    random = np.random.default_rng(seed)
    true = random.integers(0, classes - absent, n)
    chances = random.dirichlet(np.full(classes, 0.4), n)
    chances[np.arange(n), true] += random.random(n) * 1.5
    chances /= chances.sum(axis=1, keepdims=True)
    flipped = random.random(n) < 0.2
    return np.where(flipped, random.integers(0, classes - absent, n), true), chances


CASES = [
    pytest.param(*noisy(seed, classes=classes, absent=absent), id=f"{seed}, {classes} classes{', one absent' * absent}")
    for seed, classes, absent in ((0, 2, False), (1, 3, False), (2, 4, False), (3, 10, False), (4, 5, True))
]


@pytest.mark.parametrize(("labels", "chances"), CASES)
def test_thresholds_and_joint_are_cleanlabs(labels: np.ndarray, chances: np.ndarray) -> None:
    assert thresholds(labels, chances) == pytest.approx(count.get_confident_thresholds(labels, chances))
    found = Confidence.of(labels, chances)
    assert found.joint.tolist() == count.compute_confident_joint(labels, chances, calibrate=False).tolist()
    assert found.calibrated.tolist() == count.compute_confident_joint(labels, chances, calibrate=True).tolist()
    assert found.calibrated.sum(axis=1).tolist() == found.counts.tolist()


@pytest.mark.parametrize(("labels", "chances"), CASES)
def test_the_share_of_errors_is_cleanlabs(labels: np.ndarray, chances: np.ndarray) -> None:
    if len(set(labels.tolist())) < chances.shape[1]:
        pytest.skip("cleanlab counts no errors where a class is absent")
    expected = count.num_label_issues(labels, chances, estimation_method="off_diagonal_calibrated")
    assert round(Confidence.of(labels, chances).errors * len(labels)) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("labels", "chances"), CASES)
def test_the_same_labels_are_suspect(labels: np.ndarray, chances: np.ndarray) -> None:
    expected = filter.find_label_issues(labels, chances, filter_by="confident_learning", n_jobs=1)
    found = Confidence.of(labels, chances).suspects(labels, chances)
    assert found.sum() > 10
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("by", RANKINGS)
@pytest.mark.parametrize(("labels", "chances"), CASES)
def test_ranks_are_cleanlabs(labels: np.ndarray, chances: np.ndarray, by: str) -> None:
    expected = rank.get_label_quality_scores(labels, chances, method=by)
    assert quality(labels, chances, by) == pytest.approx(expected)  # type: ignore[arg-type]


def test_the_example_of_cleanlabs_own_tests() -> None:
    """Six documents, of which the model is sure that the last has the other label."""
    labels = np.array([0, 0, 0, 1, 1, 1])
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.1, 0.9], [0.2, 0.8], [0.95, 0.05]])
    found = Confidence.of(labels, chances)
    assert found.joint.tolist() == [[2, 0], [1, 2]]  # 0.7 is below the threshold of 0.8
    assert found.suspects(labels, chances).tolist() == [False] * 5 + [True]


def test_nothing_is_suspect_where_there_is_nothing() -> None:
    found = Confidence.of(np.zeros(0, np.int64), np.zeros((0, 2)))
    assert (found.errors, found.suspects(np.zeros(0, np.int64), np.zeros((0, 2))).tolist()) == (0.0, [])
