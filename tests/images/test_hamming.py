"""All pairs within a radius, against comparing everybody with everybody."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dataqual.images import hamming
from dataqual.images.hamming import Hashes, near_values


def alike(count: int, seed: int = 0) -> NDArray[np.uint64]:
    """Numbers of which many differ in few bits."""
    drawn = np.random.default_rng(seed)
    roots = drawn.integers(0, 2**64, max(count // 10, 1), dtype=np.uint64)
    numbers = roots[drawn.integers(0, len(roots), count)]
    for _ in range(8):
        flip = np.uint64(1) << drawn.integers(0, 64, count).astype(np.uint64)
        numbers = np.where(drawn.random(count) < 0.7, numbers ^ flip, numbers)
    return numbers


def found(numbers: NDArray[np.uint64], radius: int) -> NDArray[np.int64]:
    blocks = list(Hashes.of(numbers).near(numbers, np.arange(len(numbers)), radius))
    return np.concatenate([np.zeros((0, 2), np.int64), *blocks])


def everybody(numbers: NDArray[np.uint64], radius: int) -> NDArray[np.int64]:
    near = np.bitwise_count(numbers[:, None] ^ numbers) <= radius
    return np.argwhere(np.tril(near, -1))


@pytest.mark.parametrize("radius", [0, 1, 3, 4, 5, 8, 11, 64])
@pytest.mark.parametrize("count", [0, 1, 30, 1500])
def test_every_pair_within_the_radius_is_found_once(count: int, radius: int) -> None:
    numbers = alike(count)
    np.testing.assert_array_equal(found(numbers, radius), everybody(numbers, radius))


def test_pairs_come_in_blocks_where_they_are_too_many_to_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.full(200, 7, np.uint64)
    monkeypatch.setattr(hamming, "PAIRS_AT_ONCE", 1)
    blocks = list(Hashes.of(numbers).near(numbers, np.arange(200), 2))
    assert len(blocks) > 50 and max(map(len, blocks)) <= 200
    np.testing.assert_array_equal(np.concatenate(blocks), everybody(numbers, 2))


def test_a_query_need_not_be_one_of_the_hashes() -> None:
    [pairs] = Hashes.of(np.array([1, 2, 4], np.uint64)).near(np.array([0, 3], np.uint64), np.array([2, 3]), 1)
    assert pairs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize("radius", range(17))
def test_whoever_is_within_the_radius_has_a_part_that_is_near_enough(radius: int) -> None:
    """The pigeonhole: bits spread over four parts in any way leave one within its share."""
    radii = near_values(radius)[2]
    for a in range(radius + 1):
        for b in range(radius + 1 - a):
            for c in range(radius + 1 - a - b):
                bits = np.array([a, b, c, radius - a - b - c])
                assert (bits <= radii).any()
