"""Arrays of a .npz beside its pictures: the rows of the pictures that stay, and the types they came in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dataqual
from dataqual.augmenting import augment
from dataqual.errors import InputError
from dataqual.writers.arrays import relabelled
from tests.images.pictures import shapes

STACK, _ = shapes(10, side=12)
TWICE = np.concatenate([STACK, STACK])
CODES = np.tile(np.arange(10, dtype=np.uint8) % 3, 2)


def deduplicated(tmp_path: Path, named: str = "", **arrays: Any) -> dict[str, np.ndarray]:
    np.savez(tmp_path / "a.npz", **arrays)
    dataqual.clean(f"{tmp_path}/a.npz{named}", tmp_path / "out.npz", drop="exact_copies")
    with np.load(tmp_path / "out.npz") as found:
        return dict(found)


def test_arrays_as_long_as_the_pictures_keep_their_rows_in_step(tmp_path: Path) -> None:
    weights = np.linspace(0, 1, 40).reshape(2, 20).T  # columns first
    found = deduplicated(
        tmp_path,
        images=TWICE,
        labels=CODES,
        ids=np.arange(20),
        w=weights,
        names=np.array(["a", "b", "c"]),
        n=np.array(7),
    )
    assert found["ids"].tolist() == list(range(10))
    assert np.array_equal(found["w"], weights[:10])
    assert np.array_equal(found["images"], STACK)
    assert found["names"].tolist() == ["a", "b", "c"]
    assert found["n"] == 7


def test_children_have_the_rows_of_their_parents(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=STACK, labels=CODES[:10], ids=np.arange(10), images_ids=np.arange(10) * 2)
    augment(str(tmp_path / "a.npz"), tmp_path / "more.npz", method="crop", parameters={"gate": "none"})
    found = np.load(tmp_path / "more.npz")
    assert found["ids"].tolist() == np.repeat(np.arange(10), 2).tolist()
    assert found["images_ids-2"].tolist() == np.repeat(np.arange(10) * 2, 2).tolist()


def test_pictures_that_belong_together_go_together_once_one_is_named(tmp_path: Path) -> None:
    masks = (np.arange(20 * 144) % 251).astype(np.uint8).reshape(20, 12, 12)
    with pytest.raises(InputError, match=r"images and masks of .*a.npz are equally long.* as .*a.npz:images"):
        deduplicated(tmp_path, images=TWICE, masks=masks)
    found = deduplicated(tmp_path, ":images", images=TWICE, masks=masks)
    assert np.array_equal(found["images"], STACK)
    assert np.array_equal(found["masks"], masks[:10])


def test_what_is_as_long_as_two_arrays_of_pictures_is_refused_where_rows_go(tmp_path: Path) -> None:
    both = {"x_train": TWICE, "y_train": CODES, "x_test": TWICE[::-1], "y_test": CODES}
    with pytest.raises(InputError, match=r"ids of .*a.npz is as long as several arrays of pictures"):
        deduplicated(tmp_path, **both, ids=np.arange(20))


def test_every_archive_keeps_its_own_arrays_where_names_repeat(tmp_path: Path) -> None:
    for name, factor in (("a", 1), ("b", 5)):
        np.savez(
            tmp_path / f"{name}.npz", images=STACK * np.uint8(factor), ids=np.arange(10) * factor, about=np.array(name)
        )
    both = dataqual.read([f"{tmp_path}/a.npz", f"{tmp_path}/b.npz"])
    dataqual.clean(both, tmp_path / "out.npz", drop="exact_copies")
    found = np.load(tmp_path / "out.npz")
    kept = len(found["images-2"])
    assert len(found["images"]) == len(found["ids"]) and len(found["ids-2"]) == kept
    assert [str(found[name]) for name in ("about", "about-2")] == ["a", "b"]


@pytest.mark.parametrize("labels", [np.arange(10) % 2 == 0, np.array([b"a", "猫".encode()] * 5), np.arange(10) % 2 / 3])
def test_labels_keep_type_and_value_where_only_pixels_change(labels: np.ndarray, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=STACK, labels=labels)
    augment(str(tmp_path / "a.npz"), tmp_path / "more.npz", method="crop,mixup", parameters={"gate": "none"})
    found = np.load(tmp_path / "more.npz")
    assert found["labels"].dtype == labels.dtype
    assert np.array_equal(found["labels"][found["images_parents"] == ""], labels)
    assert len(found["images_labels_of_shares"]) == 2


def test_labels_that_a_step_gave_have_the_type_of_the_others() -> None:
    told = {0: {"label": "false"}, 1: {"label": "true"}}
    assert relabelled(np.array([True, True, False]), told).tolist() == [False, True, False]
    assert relabelled(np.array([b"a", b"b"]), {0: {"label": "猫"}}).tolist() == ["猫".encode(), b"b"]


def test_edited_pictures_of_black_and_white_are_cut_at_the_middle(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=STACK >= 128)
    (tmp_path / "blur.yaml").write_text("steps: [{spoil_blur: {dose: 1.0}}]", encoding="utf-8")
    dataqual.clean(str(tmp_path / "a.npz"), tmp_path / "out.npz", recipe=str(tmp_path / "blur.yaml"))
    with np.load(tmp_path / "out.npz") as found:
        assert found["images"].dtype == bool
        assert abs(found["images"].mean() - (STACK >= 128).mean()) < 0.2


def test_a_picture_alone_in_an_array_is_joined_by_its_child(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    np.save(tmp_path / "a.npy", picture)
    augment(str(tmp_path / "a.npy"), tmp_path / "more.npz", method="crop", parameters={"gate": "none"})
    found = np.load(tmp_path / "more.npz")
    assert found["a"].shape == (2, 20, 20, 3)
    assert np.array_equal(found["a"][0], picture)
