"""What steps made of pictures, or called otherwise, as it is written: into a folder, into a .npz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import dataqual
from dataqual.augmenting import augment
from dataqual.images.encoding import png
from tests.images.pictures import shapes

STACK, NAMES = shapes(24, side=12)
CODES = np.array([["bar", "disk", "ring"].index(name) for name in NAMES], np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for at, (picture, name) in enumerate(zip(STACK, NAMES, strict=True)):
        place = tmp_path / "shapes" / name / f"{at}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(picture[..., None]))
    return tmp_path / "shapes"


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    np.savez(tmp_path / "shapes.npz", x=STACK, y=CODES)
    return tmp_path / "shapes.npz"


def test_children_lie_beside_their_parents_which_keep_their_bytes(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = augment(str(folder), str(out) + "/", method="crop", parameters={"gate": "none"}, seed=1)
    assert made.added == 24
    assert all((out / path.relative_to(folder)).read_bytes() == path.read_bytes() for path in folder.rglob("*.png"))
    children = sorted(path.relative_to(out).as_posix() for path in out.rglob("*~*"))
    assert len(children) == 24
    assert "bar/0~crop-1.png" in children
    ledger = pl.read_parquet(tmp_path / "out.ledger.parquet")
    row = ledger.filter(pl.col("parent") == "bar/0.png").row(0, named=True)
    assert (row["id"], row["action"]) == ("bar/0.png~crop-1", "added")
    assert row["evidence"].startswith("crop 0.")
    again = dataqual.read(str(out))
    assert sum(len(batch) for batch in again.batches()) == 48


def test_the_same_command_gives_the_same_bytes_whatever_the_workers(arrays: Path, tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("two", 3)):
        augment(
            str(arrays), tmp_path / f"{name}.npz", method="crop,noise", parameters={"gate": "none"}, workers=workers
        )
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_an_array_says_what_was_made_of_what_and_the_pictures_stay(arrays: Path, tmp_path: Path) -> None:
    augment(str(arrays), tmp_path / "more.npz", method="crop", parameters={"gate": "none"})
    found = np.load(tmp_path / "more.npz")
    assert np.array_equal(found["x"][::2], STACK)
    assert found["y"].dtype == np.uint8
    assert np.array_equal(found["y"], np.repeat(CODES, 2))
    assert found["x_parents"].tolist()[:2] == ["", "shapes.npz:1"]
    assert found["x_ids"].tolist()[1] == "shapes.npz:1~crop-1"


def test_mixed_pictures_have_their_shares_in_an_array(arrays: Path, tmp_path: Path) -> None:
    augment(str(arrays), tmp_path / "mixed.npz", method="mixup", parameters={"gate": "none"})
    found = np.load(tmp_path / "mixed.npz")
    shares = found["x_shares"]
    assert found["x_labels_of_shares"].tolist() == ["0", "1", "2"]
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    made = found["x_parents"] != ""
    assert np.array_equal(shares[~made], np.eye(3, dtype=np.float32)[found["y"][~made]])
    assert (shares[made].max(1) < 1).sum() > 5


def test_labels_that_were_the_only_array_beside_pictures_are_read_again_beside_their_children(tmp_path: Path) -> None:
    np.savez(tmp_path / "shapes.npz", images=STACK, target=CODES)
    augment(str(tmp_path / "shapes.npz"), tmp_path / "mixed.npz", method="mixup", parameters={"gate": "none"}, seed=1)
    again = dataqual.read(tmp_path / "mixed.npz")
    labels = [label for batch in again.batches() for label in batch.columns["label"].to_list()]
    assert labels == np.load(tmp_path / "mixed.npz")["target"].astype(str).tolist() and len(labels) > len(CODES)
    left = "images_ids, images_parents, images_shares, images_labels_of_shares"
    assert any(f"not looked at: {left}" in note for note in again.notes)
    augment(str(tmp_path / "mixed.npz"), tmp_path / "more.npz", method="crop", parameters={"gate": "none"}, seed=1)
    more, before = (np.load(tmp_path / name) for name in ("more.npz", "mixed.npz"))
    parents = {one: at for at, one in enumerate(["", *(f"mixed.npz:{n + 1}" for n in range(len(labels)))], -1)}
    children = np.flatnonzero(more["images_parents"] != "")
    own = [parents[one] for one in more["images_parents"][children]]
    assert np.array_equal(more["images_shares"][children], before["images_shares"][own])


def test_spoilt_labels_are_written_to_arrays_and_to_folders_and_pixels_stay(
    arrays: Path, folder: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "spoil.yaml"
    recipe.write_text("steps: [{spoil_labels: {dose: 0.5}}]", encoding="utf-8")
    dataqual.clean(str(arrays), tmp_path / "spoilt.npz", recipe=str(recipe))
    found = np.load(tmp_path / "spoilt.npz")
    assert np.array_equal(found["x"], STACK)
    assert found["y"].dtype == np.uint8
    changed = int((found["y"] != CODES).sum())
    ledger = pl.read_parquet(tmp_path / "spoilt.npz.ledger.parquet")
    assert changed == len(ledger.filter(pl.col("action") == "edited")) > 5
    dataqual.clean(str(folder), tmp_path / "spoilt", recipe=str(recipe))
    before = {path.name: path for path in folder.rglob("*.png")}
    after = {path.name: path for path in (tmp_path / "spoilt").rglob("*.png")}
    assert set(before) == set(after)
    moved = [name for name in before if before[name].parent.name != after[name].parent.name]
    assert len(moved) > 5
    assert all(before[name].read_bytes() == after[name].read_bytes() for name in before)
