"""Features: trained, the same for the same seed, each picture on its own, and what they are saved as."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataqual.errors import InputError
from dataqual.images.features import (
    Classifier,
    Features,
    PrincipalComponents,
    Rotations,
    features_of,
    load,
)
from dataqual.images.squares import squares
from tests.images.pictures import SHAPES, shapes

PICTURES, NAMES = shapes(90)
FEW = 60
"""Steps of training where only that they are the same counts."""


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.fit(PICTURES, NAMES, steps=FEW, seed=1)


def test_a_classifier_tells_shapes_apart_that_it_never_saw(classifier: Classifier) -> None:
    others, names = shapes(60, seed=9)
    told = classifier.probabilities(others)
    assert classifier.labels == SHAPES
    np.testing.assert_allclose(told.sum(1), 1)
    assert np.mean([classifier.labels[at] == name for at, name in zip(told.argmax(1), names, strict=True)]) > 0.9


def test_the_same_seed_gives_the_same_weights_and_another_one_others(classifier: Classifier) -> None:
    again = Classifier.fit(PICTURES, NAMES, steps=FEW, seed=1)
    assert again.digest == classifier.digest
    assert again.name == classifier.name
    assert Classifier.fit(PICTURES, NAMES, steps=2, seed=2).digest != classifier.digest


def test_parts_that_learn_at_once_learn_the_same_as_one_after_the_other_and_as_alone() -> None:
    parts = [np.arange(0, 60), np.arange(30, 90), np.arange(0, 90, 2)]
    told: dict[str, Any] = {"steps": 3, "known": SHAPES}
    alone = [Classifier.fit(PICTURES[rows], [NAMES[row] for row in rows], **told).digest for rows in parts]
    for threads in (1, 3):
        each = Classifier.fit_each(PICTURES, NAMES, parts, threads=threads, **told)
        assert [one.digest for one in each] == alone


def test_a_vector_depends_on_its_picture_alone(classifier: Classifier) -> None:
    whole = classifier.of(PICTURES)
    parts = np.concatenate([classifier.of(PICTURES[at : at + 7]) for at in range(0, len(PICTURES), 7)])
    assert np.array_equal(whole, parts)
    assert np.array_equal(classifier.of(PICTURES[::-1]), whole[::-1])
    assert whole.shape == (90, 64)
    assert whole.dtype == np.float32


def by_labels(pictures: object) -> Features:
    return Classifier.fit(pictures, NAMES, steps=3)


def by_rotation(pictures: object) -> Features:
    return Rotations.fit_unlabelled(pictures, steps=3)


@pytest.mark.parametrize("fit", [by_labels, by_rotation, PrincipalComponents.fit])
def test_features_are_loaded_as_they_were_saved(fit: Callable[[object], Features], tmp_path: Path) -> None:
    made = fit(PICTURES)
    made.save(tmp_path / "one.npz")
    made.save(tmp_path / "other.npz")
    again = load(tmp_path / "one.npz")
    assert type(again) is type(made)
    assert again.name == made.name
    assert np.array_equal(again.of(PICTURES), made.of(PICTURES))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_what_is_no_features_file_is_refused_in_one_line(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(InputError, match=r"holds no features; expected a file that Features\.save wrote"):
        load(tmp_path / "other.npz")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "nowhere.npz")


def test_principal_components_are_those_of_a_singular_value_decomposition() -> None:
    made = PrincipalComponents.fit(PICTURES, dimensions=4, side=8)
    flat = squares(PICTURES, 8, 1).reshape(len(PICTURES), -1).astype(np.float64)
    left, values, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    np.testing.assert_allclose(np.abs(made.of(PICTURES)), np.abs(left[:, :4] * values[:4]), atol=1e-4)


def test_without_two_labels_features_are_made_by_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.images.features.FEWEST", 2)
    monkeypatch.setattr("dataqual.images.features.MOST", 2)
    assert features_of(PICTURES).kind == "rotations"
    assert features_of(PICTURES, ["a"] * 90).kind == "rotations"
    assert features_of(PICTURES, NAMES).kind == "classifier"


def test_a_classifier_needs_two_labels_and_one_for_each_picture() -> None:
    with pytest.raises(InputError, match="1 label: a classifier tells two or more apart"):
        Classifier.fit(PICTURES, ["a"] * 90)
    with pytest.raises(InputError, match="2 labels for 90 pictures"):
        Classifier.fit(PICTURES, ["a", "b"])


def test_soft_labels_of_one_and_nothing_teach_what_labels_teach() -> None:
    codes = np.array([SHAPES.index(name) for name in NAMES])
    soft = Classifier.fit(PICTURES, np.eye(3)[codes], known=SHAPES, steps=5)
    hard = Classifier.fit(PICTURES, NAMES, steps=5)
    np.testing.assert_allclose(soft.probabilities(PICTURES), hard.probabilities(PICTURES), atol=1e-5)


@pytest.mark.parametrize(("high", "wide", "channels"), [(1, 1, 1), (3, 100, 3), (64, 64, 4), (300, 200, 3), (9, 9, 2)])
def test_pictures_of_any_shape_become_squares(high: int, wide: int, channels: int) -> None:
    image = np.full((high, wide, channels), 200, np.uint8)
    image[..., -1] = 255 if channels in (2, 4) else 200
    for wanted in (1, 3):
        found = squares([image], 12, wanted)
        assert found.shape == (1, wanted, 12, 12)
        np.testing.assert_allclose(found, 200 / 255, atol=1e-3)


def test_a_square_is_the_mean_of_what_each_pixel_covers() -> None:
    image = np.random.default_rng(0).integers(0, 256, (12, 8), dtype=np.uint8)
    means = image.reshape(4, 3, 4, 2).mean((1, 3)) / 255
    np.testing.assert_allclose(squares(image[None], 4, 1)[0, 0], means, atol=1e-5)


def test_what_is_transparent_lies_on_white() -> None:
    image = np.zeros((1, 4, 4, 4), np.uint8)
    np.testing.assert_allclose(squares(image, 4, 3), 1)


def test_no_pictures_give_no_vectors(classifier: Classifier) -> None:
    none = np.zeros((0, 28, 28), np.uint8)
    assert classifier.of(none).shape == (0, 64)
    assert classifier.probabilities(none).shape == (0, 3)
    assert PrincipalComponents.fit(none).of(none).shape == (0, 1)


def test_an_array_that_holds_no_pictures_is_refused() -> None:
    with pytest.raises(InputError, match=r"an array float64 \(2, 28, 28\) holds no pictures"):
        squares(np.zeros((2, 28, 28)), 8, 1)
