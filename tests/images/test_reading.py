"""Corpora of pictures: found by themselves, labelled by folder or array, damaged ones told with the reason."""

from __future__ import annotations

import gzip
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import dataqual
from dataqual.corpus import Corpus
from dataqual.errors import InputError, UnknownColumn
from dataqual.images import Images
from dataqual.images.reading import arrays, files
from dataqual.readers.parquet import Parquet
from tests.images.test_image import claiming, encoded, noise


def written(folder: Path, pictures: dict[str, bytes]) -> Path:
    for name, data in pictures.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def all_of(corpus: Corpus) -> Images:
    assert corpus.view == "image"
    return Images.joined([batch.images for batch in corpus.batches() if batch.images is not None])


def labels(corpus: Corpus, role: str = "label") -> list[str | None]:
    return [value for batch in corpus.batches() for value in batch.columns[role].to_list()]


def test_a_folder_of_pictures_is_read_with_its_folders_as_labels_and_its_bytes_as_they_are(tmp_path: Path) -> None:
    pictures = {
        "cat/a.png": encoded(noise(4, 6, 3)),
        "dog/b.jpg": encoded(noise(8, 8, 3), "jpeg"),
        "dog/c.png": encoded(noise(4, 6)),
    }
    corpus = dataqual.read(written(tmp_path / "pets", pictures))
    [batch] = corpus.batches()
    assert [corpus.files[file].path for file in batch.file] == [str(tmp_path / "pets" / name) for name in pictures]
    assert batch.record.tolist() == [1, 1, 1]
    assert list(batch.raw) == list(pictures.values())
    assert batch.columns.to_dicts() == [
        {"id": "cat/a.png", "label": "cat"}, {"id": "dog/b.jpg", "label": "dog"}, {"id": "dog/c.png", "label": "dog"},
    ]  # fmt: skip
    assert batch.images is not None
    assert batch.images.formats == ["png", "jpeg", "png"]
    assert [batch.text[row] for row in range(3)] == ["", "", ""]
    assert corpus.notes == ("label: the folder of each picture (--label names another column)",)
    half = batch.where(np.array([False, True, True]))
    assert half.images is not None
    assert half.images.widths.tolist() == [8, 6]
    assert pickle.loads(pickle.dumps(corpus)).sources.keys() == {"picture"}
    assert corpus.pictures([(2, 1), (0, 1)]).channels.tolist() == [1, 3]  # type: ignore[attr-defined]


def test_parts_of_a_data_set_are_groups_and_loose_pictures_have_no_label(tmp_path: Path) -> None:
    one = encoded(noise(2, 2))
    parts = dataqual.read(
        written(tmp_path / "set", {"test/cat/1.png": one, "train/cat/1.png": one, "train/dog/1.png": one})
    )
    assert labels(parts) == ["cat", "cat", "dog"]
    assert labels(parts, "group") == ["test", "train", "train"]
    loose = written(tmp_path / "loose", {"a.png": one, "more/b.png": one})
    assert dataqual.read(loose).columns.label is None
    assert labels(dataqual.read(loose, label="folder")) == [None, "more"]
    assert labels(dataqual.read(f"{loose}/**/*.png", label="folder"), "id") == ["a.png", "more/b.png"]
    with pytest.raises(UnknownColumn, match="--label: no column 'folded' of files; did you mean 'folder'"):
        dataqual.read(loose, label="folded")


def test_what_is_broken_costs_only_itself(tmp_path: Path) -> None:
    good = encoded(noise(40, 40, 3))
    folder = written(
        tmp_path / "some",
        {"bomb.png": claiming(60_000, 60_000), "cut.png": good[:700], "empty.jpg": b"", "fine.png": good, "liar.png": encoded(noise(9, 9), "jpeg"),
         "page.gif": b"<html>"},
    )  # fmt: skip
    corpus = dataqual.read(folder)
    [batch] = corpus.batches()
    assert [corpus.files[int(file)].path.rsplit("/", 1)[-1] for file in batch.file] == ["fine.png", "liar.png"]
    assert [(corpus.files[bad.file].path.rsplit("/", 1)[-1], bad.record, bad.kind) for bad in batch.unreadable] == [
        ("bomb.png", 1, "too many pixels"), ("cut.png", 1, "truncated picture"), ("empty.jpg", 1, "empty file"), ("page.gif", 1, "not a picture"),
    ]  # fmt: skip
    assert batch.images is not None
    assert [told.mislabelled for told in batch.images.told] == [False, True]


