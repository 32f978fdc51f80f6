"""Tables in memory with a column of pictures: every verb takes them, whatever a picture is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import dataqual
from dataqual.errors import InputError
from dataqual.images.encoding import png
from tests.images.pictures import shapes

STACK, NAMES = shapes(12, side=16, colours=True)
ROWS = [*range(12), 0]
"""The first is there twice."""


def pillow(at: int) -> Any:
    return Image.fromarray(STACK[at])


def array(at: int) -> Any:
    return STACK[at]


def data(at: int) -> Any:
    return png(STACK[at])


def mapping(at: int) -> Any:
    return {"bytes": png(STACK[at]), "path": None}


def columns(picture: Callable[[int], Any]) -> dict[str, list[Any]]:
    return {
        "id": [f"p{row}" for row in range(len(ROWS))],
        "image": [picture(at) for at in ROWS],
        "label": [NAMES[at] for at in ROWS],
    }


class Image_:
    """As `datasets.Image` is: told by its name."""

    def __init__(self, decode: bool = True) -> None:
        self.decode = decode


Image_.__name__ = "Image"


class Dataset:
    """As much of a `datasets.Dataset` as is asked for: pictures are decoded unless they are cast."""

    def __init__(self, held: dict[str, list[Any]], decode: bool = True) -> None:
        self.held, self.decode = held, decode
        self.features = {name: Image_(decode) if name == "image" else object() for name in held}
        self.column_names = list(held)

    def cast_column(self, name: str, feature: Image_) -> Dataset:
        assert name == "image" and not feature.decode
        return Dataset(self.held, decode=False)

    def with_format(self, name: str) -> Any:
        raise AssertionError("pictures are no frames")

    def __len__(self) -> int:
        return len(self.held["id"])

    def __getitem__(self, at: int) -> dict[str, Any]:
        row = {name: values[at] for name, values in self.held.items()}
        if self.decode:
            row["image"] = Image.open(io.BytesIO(row["image"]["bytes"]))
        return row

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[at] for at in range(len(self)))


def records(picture: Callable[[int], Any]) -> list[dict[str, Any]]:
    held = columns(picture)
    return [dict(zip(held, row, strict=True)) for row in zip(*held.values(), strict=True)]


def objects(picture: Callable[[int], Any]) -> pl.DataFrame:
    held = columns(picture)
    return pl.DataFrame([pl.Series(name, values, dtype=pl.Object if name == "image" else None) for name, values in held.items()])  # fmt: skip


def arrays(picture: Callable[[int], Any]) -> pl.DataFrame:
    held = columns(picture)
    stack = pl.Series("image", np.stack(held["image"])[..., 0], dtype=pl.Array(pl.UInt8, (16, 16)))
    return pl.DataFrame([pl.Series("id", held["id"]), stack, pl.Series("label", held["label"])])


CASES: dict[str, Any] = {
    **{f"list, {one.__name__}": lambda one=one: records(one) for one in (pillow, array, data, mapping)},
    **{f"pandas, {one.__name__}": lambda one=one: pd.DataFrame(columns(one)) for one in (pillow, array, data, mapping)},
    **{f"polars objects, {one.__name__}": lambda one=one: objects(one) for one in (pillow, array)},
    **{f"polars, {one.__name__}": lambda one=one: pl.DataFrame(columns(one)) for one in (data, mapping)},
    "polars, fixed arrays": lambda: arrays(array),
    "datasets": lambda: Dataset(columns(mapping)),
}
every_case = pytest.mark.parametrize("made", [pytest.param(made, id=name) for name, made in CASES.items()])


@every_case
def test_pictures_in_a_column_are_read(made: Callable[[], Any]) -> None:
    corpus = dataqual.Corpus.of(made())
    assert corpus.view == "image"
    assert (corpus.columns.text, corpus.columns.id, corpus.columns.label) == ("image", "id", "label")
    [batch] = corpus.batches()
    assert batch.columns["label"].to_list() == [NAMES[at] for at in ROWS]
    assert batch.images is not None
    for row, at in enumerate(ROWS):
        assert np.array_equal(batch.images[row][..., 0], STACK[at][..., 0])


@every_case
def test_copies_go_and_the_profile_knows_them(made: Callable[[], Any], tmp_path: Path) -> None:
    done = dataqual.dedup(made(), tmp_path / "out")
    assert (done.read, done.dropped) == (13, 1)
    left = dataqual.read(tmp_path / "out")
    assert {row for batch in left.batches() for row in batch.columns["label"].to_list()} == set(NAMES)
    assert sum(map(len, left.batches())) == 12


def test_every_verb_takes_a_frame_of_pictures(tmp_path: Path) -> None:
    frame = pd.DataFrame(columns(pillow))
    profile = dataqual.profile(frame, skip=["labels"])
    assert profile["exact_copies"].detail["documents"] == 1
    assert dataqual.clean(frame, tmp_path / "clean", drop=["exact_copies"]).dropped == 1
    assert dataqual.check(frame, [{"metric": "exact_copies", "max": 0.5}]).ok
    assert dataqual.check(Dataset(columns(mapping)), [{"metric": "exact_copies", "max": 0.5}]).ok
    assert dataqual.leakage(frame, frame.head(3)).readings["leaked"].value == 1
    assert dataqual.split(frame, tmp_path / "parts", parts={"train": 0.5, "test": 0.5}).read == 13
    assert dataqual.label_errors(frame).conflicts.value == 0


def test_a_row_without_a_picture_costs_itself_alone() -> None:
    rows = records(pillow)
    rows[2]["image"] = None
    rows[3]["image"] = np.zeros((4, 4), np.float32)
    rows[4]["image"] = b"GIF8 broken"
    corpus = dataqual.Corpus.of(rows, max_unreadable=0.5)
    [batch] = corpus.batches()
    assert len(batch) == 10
    assert [(bad.record, bad.kind, bad.reason) for bad in batch.unreadable][:2] == [
        (3, "missing picture", "'image' is null"),
        (4, "not a picture", "an array of float32, not of uint8 from 0 to 255"),
    ]


def test_texts_beside_pictures_are_read_unless_the_pictures_are_named() -> None:
    rows = [row | {"text": "a caption"} for row in records(pillow)]
    captions = dataqual.Corpus.of(pd.DataFrame(rows))
    assert captions.view == "text"
    assert captions.notes[0] == "texts are read, and the pictures in 'image' are not; --text image reads them instead"
    assert dataqual.Corpus.of(pd.DataFrame(rows), text="image").view == "image"


def test_records_that_come_once_are_one_clear_line() -> None:
    with pytest.raises(InputError, match=r"records that come once hold pictures in 'image'.*make a list of them"):
        dataqual.Corpus.of(iter(records(pillow)))


def test_tables_without_pictures_are_texts() -> None:
    for table in (pd.DataFrame({"text": ["a", None]}), pl.DataFrame({"text": ["a"], "n": [[1, 2]]}), [{"text": "a"}]):
        assert dataqual.Corpus.of(table).view == "text"


def test_columns_that_go_along_with_no_picture_are_told() -> None:
    rows = [row | {"caption": f"cat {at}", "score": at} for at, row in enumerate(records(pillow))]
    beside = [name for name in rows[0] if name not in ("image", "label")]
    said = [note for note in dataqual.Corpus.of(rows).notes if "do not: " in note]
    assert said == [f"where pictures are written, their labels go along, and these columns do not: {', '.join(beside)}"]
    bare = [{"image": row["image"], "label": row["label"]} for row in rows]
    assert not [note for note in dataqual.Corpus.of(bare).notes if "do not: " in note]
