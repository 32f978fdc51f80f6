"""No picture is lost because another one bears its name: children, edited ones, other labels, strange labels, copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

import dataqual
from dataqual.augmenting import augment
from dataqual.images.encoding import png
from dataqual.images.steps.spoil_blur import SpoilBlur
from dataqual.images.steps.spoil_labels import SpoilLabels
from dataqual.recipe import Recipe
from dataqual.steps.spoil_duplicates import SpoilDuplicates
from tests.images.pictures import shapes

STACK, NAMES = shapes(8, side=12)


def put(home: Path, *names: str) -> Path:
    for at, name in enumerate(names):
        place = home / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(STACK[at][..., None]))
    return home


def names(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def test_children_of_pictures_of_one_stem_are_all_there(tmp_path: Path) -> None:
    read = put(tmp_path / "in", "cat/1.png", "cat/1.jpg", "cat/A.png", "cat/a.PNG", "cat/1~crop-1.png", "deep/er/1.png")
    made = augment(str(read), str(tmp_path / "out"), method="crop", parameters={"gate": "none"}, seed=1)
    there = names(tmp_path / "out")
    assert made.added == 6
    assert len(there) == 12
    for path in read.rglob("*.*"):
        assert (tmp_path / "out" / path.relative_to(read)).read_bytes() == path.read_bytes()
    assert {"cat/1.png~crop-1.png", "cat/1.jpg~crop-1.png", "deep/er/1~crop-1.png"} <= {*there}


def test_edited_pictures_take_nobodys_name(tmp_path: Path) -> None:
    read = put(tmp_path / "in", "cat/1.jpg", "cat/1.jpg.png", "cat/1.png")
    done = dataqual.clean(str(read), tmp_path / "out", recipe=Recipe("blur", (SpoilBlur(dose=1.0),)))
    assert done.written == 3
    assert names(tmp_path / "out") == ["cat/1.jpg.png", "cat/1.jpg~.png", "cat/1.png"]


def test_pictures_of_other_labels_do_not_meet(tmp_path: Path) -> None:
    read = put(tmp_path / "in", "a/1.png", "b/1.png", "c/1.png", "a/2.png")
    done = dataqual.clean(str(read), tmp_path / "out", recipe=Recipe("labels", (SpoilLabels(dose=1.0),)))
    assert len(names(tmp_path / "out")) == done.written == 4


def test_copies_of_one_picture_lie_beside_it(tmp_path: Path) -> None:
    read = put(tmp_path / "in", "a/1.png", "b/2.png")
    done = dataqual.clean(str(read), tmp_path / "out", recipe=Recipe("copies", (SpoilDuplicates(dose=1.0),)))
    assert len(names(tmp_path / "out")) == done.written > 2


def test_strange_labels_of_a_table_have_folders_of_their_own(tmp_path: Path) -> None:
    labels = ["a/b", "a_b", "..", "", ".", "猫" * 200, "a\\b", "plain"]
    table = pl.DataFrame({"image": [png(one[..., None]) for one in STACK], "label": labels})
    table.write_parquet(tmp_path / "in.parquet")
    done = dataqual.clean(str(tmp_path / "in.parquet"), str(tmp_path / "out"), drop=["exact_copies"])
    there = names(tmp_path / "out")
    assert len(there) == done.written == 8
    assert len({name.partition("/")[0] for name in there}) == 8
    assert {"a_b/0000002.png", "plain/0000008.png"} <= {*there}


def test_two_tables_of_one_name_do_not_meet(tmp_path: Path) -> None:
    for folder, rows in (("x", STACK[:3]), ("y", STACK[3:6])):
        (tmp_path / folder).mkdir()
        pl.DataFrame({"image": [png(np.asarray(one)[..., None]) for one in rows]}).write_parquet(
            tmp_path / folder / "t.parquet"
        )
    paths = [str(tmp_path / folder / "t.parquet") for folder in "xy"]
    done = dataqual.clean(dataqual.read(paths), str(tmp_path / "out"), drop=["exact_copies"])
    assert len(names(tmp_path / "out")) == done.written == 6