def test_a_folder_of_both_kinds_asks_which_is_meant(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "both",
        {"a.png": encoded(noise(2, 2)), "b.png": encoded(noise(2, 2)), "a.txt": b"text", "README.md": b"x"},
    )
    with pytest.raises(InputError) as caught:
        dataqual.read(folder)
    assert (
        str(caught.value)
        == "2 files (.png) of pictures and 1 file (.txt) of texts; say which: 'FOLDER/**/*.png' or 'FOLDER/**/*.txt'"
    )
    assert dataqual.read(f"{folder}/*.txt").view == "text"
    assert len(all_of(dataqual.read(f"{folder}/*.png"))) == 2


def test_an_npz_is_read_array_by_array_with_its_labels(tmp_path: Path) -> None:
    x, y, z = noise(5, 4, 3), np.arange(5), noise(2, 4, 3)
    np.savez_compressed(
        tmp_path / "a.npz", x_train=x, y_train=y, x_test=z, y_test=np.array([[7], [8]]), about=np.array("me")
    )
    corpus = dataqual.read(tmp_path / "a.npz")
    assert [file.path for file in corpus.files] == [f"{tmp_path}/a.npz:x_train", f"{tmp_path}/a.npz:x_test"]
    assert labels(corpus) == ["0", "1", "2", "3", "4", "7", "8"]
    assert labels(corpus, "group") == ["x_train"] * 5 + ["x_test"] * 2
    assert [all_of(corpus)[row][..., 0].tolist() for row in range(7)] == [*x.tolist(), *z.tolist()]
    assert corpus.pictures([(1, 2)])[0][..., 0].tolist() == z[1].tolist()  # type: ignore[attr-defined]
    assert corpus.notes == (
        f"{tmp_path}/a.npz: 5 pictures of 4 × 3 in x_train, labels in y_train",
        f"{tmp_path}/a.npz: 2 pictures of 4 × 3 in x_test, labels in y_test",
        f"{tmp_path}/a.npz: not looked at: about",
    )
    assert corpus.holds(tmp_path / "a.npz")
    alone = dataqual.read(f"{tmp_path}/a.npz:x_test")
    assert labels(alone) == ["7", "8"]
    with pytest.raises(InputError, match=r"a.npz: no array 'x_tset'; did you mean 'x_test'"):
        dataqual.read(f"{tmp_path}/a.npz:x_tset")


def test_ids_and_weights_that_stand_alone_beside_pictures_are_no_labels(tmp_path: Path) -> None:
    x = noise(6, 4, 3)
    for name, values in (("ids", np.arange(6)), ("w", np.linspace(0, 1, 6))):
        np.savez(tmp_path / "a.npz", pictures=x, **{name: values})
        corpus = dataqual.read(tmp_path / "a.npz")
        assert corpus.columns.label is None
        assert any(f"{name} is not taken for labels" in note for note in corpus.notes)
    assert labels(dataqual.read(tmp_path / "a.npz", label="w"))[0] == "0.0"
    for name, values in (("labels", np.arange(6)), ("kind", np.arange(6) % 3)):
        np.savez(tmp_path / "b.npz", pictures=x, **{name: values})
        assert labels(dataqual.read(tmp_path / "b.npz"))[:3] == ["0", "1", "2"]


