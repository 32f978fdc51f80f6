"""Arrays of pictures in .npz, .npy and IDX files, read some pictures at a time."""

from __future__ import annotations

import gzip
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Columns, File, Piece, Rows, Unreadable
from dataqual.errors import InputError, UnknownColumn, did_you_mean
from dataqual.frames import as_strings
from dataqual.images.image import Images
from dataqual.images.reading.corpus import PIXELS_PER_BYTE, image_rows
from dataqual.pieces import CHUNK_BYTES, CHUNK_RECORDS

PAIRS = (
    ("x", "y"),
    ("X", "y"),
    ("X", "Y"),
    ("images", "labels"),
    ("image", "label"),
    ("data", "labels"),
    ("data", "target"),
    ("arr_0", "arr_1"),
)
"""How arrays of pictures and of their labels are called, or begin or end."""

IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
"""The third byte of an IDX file (Y. LeCun's format of MNIST)."""

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)


@dataclass(frozen=True)
class Layout:
    """How the pictures lie in an array: its shape and type, and what makes 8 bits of its numbers."""

    shape: tuple[int, ...]
    dtype: str
    member: str = ""
    """Its name within a .npz."""
    offset: int = 0
    """Where its numbers begin in a file that holds nothing else."""

    @property
    def single(self) -> bool:
        """Whether the array is one picture in colour, not several in gray, which are not that narrow unless they are tiny."""
        return len(self.shape) == 3 and self.shape[2] in (3, 4) and self.shape[1] > 8

    @property
    def channels_first(self) -> bool:
        """Whether the channels stand before the height, as torch has them."""
        return len(self.shape) == 4 and self.shape[1] in (1, 3, 4) and self.shape[3] not in (1, 2, 3, 4)

    @property
    def count(self) -> int:
        """Pictures."""
        return 1 if self.single else self.shape[0]

    @property
    def each(self) -> tuple[int, ...]:
        """The shape of one as it lies there."""
        return self.shape if self.single else self.shape[1:]

    @property
    def each_bytes(self) -> int:
        """Of one picture."""
        return int(np.prod(self.each)) * np.dtype(self.dtype).itemsize

    @property
    def size(self) -> str:
        """In words: "28 × 28"."""
        each = [*self.each[1:], self.each[0]] if self.channels_first else [*self.each]
        return " × ".join(map(str, each))

    def pixels(self, data: bytes, records: int) -> NDArray[Any]:
        """(records, height, width[, channels]), of the type it is stored as."""
        array = np.frombuffer(data, self.dtype).reshape(records, *self.each)
        return np.ascontiguousarray(array.transpose(0, 2, 3, 1)) if self.channels_first else array

    @classmethod
    def of(cls, shape: tuple[int, ...], dtype: np.dtype[Any], **more: Any) -> Layout | None:
        """How pictures lie in an array of this shape, or None where it holds none."""
        if dtype.kind not in "uifb" or len(shape) not in (3, 4) or (len(shape) == 3 and 1 in shape[1:2]):
            return None
        layout = cls(shape, dtype.str, **more)
        if len(shape) == 4 and shape[3] not in (1, 2, 3, 4) and not layout.channels_first:
            return None
        return layout


@dataclass(frozen=True)
class Described:
    """One array of pictures, and the labels that go with it."""

    layout: Layout
    scale: float
    """What its numbers are multiplied by for white to be 255."""
    labels: NDArray[Any] | None = field(default=None, repr=False)
    name: str = ""
    labels_name: str = ""

    def images(self, data: bytes, first: int, count: int, file: int) -> tuple[Images, list[int], list[Unreadable]]:
        """The pictures of some rows, their positions, and those whose numbers are beyond black and white."""
        pixels = self.layout.pixels(data, count)
        if pixels.dtype == np.uint8 and self.scale == 1:
            return Images.of_array(pixels), list(range(count)), []
        axes = tuple(range(1, pixels.ndim))
        with np.errstate(invalid="ignore"):
            scaled = np.rint(pixels * self.scale) if self.scale >= 1 else np.floor(pixels * self.scale)
            good = ((scaled >= 0) & (scaled <= 255)).all(axis=axes)
        rows = np.flatnonzero(good)
        bad = [
            Unreadable(
                file,
                first + int(row),
                0,
                "unknown range",
                "its numbers go beyond those of the first pictures, black to white",
                b"",
            )
            for row in np.flatnonzero(~good)
        ]
        return Images.of_array(scaled[rows].astype(np.uint8)), rows.tolist(), bad


