"""Folds that no order changes and no copies straddle, and chances of documents that a model never saw."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dataqual.vectors.cross_validation import folds, held_out
from dataqual.vectors.logistic import Logistic
from dataqual.vectors.sparse import Sparse

KEYS = np.random.default_rng(0).integers(0, 1 << 63, 103).astype(np.uint64)
LABELS = np.arange(103) % 4 // 3  # three to one


def test_every_fold_has_its_share_of_every_label() -> None:
    fold = folds(KEYS, LABELS, count=5)
    for label in (0, 1):
        sizes = np.bincount(fold[label == LABELS], minlength=5)
        assert sizes.max() - sizes.min() <= 1
    assert np.bincount(fold).max() - np.bincount(fold).min() <= 1


def test_another_order_of_the_documents_changes_no_fold() -> None:
    order = np.random.default_rng(1).permutation(len(KEYS))
    together = np.arange(len(KEYS)) // 2
    assert folds(KEYS[order], LABELS[order]).tolist() == folds(KEYS, LABELS)[order].tolist()
    assert (
        folds(KEYS[order], LABELS[order], together=together[order]).tolist()
        == folds(KEYS, LABELS, together=together)[order].tolist()
    )


def test_another_seed_gives_other_folds() -> None:
    assert folds(KEYS, LABELS, seed=1).tolist() != folds(KEYS, LABELS).tolist()


def test_copies_and_equal_keys_share_a_fold() -> None:
    together = np.arange(len(KEYS)) // 10
    fold = folds(KEYS, LABELS, together=together)
    assert all(len(set(fold[together == group].tolist())) == 1 for group in range(11))
    twice = folds(np.concatenate([KEYS, KEYS]), np.concatenate([LABELS, LABELS]))
    assert twice[: len(KEYS)].tolist() == twice[len(KEYS) :].tolist()


def test_a_document_is_judged_by_a_model_that_never_saw_it() -> None:
    random = np.random.default_rng(2)
    features = Sparse.of(random.normal(size=(40, 3)))
    labels = random.integers(0, 2, 40)
    fold = folds(np.arange(40, dtype=np.uint64), labels, count=4)
    found = held_out(features, labels, 2, fold)
    model = Logistic.fit(features, labels, 2, rows=np.flatnonzero(fold != 2))
    assert found[fold == 2].tolist() == model.probabilities(features)[fold == 2].tolist()


def test_threads_change_no_bit() -> None:
    random = np.random.default_rng(3)
    features = Sparse.of(random.normal(size=(50, 3)))
    labels = random.integers(0, 3, 50)
    fold = folds(np.arange(50, dtype=np.uint64), labels)
    with ThreadPoolExecutor(3) as pool:
        assert (
            held_out(features, labels, 3, fold, run=pool.map).tolist() == held_out(features, labels, 3, fold).tolist()
        )
