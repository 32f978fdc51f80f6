"""What is done to pictures: each for itself, of its shape, the same for the same chance, and as it is told."""

from __future__ import annotations

import numpy as np
import pytest

from dataqual.children import Chance
from dataqual.errors import SpecError
from dataqual.images.keeping import Keeping, shipped
from dataqual.images.operations import METHODS, Partner, Strength, made
from tests.images.pictures import shapes

GRAY = [picture[..., None] for picture in shapes(12, side=20)[0]]
COLOURS = list(shapes(6, side=24, colours=True)[0])
ALPHA = [np.dstack([picture, np.arange(576, dtype=np.uint8).reshape(24, 24)]) for picture in COLOURS[:3]]
ODD = [np.full((1, 1, 1), 9, np.uint8), np.arange(300, dtype=np.uint8).reshape(2, 50, 3)]
PICTURES = [*GRAY, *COLOURS, *ALPHA, *ODD]
PARTNERS = [Partner(GRAY[0], "bar"), Partner(COLOURS[1], "disk"), Partner(GRAY[2], "ring")]
CHANCES = [Chance(at) for at in range(len(PICTURES))]
LABELS = ["bar"] * len(PICTURES)

every_method = pytest.mark.parametrize("method", METHODS)


@every_method
def test_what_becomes_of_a_picture_depends_on_it_and_its_chance_alone(method: str) -> None:
    whole = made(PICTURES, CHANCES, [method], Strength(), labels=LABELS, partners=PARTNERS)
    for picture, chance, own in zip(PICTURES, CHANCES, whole, strict=True):
        [alone] = made([picture], [chance], [method], Strength(), labels=["bar"], partners=PARTNERS)
        assert np.array_equal(alone.pixels, own.pixels)
        assert alone.done == own.done
        assert own.pixels.shape == picture.shape
        assert own.pixels.dtype == np.uint8


@every_method
def test_another_chance_makes_another_picture_and_most_are_not_the_parent(method: str) -> None:
    once, again = (made(GRAY, [Chance(at + more) for at in range(12)], [method], Strength(), labels=["bar"] * 12, partners=PARTNERS)
                   for more in (0, 100))  # fmt: skip
    if method != "flip":
        assert sum(np.array_equal(a.pixels, b.pixels) for a, b in zip(once, again, strict=True)) <= 2
    assert sum(np.array_equal(a.pixels, b) for a, b in zip(once, GRAY, strict=True)) <= 4
    assert all(one.done for one in once)


def test_a_flip_is_numpys() -> None:
    sideways = made(COLOURS, CHANCES[:6], ["flip"], Strength(mirror="sideways"))
    down = made(COLOURS, CHANCES[:6], ["flip"], Strength(mirror="upside_down"))
    assert all(np.array_equal(a.pixels, b[:, ::-1]) for a, b in zip(sideways, COLOURS, strict=True))
    assert all(np.array_equal(a.pixels, b[::-1]) for a, b in zip(down, COLOURS, strict=True))
    either = made(COLOURS * 5, [Chance(at) for at in range(30)], ["flip"], Strength(mirror="both"))
    assert {one.done for one in either} == {("flip sideways",), ("flip upside down",)}


def test_a_turn_by_the_degrees_that_are_told_is_that_of_scipy() -> None:
    from scipy.ndimage import rotate

    [found] = made([GRAY[0]], [Chance(5)], ["rotate"], Strength(degrees=30))
    degrees = float(found.done[0].split()[1])
    theirs = rotate(GRAY[0][..., 0].astype(float), degrees, reshape=False, order=1, mode="nearest")
    assert np.abs(theirs - found.pixels[..., 0])[4:-4, 4:-4].mean() < 2  # what is told is rounded to a tenth
    other = rotate(GRAY[0][..., 0].astype(float), -degrees, reshape=False, order=1, mode="nearest")
    assert np.abs(other - found.pixels[..., 0]).mean() > 8


def test_a_crop_of_nearly_everything_is_nearly_the_picture_and_of_little_is_a_part_of_it() -> None:
    [all_of_it] = made([GRAY[0]], [Chance(1)], ["crop"], Strength(smallest=1.0))
    plain = np.full((30, 30, 1), 50, np.uint8)
    plain[:3] = 200  # only at the upper border
    few = made([plain] * 30, [Chance(at) for at in range(30)], ["crop"], Strength(smallest=0.05))
    assert all_of_it.done[0].startswith("crop ")
    assert any((one.pixels == 50).all() for one in few)


def test_mixup_lays_the_other_picture_over_it_in_the_share_that_is_told() -> None:
    dark, light = np.full((8, 8, 1), 0, np.uint8), np.full((8, 8, 1), 200, np.uint8)
    for one in made(
        [dark] * 20, CHANCES[:20], ["mixup"], Strength(), labels=["dark"] * 20, partners=[Partner(light, "light")]
    ):
        shares = dict(one.labels)
        assert shares["dark"] + shares["light"] == pytest.approx(1)
        assert shares["light"] <= 0.5
        assert one.pixels.max() == pytest.approx(200 * shares["light"], abs=0.51)


def test_cutmix_gives_labels_the_shares_of_the_area() -> None:
    dark, light = np.full((10, 14, 1), 0, np.uint8), np.full((10, 14, 1), 200, np.uint8)
    for one in made(
        [dark] * 20, CHANCES[:20], ["cutmix"], Strength(), labels=["dark"] * 20, partners=[Partner(light, "light")]
    ):
        assert dict(one.labels)["light"] == pytest.approx((one.pixels == 200).mean())
        assert 0 <= dict(one.labels)["light"] <= 0.55


def test_methods_go_one_after_the_other() -> None:
    [one] = made([COLOURS[0]], [Chance(3)], ["crop", "flip", "noise"], Strength())
    assert [word.split()[0] for word in one.done] == ["crop", "flip", "noise"]
    [other] = made([COLOURS[0]], [Chance(3)], ["noise", "flip", "crop"], Strength())
    assert [word.split()[0] for word in other.done] == ["noise", "flip", "crop"]


def test_alpha_stays_where_pixels_stay() -> None:
    for method in ("colour", "blur", "noise", "cutout"):
        assert np.array_equal(made(ALPHA[:1], CHANCES[:1], [method], Strength())[0].pixels[..., 3], ALPHA[0][..., 3])
    assert np.array_equal(made(ALPHA[:1], CHANCES[:1], ["flip"], Strength())[0].pixels, ALPHA[0][:, ::-1])


def test_what_ships_says_what_keeps_a_label() -> None:
    assert sorted(shipped()) == ["digits", "letters", "photos", "textures"]
    assert Keeping.of("photos").check(["flip"], {}).mirror == "sideways"
    assert Keeping.of("digits").check(["crop"], {"smallest": 0.9}).smallest == 0.9


def test_a_method_that_loses_the_label_is_refused_with_the_reason() -> None:
    with pytest.raises(SpecError) as caught:
        Keeping.of("digits").check(["crop", "flip"], {})
    assert str(caught.value) == (
        "flip does not keep the label of digits: a mirrored digit is none, and 6 upside down is 9; leave it out, or name "
        "another keeps_label"
    )
    with pytest.raises(SpecError, match="keeps_label: no kind of pictures 'digit'; did you mean 'digits'"):
        Keeping.of("digit")