@dataclass(frozen=True)
class Arrays:
    """Pictures in arrays; record numbers are row numbers, from 1."""

    described: Mapping[str, Described] = field(repr=False, default_factory=dict)
    """By the path of the `File`."""

    def pieces(self, index: int, file: File, columns: Columns) -> Iterator[Piece]:
        """As many rows as a batch holds; where the file ends early, that."""
        layout = self.described[file.path].layout
        at_once = max(1, min(CHUNK_RECORDS, CHUNK_BYTES * PIXELS_PER_BYTE // max(layout.each_bytes, 1)))
        first = 1
        try:
            with array_stream(file, layout) as stream:
                while first <= layout.count:
                    records = min(at_once, layout.count - first + 1)
                    data = stream.read(records * layout.each_bytes)
                    whole = len(data) // layout.each_bytes if layout.each_bytes else records
                    if whole:
                        weight = whole * layout.each_bytes // PIXELS_PER_BYTE
                        done = file.size * (first + whole - 1) // layout.count
                        data = data[: whole * layout.each_bytes]
                        yield Piece(index, data, first, records=whole, done=done, frame_bytes=max(weight, 1))
                    first += whole
                    if whole < records:
                        raise EOFError(f"{layout.count:,} pictures are announced, {first - 1:,} are there")
        except BROKEN as error:
            said = f"cannot be read from picture {first} on: {error}"
            yield Piece(
                index, b"", first, records=1, unreadable=(Unreadable(index, first, 0, "damaged archive", said, b""),)
            )

    def rows(self, piece: Piece, file: File, columns: Columns) -> Rows:
        """The pictures of some rows."""
        if piece.unreadable or not isinstance(piece.data, bytes):
            return image_rows(Images.of([]), [], (), {role: [] for role in columns.extras()})
        described = self.described[file.path]
        first = piece.first_record
        images, good, unreadable = described.images(piece.data, first, piece.records, piece.file)
        extras = {role: self._column(name, described, first, good) for role, name in columns.extras().items()}
        return image_rows(images, first + np.array(good, np.int64), (), extras, unreadable)

    def values(self, piece: Piece, file: File) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Array and label of each row."""
        described = self.described[file.path]
        rows = list(range(piece.records if piece.data else 0))
        columns = {name: self._column(name, described, piece.first_record, rows) for name in ("array", "label")}
        for row in rows:
            yield piece.first_record + row, {name: column[row] for name, column in columns.items()}

    def _column(self, name: str, described: Described, first: int, rows: Sequence[int]) -> list[str | None]:
        if name == "array":
            return [described.name] * len(rows)
        if described.labels is None:
            return [None] * len(rows)
        return label_strings(described.labels[first - 1 + np.array(rows, np.int64)])


def label_strings(labels: NDArray[Any]) -> list[str | None]:
    """Labels as strings; bytes are UTF-8.

    >>> label_strings(np.array([b"a", "猫".encode()])), label_strings(np.array([True]))
    (['a', '猫'], ['true'])
    """
    values = labels.tolist()
    if labels.dtype.kind == "S":
        return [value.decode("utf-8", "backslashreplace") for value in values]
    return as_strings(pl.Series(values))


@contextmanager
def array_stream(file: File, layout: Layout) -> Iterator[BinaryIO]:
    """The numbers of an array, from its first on."""
    if file.format == "npz":
        with zipfile.ZipFile(file.place) as archive, archive.open(f"{layout.member}.npy") as stream:
            header(stream)
            yield stream  # type: ignore[misc]
    elif file.compression == "gz":
        with gzip.open(file.place) as stream:
            stream.read(layout.offset)
            yield stream  # type: ignore[misc]
    else:
        with open(file.place, "rb") as plain:
            plain.seek(layout.offset)
            yield plain


def header(stream: Any) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Shape, type, and whether columns come first, of a .npy; ValueError where it is none."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, columns_first, dtype = read(stream)
    return tuple(shape), dtype, bool(columns_first)


def described_npz(file: File, label: str | None) -> tuple[list[tuple[File, Described]], list[str]]:
    """The arrays of pictures of a .npz, each as a file of its own, and notes; InputError where there is none.

    `file.path` may name one of them: `mnist.npz:x_train`.
    """
    path, member = member_of(file.path)
    try:
        with zipfile.ZipFile(path) as archive:
            heads = {}
            for name in archive.namelist():
                if name.endswith(".npy"):
                    with archive.open(name) as stream:
                        heads[name.removesuffix(".npy")] = header(stream)
    except BROKEN as error:
        raise InputError(f"{path}: not a .npz that can be read ({error})") from None
    layouts = {
        name: layout
        for name, (shape, dtype, columns_first) in heads.items()
        if not columns_first and (layout := Layout.of(shape, dtype, member=name)) is not None
    }
    if member and member not in heads:
        raise InputError(f"{path}: no array {member!r}; {did_you_mean(member, heads)}")
    if not layouts or (member and member not in layouts):
        listing = ", ".join(f"{name} {shape}" for name, (shape, _, _) in heads.items()) or "no arrays"
        raise InputError(f"{path}: no array of pictures, (pictures, height, width[, channels]); there are: {listing}")
    chosen = {member: layouts[member]} if member else layouts
    flat = {name: dtype for name, (shape, dtype, _) in heads.items() if is_flat(shape)}
    if label is not None and label not in (*flat, "label"):
        raise UnknownColumn(f"--label: {path} has no array {label!r} of labels; {did_you_mean(label, flat)}")
    found, notes = [], []
    for name, layout in chosen.items():
        lengths = {other: heads[other][0][0] for other in flat}
        same = [other for other, length in lengths.items() if length == layout.count]
        others = [other for other in same if not _of_children(name, other, heads)]
        labels_name = label if label in same else paired(name, others) if label in (None, "label") else None
        labels = load(path, labels_name).reshape(-1) if labels_name else None
        if (
            labels is not None
            and label is None
            and not called_labels(name, str(labels_name))
            and _all_but_unique(labels)
        ):
            notes.append(
                f"{path}: {labels_name} is not taken for labels, most of its values differ; --label {labels_name} takes it"
            )
            labels, labels_name = None, None
        one = replace(
            file, path=f"{path}:{name}" if len(layouts) > 1 or member else path, spooled=path, **_identity(path)
        )
        described = _scaled(one, Described(layout, 1, labels, name, labels_name or ""))
        found.append((replace(one, size=layout.count * layout.each_bytes), described))
    notes += [f"{path}: {_told(described)}" for _, described in found]
    if not member and (
        left := [name for name in heads if name not in layouts and name not in {d.labels_name for _, d in found}]
    ):
        notes.append(f"{path}: not looked at: {', '.join(left)}")
    return found, notes


def described_file(file: File, label: str | None) -> tuple[list[tuple[File, Described]], list[str]]:
    """The pictures of a .npy or IDX file, with the labels that lie beside it; InputError where it holds none."""
    try:
        with gzip.open(file.place) if file.compression == "gz" else open(file.place, "rb") as stream:
            shape, dtype, columns_first = (header if file.format == "npy" else idx_header)(stream)
            offset = stream.tell()
    except BROKEN as error:
        raise InputError(f"{file.path}: not a file of arrays that can be read ({error})") from None
    layout = None if columns_first else Layout.of(shape, dtype, offset=offset)
    if layout is None:
        raise InputError(
            f"{file.path}: no array of pictures, (pictures, height, width[, channels]), but {shape} of {dtype}"
        )
    beside = _labels_beside(file) if file.format == "idx" else None
    labels = _idx_labels(beside) if beside else None
    if labels is not None and len(labels) != layout.count:
        raise InputError(f"{beside}: {len(labels):,} labels for the {layout.count:,} pictures of {file.path}")
    name = os.path.basename(file.path)
    described = _scaled(file, Described(layout, 1, labels, name, os.path.basename(beside or "")))
    return [(replace(file, size=layout.count * layout.each_bytes), described)], [f"{file.path}: {_told(described)}"]


def member_of(path: str) -> tuple[str, str]:
    """The .npz and the array that a path names in it, "" for none.

    >>> member_of("a/mnist.npz:x_train"), member_of("a/mnist.npz")
    (('a/mnist.npz', 'x_train'), ('a/mnist.npz', ''))
    """
    found = re.fullmatch(r"(.*\.npz):([^:/\\]+)", path, re.IGNORECASE)
    return (found[1], found[2]) if found else (path, "")


def paired(name: str, labels: Sequence[str]) -> str | None:
    """The array of labels that belongs to one of pictures: by its name, or because there is only one as long.

    >>> paired("x_train", ["y_train", "ids"]), paired("images", ["n"]), paired("a", ["b", "c"])
    ('y_train', 'n', None)
    """
    for pictures, label in PAIRS:
        for found in (re.sub(rf"\b{pictures}(?=\b|_)", label, name), re.sub(rf"(?<=_){pictures}\b", label, name)):
            if found != name and found in labels:
                return found
    return labels[0] if len(labels) == 1 else None


def called_labels(name: str, other: str) -> bool:
    """Whether an array is called as labels are, those of this array of pictures or any.

    >>> called_labels("x_train", "y_train"), called_labels("a", "labels"), called_labels("a", "ids")
    (True, True, False)
    """
    return other in {label for _, label in PAIRS} or paired(name, [other, ""]) == other


def _of_children(name: str, other: str, there: Container[str]) -> bool:
    """Whether an array stands beside one of pictures because augmentation made some of others: their ids, parents and shares.

    >>> _of_children("x", "x_parents", {"x", "x_ids", "x_parents"}), _of_children("x", "x_parents", {"x", "x_parents"})
    (True, False)
    """
    made = f"{name}_ids" in there and f"{name}_parents" in there
    return made and bool(re.fullmatch(rf"{re.escape(name)}_(ids|parents|shares|labels_of_shares)(-\d+)?", other))


def _all_but_unique(labels: NDArray[Any]) -> bool:
    """Whether more than half of the values are different ones, as ids and weights are."""
    return 2 * len(np.unique(labels)) > len(labels)


def idx_header(stream: Any) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Shape and type of an IDX file; ValueError where it is none."""
    zero, kind, dimensions = struct.unpack(">HBB", stream.read(4))
    if zero or kind not in IDX_TYPES:
        raise ValueError("it does not begin as IDX does")
    return struct.unpack(f">{dimensions}I", stream.read(4 * dimensions)), np.dtype(IDX_TYPES[kind]), False


def is_flat(shape: tuple[int, ...]) -> bool:
    """Whether an array may be one label per picture."""
    return len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)


def _told(described: Described) -> str:
    layout = described.layout
    labels = f", labels in {described.labels_name}" if described.labels_name else ""
    scale = "" if described.scale == 1 else f", {np.dtype(layout.dtype)} times {described.scale:g}"
    return f"{layout.count:,} pictures of {layout.size} in {described.name}{scale}{labels}"


def load(path: str, name: str) -> NDArray[Any]:
    """An array of a .npz; InputError where it cannot be read, as where it holds objects of Python."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return np.asarray(archive[name])
    except BROKEN as error:
        raise InputError(f"{path}:{name}: cannot be read ({error})") from None


def _scaled(file: File, described: Described) -> Described:
    """With what makes 8 bits of its numbers, by the first of them; InputError where nobody can tell."""
    layout = described.layout
    kind = np.dtype(layout.dtype)
    if kind == np.uint8 or kind.kind == "b":
        return replace(described, scale=255 if kind.kind == "b" else 1)
    with array_stream(file, layout) as stream:
        count = min(layout.count, 256)
        data = stream.read(count * layout.each_bytes)
    values = np.frombuffer(data[: len(data) // kind.itemsize * kind.itemsize], kind)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    scale: float | None = (
        255 if kind.kind == "f" and low >= 0 and high <= 1 else 1 if low >= 0 and high <= 255 else None
    )
    if scale is None and kind == np.uint16:
        scale = 1 / 256
    if scale is None:
        raise InputError(
            f"{file.path}: {kind} from {low:g} to {high:g}; pictures are of uint8, or numbers from 0 to 1 or from 0 to 255"
        )
    return replace(described, scale=scale)


def _labels_beside(file: File) -> str | None:
    name = os.path.basename(file.path)
    other = re.sub(r"idx\d", "idx1", name).replace("images", "labels")
    beside = os.path.join(os.path.dirname(file.path), other)
    return beside if other != name and os.path.isfile(beside) else None


def _idx_labels(path: str) -> NDArray[Any]:
    try:
        with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as stream:
            shape, dtype, _ = idx_header(stream)
            return np.frombuffer(stream.read(), dtype).reshape(shape).reshape(-1)
    except BROKEN as error:
        raise InputError(f"{path}: not a file of labels that can be read ({error})") from None


def _identity(path: str) -> dict[str, Any]:
    status = os.stat(path)
    return {"inode": (status.st_dev, status.st_ino)}