FORMS: dict[str, Callable[[Any], Any]] = {
    "uint8": lambda x: x,
    "floats to 1": lambda x: (x / 255).astype(np.float32),
    "floats to 255": lambda x: x.astype(np.float64),
    "16 bits": lambda x: x.astype(np.uint16) * 257,
    "channels first": lambda x: x.transpose(0, 3, 1, 2),
    "whole numbers": lambda x: x.astype(np.int64),
}


@pytest.mark.parametrize("form", FORMS)
def test_arrays_of_every_form_become_the_same_pictures(form: str, tmp_path: Path) -> None:
    x = noise(6, 7, 5, 3)
    x[0, 0, 0, 0] = 255
    np.savez(tmp_path / "a.npz", images=FORMS[form](x))
    np.save(tmp_path / "b.npy", FORMS[form](x))
    for name in ("a.npz", "b.npy"):
        images = all_of(dataqual.read(tmp_path / name))
        assert [images[row].tolist() for row in range(6)] == x.tolist()


def test_numbers_that_nothing_calls_white_are_refused_or_unreadable(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.full((2, 4, 4), -1.0))
    with pytest.raises(
        InputError,
        match=r"a.npy: float64 from -1 to -1; pictures are of uint8, or numbers from 0 to 1 or from 0 to 255",
    ):
        dataqual.read(tmp_path / "a.npy")
    late = np.zeros((400, 2, 2))
    late[300, 0, 0], late[301, 0, 0] = 3, np.nan
    np.save(tmp_path / "late.npy", late)
    [batch] = dataqual.read(tmp_path / "late.npy").batches()
    assert [(bad.record, bad.kind) for bad in batch.unreadable] == [(301, "unknown range"), (302, "unknown range")]
    assert len(batch) == 398


def test_objects_of_python_are_never_unpacked(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([[[print]]], object))
    with pytest.raises(InputError, match="no array of pictures"):
        dataqual.read(tmp_path / "a.npz")


def idx(array: np.ndarray) -> bytes:
    return struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_files_find_the_labels_beside_them(tmp_path: Path, ending: str) -> None:
    pack = gzip.compress if ending else bytes
    x, y = noise(4, 3, 3), np.array([3, 1, 4, 1], np.uint8)
    written(
        tmp_path, {f"train-images-idx3-ubyte{ending}": pack(idx(x)), f"train-labels-idx1-ubyte{ending}": pack(idx(y))}
    )
    for corpus in (dataqual.read(tmp_path / f"train-images-idx3-ubyte{ending}"), dataqual.read(tmp_path)):
        assert labels(corpus) == ["3", "1", "4", "1"]
        assert all_of(corpus)[3][..., 0].tolist() == x[3].tolist()
    with pytest.raises(InputError, match="labels alone"):
        dataqual.read(tmp_path / f"train-labels-idx1-ubyte{ending}")


def test_an_archive_that_ends_early_gives_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "a-idx3-ubyte").write_bytes(idx(noise(9, 4, 4))[: 16 + 5 * 16 + 3])
    [batch] = dataqual.read(tmp_path / "a-idx3-ubyte").batches()
    assert len(batch) == 5
    assert [(bad.record, bad.kind, bad.reason) for bad in batch.unreadable] == [
        (6, "damaged archive", "cannot be read from picture 6 on: 9 pictures are announced, 5 are there")
    ]


def test_large_arrays_come_in_batches_that_do_not_depend_on_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "CHUNK_RECORDS", 4)
    np.save(tmp_path / "a.npy", x := noise(10, 3, 3))
    corpus = dataqual.read(tmp_path / "a.npy")
    assert [piece.records for piece in corpus.pieces()] == [4, 4, 2]
    assert all_of(corpus)[9][..., 0].tolist() == x[9].tolist()


