"""Perceptual hashes against ImageHash's own values, and against the transform of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.fft import dct

from dataqual.images.hashes import TURNS, dhash, phash, shrunk, thumbnails, turned

WAVES = np.array(
    [[[128 + 90 * np.sin(x / (3 + k)) * np.cos(y / (5 - k)) for x in range(32)] for y in range(32)] for k in range(3)]
).astype(np.uint8)

IMAGEHASH = {
    "phash": ["f0f0f00f0f0f0f0f", "e01fe0e01fe01fe3", "bf4ab54a48b5c835"],
    "dhash": ["f8f8f8f8f8f8f8f8", "fcfcfcfcfcfcf803", "ffffffffff000000"],
}
"""What ImageHash 4.3.2 says of `WAVES`, for dhash of their first 8 rows and 9 columns."""


def test_a_picture_of_32_pixels_has_the_phash_of_imagehash() -> None:
    assert [f"{value:016x}" for value in phash(WAVES)] == IMAGEHASH["phash"]


def test_a_picture_of_9_by_8_pixels_has_the_dhash_of_imagehash() -> None:
    assert [f"{value:016x}" for value in dhash(WAVES[:, :8, :9])] == IMAGEHASH["dhash"]


def test_phash_is_where_the_cosine_transform_lies_above_its_median() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (20, 32, 32)).astype(np.uint8)
    low = dct(dct(pixels.astype(float), axis=1), axis=2)[:, :8, :8].reshape(20, 64)
    bits = low > np.median(low, axis=1, keepdims=True)
    assert [f"{value:064b}" for value in phash(pixels)] == ["".join("01"[int(b)] for b in row) for row in bits]


def test_the_package_itself_says_the_same() -> None:
    imagehash = pytest.importorskip("imagehash")
    pillow = pytest.importorskip("PIL.Image")
    for picture, ours in zip(WAVES, phash(WAVES), strict=True):
        assert str(imagehash.phash(pillow.fromarray(picture))) == f"{ours:016x}"


def _means(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float64]:
    """Every pixel cut into so many parts that areas are whole numbers of them."""
    fine = np.repeat(np.repeat(picture.astype(float), height, axis=0), width, axis=1)
    return fine.reshape(height, len(picture), width, picture.shape[1]).mean(axis=(1, 3))


@pytest.mark.parametrize(("height", "width"), [(32, 32), (5, 7), (40, 3), (1, 1), (100, 61)])
def test_shrinking_takes_means_over_areas(height: int, width: int) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (3, 40, 61)).astype(np.uint8)
    expected = np.stack([_means(picture, height, width) for picture in pixels])
    np.testing.assert_allclose(shrunk(pixels, height, width), expected, rtol=1e-5)


def test_thumbnails_of_pictures_that_have_their_size_are_the_pictures() -> None:
    np.testing.assert_array_equal(thumbnails(WAVES), WAVES)


def test_hashes_hardly_change_when_a_picture_becomes_brighter_or_twice_as_large() -> None:
    large = np.repeat(np.repeat(WAVES, 2, axis=1), 2, axis=2)
    brighter = (WAVES * 0.9).astype(np.uint8)
    for hashes in (phash, dhash):
        for other in (large, brighter):
            assert np.bitwise_count(hashes(WAVES) ^ hashes(other)).max() <= 4


def test_no_pictures_have_no_hashes() -> None:
    none = np.zeros((0, 20, 30), np.uint8)
    assert len(phash(none)) == len(dhash(none)) == 0


def test_every_way_to_turn_is_another_and_each_set_of_them_can_be_undone() -> None:
    picture = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    seen = {turned(picture, turn).tobytes() + bytes(turned(picture, turn).shape) for turn in TURNS["all"]}
    assert len(seen) == 8
    square = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)
    for turns in TURNS.values():
        ways = {turned(square, turn).tobytes() for turn in turns}
        twice = {turned(turned(square, one), other).tobytes() for one in turns for other in turns}
        assert twice == ways
