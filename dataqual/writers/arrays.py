"""Arrays of pictures into a .npz: the rows that stay, as the numbers they came as, with their labels."""

from __future__ import annotations

import json
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.errors import InputError, SpecError
from dataqual.images.reading.arrays import Arrays, Described, array_stream, header, label_strings, load, member_of
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.reading.files import PARTS
from dataqual.writers.appearing import NewFile, appear, on_the_disk_of, writing
from dataqual.writers.writer import Encoder, Writer

HEAD = struct.Struct("<iqqq")
"""File, record, how many bytes of pixels follow where they are others than those that came, and how many tell of it."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that stands in an archive: the same output, the same bytes."""

ROWS = 4096
"""Pictures read at once."""


@dataclass(frozen=True)
class Kept:
    """Pictures by their addresses, with other pixels for some."""

    records: int
    data: bytes


class RowEncoder(Encoder):
    """Addresses, and the pixels of what a step changed or made."""

    def __call__(self, batch: Batch) -> Kept:  # type: ignore[override]
        assert batch.images is not None
        changed = batch.made | (batch.edited if batch.edited is not None else False)
        parts = []
        for row, (file, record) in enumerate(zip(batch.file.tolist(), batch.record.tolist(), strict=True)):
            pixels = np.ascontiguousarray(batch.images[row]).tobytes() if changed[row] else b""
            shape = struct.pack("<3i", *batch.images[row].shape) if changed[row] else b""
            told = json.dumps(_told(batch, row)).encode() if changed[row] else b""
            parts += [HEAD.pack(file, record, len(pixels) + len(shape), len(told)), shape, pixels, told]
        return Kept(len(batch), b"".join(parts))


def _told(batch: Batch, row: int) -> dict[str, Any]:
    """The label of a picture that was edited or made, and of what it was made."""
    label = batch.columns["label"][row] if "label" in batch.columns.columns else None
    origin = batch.origins[row] if batch.origins is not None else None
    if origin is None:
        return {"label": label}
    return {"label": label, "id": origin.id, "parent": origin.parent, "shares": [list(one) for one in origin.labels]}