def test_tables_hold_pictures_as_bytes_or_as_paths(tmp_path: Path) -> None:
    x = noise(3, 4, 4, 3)
    data = [encoded(picture) for picture in x]
    written(tmp_path, {f"{at}.png": one for at, one in enumerate(data)})
    pl.DataFrame(
        {"image": [{"bytes": one, "path": f"{at}.png"} for at, one in enumerate(data)], "label": [1, 2, 3]}
    ).write_parquet(tmp_path / "hf.parquet")
    pl.DataFrame({"img": data, "label": [1, 2, 3]}).write_parquet(tmp_path / "bytes.parquet")
    pl.DataFrame({"img": data, "label": [1, 2, 3]}).write_ipc_stream(tmp_path / "bytes.arrow")
    pl.DataFrame({"file_name": [f"{at}.png" for at in range(3)], "label": [1, 2, 3]}).write_csv(tmp_path / "paths.csv")
    (tmp_path / "paths.jsonl").write_text(
        "".join(json.dumps({"image": f"{at}.png", "label": at + 1}) + "\n" for at in range(3))
    )
    for name in ("hf.parquet", "bytes.parquet", "bytes.arrow", "paths.csv", "paths.jsonl"):
        corpus = dataqual.read(tmp_path / name)
        images = all_of(corpus)
        assert [images[row].tolist() for row in range(3)] == x.tolist(), name
        assert labels(corpus) == ["1", "2", "3"]
        assert corpus.pictures([(0, 2)])[0].tolist() == x[1].tolist()  # type: ignore[attr-defined]


def test_tables_of_several_files_are_read_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        pl.DataFrame({"img": [encoded(one) for one in noise(2, 4, 4, 3)]}).write_parquet(tmp_path / f"{name}.parquet")
    corpus = dataqual.read([tmp_path / f"{name}.parquet" for name in "abc"])
    read: list[int] = []
    pieces = Parquet.pieces

    def counted(self: Parquet, index: int, *more: Any) -> Any:
        read.append(index)
        return pieces(self, index, *more)

    monkeypatch.setattr(Parquet, "pieces", counted)
    assert len(all_of(corpus)) == 6
    assert read == [0, 1, 2]


def test_a_record_without_a_picture_is_told(tmp_path: Path) -> None:
    written(tmp_path, {"a.png": encoded(noise(3, 3)), "b.png": b"nothing"})
    lines = ['{"image": "a.png"}', "{", '{"image": null}', '{"image": "no.png"}', '{"image": "b.png"}', '{"other": 1}']
    (tmp_path / "t.jsonl").write_text("\n".join(lines) + "\n")
    [batch] = dataqual.read(tmp_path / "t.jsonl").batches()
    assert batch.record.tolist() == [1]
    assert [(bad.record, bad.kind) for bad in batch.unreadable] == [
        (2, "not JSON"), (3, "missing picture"), (4, "missing picture"), (5, "not a picture"), (6, "missing picture"),
    ]  # fmt: skip


def test_a_caption_beside_a_picture_is_a_text_unless_the_picture_is_asked_for(tmp_path: Path) -> None:
    written(tmp_path, {"a.png": encoded(noise(3, 3))})
    (tmp_path / "t.jsonl").write_text('{"image": "a.png", "text": "a caption"}\n')
    corpus = dataqual.read(tmp_path / "t.jsonl")
    assert corpus.view == "text"
    assert "texts are read, and the pictures in 'image' are not; --text image reads them instead" in corpus.notes
    assert len(all_of(dataqual.read(tmp_path / "t.jsonl", text="image"))) == 1


def test_pictures_in_memory_are_a_corpus() -> None:
    x = noise(5, 4, 4)
    for data in (x, list(x), Images.of(x), [Image.fromarray(one) for one in x]):
        assert all_of(Corpus.of(data))[4][..., 0].tolist() == x[4].tolist()
    held = Corpus.of({"images": x, "labels": np.arange(5)})
    assert labels(held) == ["0", "1", "2", "3", "4"]
    assert Corpus.of(["text"]).view == "text"


def test_a_huge_file_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 3)
    [batch] = dataqual.read(written(tmp_path, {"a.png": encoded(noise(2, 2))}) / "a.png").batches()
    assert [bad.kind for bad in batch.unreadable] == ["too long"]
