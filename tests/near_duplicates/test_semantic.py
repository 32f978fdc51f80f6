"""Copies by meaning: against brute force, of which buckets find nearly all, and never without the kept one's cosine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dataqual.near_duplicates.buckets import similar_pairs
from dataqual.near_duplicates.ranking import IN_ORDER, Before, Ranking
from dataqual.near_duplicates.spilling import Vectors

Pair = tuple[int, int]


def clustered(documents: int, dimensions: int = 24, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around a hundred topics; a fifth are an earlier one, moved a little."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(size=(100, dimensions))
    vectors = topics[rng.integers(0, 100, documents)] + rng.normal(size=(documents, dimensions))
    for at in range(1, documents):
        if rng.random() < 0.2:
            vectors[at] = vectors[rng.integers(0, at)] + 0.25 * rng.normal(size=dimensions)
    return (vectors / np.linalg.norm(vectors, axis=1)[:, None]).astype(np.float32)


def found(vectors: NDArray[np.float32], threshold: float, ranking: Ranking = IN_ORDER, **more: int) -> set[Pair]:
    asked = {"buckets": 1, "nearest": 4, "seed": 0, "memory": 8 << 20} | more
    usable = (vectors != 0).any(axis=1)
    with Vectors(vectors.shape[1]) as spilled:
        spilled.add(vectors)
        with similar_pairs(spilled, usable, ranking, threshold, directory=None, **asked) as pairs:
            return {
                (int(p >> np.uint64(32)), int(p & np.uint64(0xFFFFFFFF))) for block, _ in pairs.blocks() for p in block
            }


def brute(vectors: NDArray[np.float32], threshold: float) -> set[Pair]:
    close = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    return {(int(a), int(b)) for a, b in zip(*np.nonzero(close >= threshold), strict=True) if a > b}


def test_one_bucket_finds_what_brute_force_does() -> None:
    vectors = clustered(3_000)
    vectors[7] = 0
    expected = brute(vectors, 0.9)
    assert len(expected) > 400
    assert found(vectors, 0.9) == expected


def test_buckets_find_nearly_all_pairs_and_no_other() -> None:
    vectors = clustered(6_000)
    expected = brute(vectors, 0.95)
    got = found(vectors, 0.95, buckets=40, nearest=4)
    assert got <= expected
    assert len(got) >= 0.99 * len(expected)
    alone = found(vectors, 0.95, buckets=40, nearest=1)
    assert len(alone) < len(got)  # what being filed once would lose


def test_memory_and_order_of_reading_change_nothing() -> None:
    vectors = clustered(2_500, seed=3)
    assert found(vectors, 0.9, buckets=9, memory=1 << 22) == found(vectors, 0.9, buckets=9, memory=1 << 28)


def test_pairs_are_of_ranks_where_values_say_who_comes_first() -> None:
    vectors = clustered(800, seed=5)
    values = np.random.default_rng(1).normal(size=800)
    ranking = Ranking.of(values, Before.kept(0))
    assert ranking.order is not None
    assert found(vectors, 0.9, ranking) == brute(vectors[ranking.order], 0.9)


def test_among_what_came_before_nobody_is_compared() -> None:
    vectors = clustered(800, seed=6)
    before = Before.kept(300)
    expected = {(a, b) for a, b in brute(vectors, 0.9) if a >= 300}
    assert found(vectors, 0.9, Ranking.of(None, before)) == expected


def test_of_a_thousand_alike_each_meets_the_first_and_not_all() -> None:
    vectors = np.ones((1_000, 4), np.float32) / 2
    pairs = found(vectors, 0.99)
    assert {(later, 0) for later in range(1, 1_000)} <= pairs
    assert len(pairs) < 1_000 * 16


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_documents(count: int, tmp_path: Path) -> None:
    assert found(np.ones((count, 4), np.float32), 0.9) == set()