class NewArrays(NewFile):
    """What stays, gathered; the archive is made of it at the end."""

    def __init__(self, path: str, corpus: ImageCorpus, place: Path, offset: int) -> None:
        super().__init__(path, place=place, offset=offset)
        self._corpus, self._place = corpus, place
        self._joined: Path | None = None
        self._tellings: dict[int, dict[int, dict[str, Any]]] = {}
        """By file, and by place in its array, what is told of pictures that were edited or made."""

    def finish(self) -> None:
        """Make the archive."""
        super().finish()
        joined = self._place.with_name("output-joined")
        with writing(self.path), zipfile.ZipFile(joined, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            rows = self._rows()
            taken: set[str] = set()
            for number, file in enumerate(self._corpus.files):
                source = self._corpus.sources[file.format]
                assert isinstance(source, Arrays)
                described = source.described[file.path]
                own = rows.get(number, [])
                name = _free(_name(file.path, described), taken)
                self._pictures(archive, name, number, described, own)
                if described.labels is not None:
                    labels = described.labels[np.array([record - 1 for record, _ in own], np.int64)]
                    _put(
                        archive,
                        _free(_labels(name, described), taken),
                        relabelled(labels, self._tellings.get(number, {})),
                    )
                for array, values in origins(name, described, own, self._tellings.get(number, {})).items():
                    _put(archive, _free(array, taken), values)
            self._others(archive, taken, rows)
        self._joined = on_the_disk_of(self.path, joined)

    def publish(self, path: str | None = None) -> None:
        """Take the place of whatever had the name."""
        assert self._joined is not None
        with writing(path or self.path):
            appear(self._joined, path or self.path)

    def _rows(self) -> dict[int, list[tuple[int, tuple[int, int] | None]]]:
        """By file what stays: its record, and where in the gathered file its new pixels lie, if it has some."""
        found: dict[int, list[tuple[int, tuple[int, int] | None]]] = {}
        with self._place.open("rb") as stream:
            while head := stream.read(HEAD.size):
                file, record, size, told = HEAD.unpack(head)
                own = found.setdefault(file, [])
                own.append((record, (stream.tell(), size) if size else None))
                stream.seek(size, os.SEEK_CUR)
                if told:
                    self._tellings.setdefault(file, {})[len(own) - 1] = json.loads(stream.read(told))
        return found

    def _pictures(
        self,
        archive: zipfile.ZipFile,
        name: str,
        number: int,
        described: Described,
        own: list[tuple[int, tuple[int, int] | None]],
    ) -> None:
        layout = described.layout
        shape = layout.shape if layout.single and len(own) == 1 else (len(own), *layout.each)
        with archive.open(zipfile.ZipInfo(f"{name}.npy", EPOCH), "w", force_zip64=True) as out:
            head = {"descr": np.dtype(layout.dtype).str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(out, head)
            with self._place.open("rb") as changed:
                for data in self._each(number, described, own):
                    out.write(data if isinstance(data, bytes) else self._changed(changed, data, described))

    def _each(
        self, number: int, described: Described, own: list[tuple[int, tuple[int, int] | None]]
    ) -> Iterator[bytes | tuple[int, int]]:
        """The rows that stay, read from the input some at a time; of others where their pixels lie."""
        size, at = described.layout.each_bytes, 0
        with array_stream(self._corpus.files[number], described.layout) as stream:
            first = 1
            while at < len(own):
                data = stream.read(ROWS * size)
                while at < len(own) and own[at][0] < first + ROWS:
                    record, new = own[at]
                    row = data[(record - first) * size : (record - first + 1) * size]
                    if new is None and len(row) != size:
                        raise InputError(f"{self._corpus.files[number].path}: was changed while it was read")
                    yield row if new is None else new
                    at += 1
                first += ROWS

    def _changed(self, stream: Any, place: tuple[int, int], described: Described) -> bytes:
        """New pixels as the array has them: of its type and scale, its channels where it has them."""
        stream.seek(place[0])
        shape = struct.unpack("<3i", stream.read(12))
        pixels: NDArray[Any] = np.frombuffer(stream.read(place[1] - 12), np.uint8).reshape(shape)
        layout = described.layout
        if layout.channels_first:
            pixels = pixels.transpose(2, 0, 1)
        if len(layout.each) == 2 and pixels.shape[2:] == (1,):
            pixels = pixels[..., 0]
        if pixels.shape != layout.each:
            raise InputError(
                f"-o: {self.path}: a step made a picture of {shape[1]} × {shape[0]} pixels and {shape[2]} channels, and the array "
                f"holds others; name a folder with -o"
            )
        if np.dtype(layout.dtype).kind == "b":
            pixels = pixels >= 128
        elif described.scale != 1:
            pixels = pixels / described.scale
        return np.ascontiguousarray(pixels).astype(layout.dtype).tobytes()

    def _others(self, archive: zipfile.ZipFile, taken: set[str], rows: Mapping[int, Sequence[tuple[int, Any]]]) -> None:
        """Arrays of the same .npz that are neither pictures nor labels: the rows of the pictures they stand beside, or all."""
        for path, numbers in archives(self._corpus).items():
            told = {number: _described(self._corpus, number) for number in numbers}
            used = {name for one in told.values() for name in (one.layout.member, one.labels_name)}
            asked = any(member_of(self._corpus.files[number].path)[1] for number in numbers)
            with zipfile.ZipFile(path) as source:
                for member in source.namelist():
                    name = member.removesuffix(".npy")
                    if name in used or not member.endswith(".npy"):
                        continue
                    with source.open(member) as stream:
                        shape = header(stream)[0]
                    beside = [number for number in numbers if shape and told[number].layout.count == shape[0]]
                    if asked and len(numbers) == 1 and (not beside or other_part(told[numbers[0]].layout.member, name)):
                        continue  # one array was asked for, and this belongs to others
                    changed = [number for number in beside if _moved(rows.get(number, []), shape[0])]
                    if not changed:
                        with archive.open(
                            zipfile.ZipInfo(f"{_free(name, taken)}.npy", EPOCH), "w", force_zip64=True
                        ) as out:
                            out.write(source.read(member))
                        continue
                    if len(beside) > 1:
                        raise InputError(
                            f"-o: {self.path}: {name} of {path} is as long as several arrays of pictures, and nothing says whose "
                            f"rows it holds; name one array of pictures, as {path}:{told[beside[0]].layout.member}"
                        )
                    own = [record - 1 for record, _ in rows.get(beside[0], [])]
                    _put(archive, _free(name, taken), load(path, name)[np.array(own, np.int64)])


class ArrayWriter(Writer):
    """Arrays of pictures into a .npz."""

    def __init__(self, path: str, corpus: ImageCorpus, shard_size: int | None = None) -> None:
        if shard_size is not None:
            raise SpecError(f"--shard-size: {path} is one archive of arrays; leave it out")
        others = sorted({file.format for file in corpus.files} - {"npz", "npy", "idx"})
        if others:
            raise SpecError(
                f"-o: {path}: pictures from {', '.join(others)} have no array they belong to; name a folder"
            )
        _check_lengths(path, corpus)
        super().__init__(path)
        self.encoder = RowEncoder()
        self._corpus = corpus

    def _target(self, place: Path, mark: int) -> NewFile:
        return NewArrays(self.path, self._corpus, place, mark)

    def _put(self, target: Any, encoded: Any) -> None:
        target.write(encoded.data)


def archives(corpus: ImageCorpus) -> dict[str, list[int]]:
    """Every .npz of a corpus with the numbers of its arrays of pictures."""
    found: dict[str, list[int]] = {}
    for number, file in enumerate(corpus.files):
        if file.format == "npz":
            found.setdefault(member_of(file.path)[0], []).append(number)
    return found


def _described(corpus: ImageCorpus, number: int) -> Described:
    source = corpus.sources[corpus.files[number].format]
    assert isinstance(source, Arrays)
    return source.described[corpus.files[number].path]


def _moved(own: Sequence[tuple[int, Any]], count: int) -> bool:
    """Whether rows went, came, or stand elsewhere."""
    return [record for record, _ in own] != list(range(1, count + 1))


def _check_lengths(output: str, corpus: ImageCorpus) -> None:
    """InputError where several arrays of pictures of a .npz may show the same things, so that their rows belong together."""
    for path, numbers in archives(corpus).items():
        lengths: dict[int, list[Described]] = {}
        for number in numbers:
            told = _described(corpus, number)
            lengths.setdefault(told.layout.count, []).append(told)
        for alike in lengths.values():
            if len(alike) > 1 and len({told.labels_name for told in alike} - {""}) < len(alike):
                names = " and ".join(told.layout.member for told in alike)
                raise InputError(
                    f"-o: {output}: {names} of {path} are equally long, and a row that goes from one would stay in the other; "
                    f"name the one to work on, as {path}:{alike[0].layout.member}, and the rows of the others go with it"
                )


def other_part(name: str, other: str) -> bool:
    """Whether two arrays are of different parts of a data set by their names, so that their rows have nothing in common.

    >>> other_part("x_train", "x_test"), other_part("x_train", "ids_train"), other_part("x_train", "masks")
    (True, False, False)
    """
    one, two = ({word for word in re.split(r"[\W\d_]+", each.lower()) if word in PARTS} for each in (name, other))
    return bool(one and two) and one != two


def relabelled(labels: NDArray[Any], told: Mapping[int, Mapping[str, Any]]) -> NDArray[Any]:
    """The labels with those that a step gave, of the type they have where that can hold them.

    >>> relabelled(np.array([3, 5], np.uint8), {1: {"label": "8"}}), relabelled(np.array(["a", "b"]), {0: {"label": "cat"}})
    (array([3, 8], dtype=uint8), array(['cat', 'b'], dtype='<U3'))
    """
    given = {at: label_strings(labels[at : at + 1])[0] for at in told}
    new = {at: one["label"] for at, one in told.items() if one["label"] is not None and one["label"] != given[at]}
    if not new:
        return labels
    values = labels.tolist()
    made: dict[str, Callable[[str], Any]] = {"b": "true".__eq__, "i": int, "u": int, "f": float, "S": str.encode}
    for at, label in new.items():
        values[at] = made.get(labels.dtype.kind, str)(label)
    return np.array(values) if labels.dtype.kind in "US" else np.array(values, labels.dtype)


def origins(
    name: str, described: Described, own: Sequence[tuple[int, Any]], told: Mapping[int, Mapping[str, Any]]
) -> dict[str, NDArray[Any]]:
    """Where pictures were made of others, arrays of the id of each and of its parent, "" for none; and the shares of labels
    where some were mixed, (pictures, labels), with the labels in their order."""
    made = {at: one for at, one in told.items() if "parent" in one}
    if not made:
        return {}
    ids = [made[at]["id"] if at in made else str(record) for at, (record, _) in enumerate(own)]
    found: dict[str, NDArray[Any]] = {
        f"{name}_ids": np.array(ids),
        f"{name}_parents": np.array([made[at]["parent"] if at in made else "" for at in range(len(own))]),
    }
    if any(one["shares"] for one in made.values()):
        given = (
            [str(label) for label in label_strings(described.labels[np.array([record - 1 for record, _ in own])])]
            if described.labels is not None
            else []
        )
        names = sorted({*given, *(label for one in made.values() for label, _ in one["shares"])})
        shares = np.zeros((len(own), len(names)), np.float32)
        for at, label in enumerate(given):
            for other, share in made.get(at, {}).get("shares") or [(label, 1.0)]:
                shares[at, names.index(other)] += share
        found |= {f"{name}_shares": shares, f"{name}_labels_of_shares": np.array(names)}
    return found


def _name(path: str, described: Described) -> str:
    """How an array is called: as in its archive, or by the file it was alone in."""
    stem = Path(path).name.split(".")[0]
    return described.layout.member or {"": "images"}.get(stem, stem)


def _labels(name: str, described: Described) -> str:
    return described.labels_name if described.layout.member and described.labels_name else f"{name}-labels"


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free


def _put(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    with archive.open(zipfile.ZipInfo(f"{name}.npy", EPOCH), "w", force_zip64=True) as out:
        np.lib.format.write_array(out, array, allow_pickle=False)
