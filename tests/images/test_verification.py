"""Pixels decide: what is edited a little is a copy, what only looks alike is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dataqual.images.image import Images
from dataqual.images.verification import PLAIN, Card, Verified, cards, structure, verify
from tests.images.photographs import EDITS, brighter, compressed, photo

LEAST = 0.985


def compared(first: NDArray[np.uint8], second: NDArray[np.uint8], turns: tuple[int, ...] = (0,)) -> Verified:
    one, two = cards(Images.of([first, second]))
    return verify(one, two, turns)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_picture_is_a_copy(edit: str) -> None:
    for seed in range(8):
        found = compared(photo(seed), EDITS[edit](photo(seed)))
        assert found.holds(LEAST), found


def test_two_pictures_are_no_copies() -> None:
    assert not any(compared(photo(seed), photo(seed + 1)).holds(LEAST) for seed in range(20))


def test_the_same_form_with_another_number_on_it_is_no_copy() -> None:
    form = photo(3, 200, 200)
    other = form.copy()
    other[90:102, 80:110] = 255 - other[90:102, 80:110]
    assert compared(form, form).holds(LEAST)
    found = compared(form, other)
    assert found.worst > 1 and not found.holds(LEAST)


def test_another_colour_is_no_copy_but_none_at_all_is() -> None:
    picture = photo(4)
    swapped = np.ascontiguousarray(picture[..., ::-1])
    red = np.clip(picture + np.array([60, -30, 0]), 0, 255).astype(np.uint8)
    assert not compared(picture, red).holds(LEAST)
    gray = Images.of([picture]).luma[0][1][0]
    assert compared(picture, gray).holds(LEAST)
    assert compared(swapped, swapped).holds(LEAST)


def test_two_evening_skies_have_little_in_common() -> None:
    """A sky over another sky: only the lowest frequencies, and they are taken off."""
    rows = np.linspace(0, 1, 96)[:, None] * np.ones((1, 96))
    skies = [np.rint(80 + 90 * rows**power).astype(np.uint8) for power in (1.0, 1.3)]
    assert (structure(np.stack(skies)) < PLAIN).all()


def test_copies_may_be_turned_where_that_is_asked_for() -> None:
    picture = photo(5)
    mirrored, quarter = picture[:, ::-1], np.rot90(picture)
    for turned, turns in ((mirrored, (0, 4)), (quarter, (0, 1, 2, 3))):
        assert not compared(picture, turned).holds(LEAST)
        assert compared(picture, turned, turns).holds(LEAST)


def test_it_does_not_matter_which_is_named_first() -> None:
    one, two = cards(Images.of([photo(6), EDITS["JPEG 60"](photo(6))]))
    assert verify(one, two) == verify(two, one)


def test_the_similarity_of_whole_pictures_is_their_correlation() -> None:
    """Against numpy's: a little noise, so that the fit leaves all else as it is."""
    drawn = np.random.default_rng(0)
    picture = drawn.integers(60, 190, (40, 40)).astype(np.uint8)
    noisy = (picture + drawn.integers(-12, 13, (40, 40))).astype(np.uint8)
    found = verify(Card(picture, None), Card(noisy, None)).similarity
    assert found == pytest.approx(np.corrcoef(picture.ravel(), noisy.ravel())[0, 1], abs=0.004)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_blank_pictures_are_alike_in_nothing(value: int) -> None:
    blank = np.full((50, 50), value, np.uint8)
    assert compared(blank, blank).similarity == 0
    assert structure(blank[None])[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 90), (2, 2), (3, 500)])
def test_tiny_pictures_do_no_harm(height: int, width: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8)
    assert 0 <= compared(picture, picture).similarity <= 1


def test_at_a_threshold_of_one_only_the_same_is_a_copy() -> None:
    for seed in range(4):
        picture = photo(seed, 48, 64)
        twice = picture.repeat(2, axis=0).repeat(2, axis=1)[:96, :96]
        assert compared(picture, picture).holds(1) and compared(twice, picture[:48, :48]).holds(1)
        saved = compared(picture, compressed(picture, 90))
        assert 0.99 < saved.similarity < 1 and saved.holds(0.99) and not saved.holds(1)


def test_a_lower_threshold_lets_more_be_off() -> None:
    picture = photo(3, 200, 200)
    other = picture.copy()
    other[90:102, 80:110] = brighter(other[90:102, 80:110], 1.3)  # a place of its own
    found = compared(picture, other)
    assert found.worst > 1 and not found.holds(LEAST) and found.holds(0.9)


def test_at_the_usual_threshold_each_error_has_its_bound() -> None:
    """The same rule said a second way: a correlation that forgives noise, and two bounds."""
    drawn = np.random.default_rng(0)
    for left, noise, worst, tint in drawn.uniform(0, (0.06, 0.03, 1.6, 40), (2000, 4)):
        apart = np.sqrt(1 - max(left - noise, 0)) >= LEAST and worst <= 1 and tint <= 24
        assert Verified(left, noise, worst, 20.0, tint).holds(LEAST) == apart


def test_a_similarity_falls_with_every_error() -> None:
    drawn = np.random.default_rng(1)
    for errors in drawn.uniform(0, (0.9, 2, 60), (500, 3)):
        more = errors * drawn.uniform(1, 1.2, 3)
        one, other = (
            Verified(min(left, 1.0), 0.01, worst, 20.0, tint).similarity for left, worst, tint in (errors, more)
        )
        assert 0 <= other <= one <= 1
