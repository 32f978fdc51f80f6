"""Files that are one picture each: their folder may be their label."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dataqual.corpus import Columns, File, Piece, Rows, Unreadable
from dataqual.errors import UnknownColumn, did_you_mean
from dataqual.images.decoding import BadPicture, decode, size_of
from dataqual.images.image import Images
from dataqual.images.reading.corpus import image_rows, pixel_weight
from dataqual.pieces import RAW_KEPT

MAX_FILE = 256 << 20
"""Bytes of a file that is read as a picture at most; what is larger is no picture that could be decoded."""

PARTS = ("train", "test", "val", "valid", "validation", "dev", "eval", "训练", "测试", "验证")
"""Names of folders that say to which part of a data set the pictures below belong."""

COLUMNS = ("path", "folder", "part")


@dataclass(frozen=True)
class Names:
    """What the path of a picture, below the folder that was named, says of it."""

    path: str
    folder: str | None
    """The folder it lies in; None where that is the one that was named."""
    part: str | None
    """The first folder of the path, where all of these are parts of a data set."""

    def column(self, name: str) -> str | None:
        """By the name of a column."""
        return {"path": self.path, "folder": self.folder, "part": self.part}[name]


@dataclass(frozen=True)
class PictureFiles:
    """Every file is a picture, its record number 1."""

    names: Sequence[Names] = field(repr=False, default=())
    """By the index of the file."""
    least: int = 0
    """Pixels of the shorter side to which a JPEG is decoded at least, if that is quicker; 0: whole."""

    def reduced(self, least: int) -> PictureFiles:
        """The same with this `least`."""
        return replace(self, least=least)

    def pieces(self, index: int, file: File, columns: Columns) -> Iterator[Piece]:
        """The bytes of the file; of one that cannot be read, why."""
        try:
            if file.size > MAX_FILE:
                raise BadPicture("too long", f"{file.size:,} bytes; a picture has at most {MAX_FILE:,}")
            with open(file.place, "rb") as stream:
                data = stream.read()
        except OSError as error:
            bad = Unreadable(index, 1, 0, "cannot be opened", f"cannot be read ({error.strerror})", b"")
            yield Piece(index, b"", 1, records=1, done=file.size, unreadable=(bad,))
            return
        except BadPicture as said:
            bad = Unreadable(index, 1, 0, said.kind, said.reason, b"")
            yield Piece(index, b"", 1, records=1, done=file.size, unreadable=(bad,))
            return
        yield Piece(index, data, 1, records=1, done=file.size, frame_bytes=max(len(data), weight_of(data)))

    def rows(self, piece: Piece, file: File, columns: Columns) -> Rows:
        """The picture, or why it is none."""
        if piece.unreadable:
            return image_rows(Images.of([]), [], [], {role: [] for role in columns.extras()})
        assert isinstance(piece.data, bytes)
        suffix = os.path.splitext(file.path)[1].lower()
        images, good, unreadable = decoded([piece.data], [1], piece.file, [suffix], self.least)
        names = self.names[piece.file]
        extras = {role: [names.column(name)] * len(good) for role, name in columns.extras().items()}
        return image_rows(images, [1] * len(good), [piece.data] * len(good), extras, unreadable)

    def values(self, piece: Piece, file: File) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """What the path says."""
        names = self.names[piece.file]
        yield 1, {name: names.column(name) for name in COLUMNS}


def weight_of(data: bytes) -> int:
    """What the pixels of an encoded picture weigh, by its header; 0 where it has none."""
    try:
        width, height = size_of(data)
    except BadPicture:
        return 0
    return pixel_weight(height, width)


def decoded(
    data: Sequence[bytes], records: Sequence[int], file: int, suffixes: Sequence[str], least: int = 0
) -> tuple[Images, list[int], list[Unreadable]]:
    """The pictures that can be decoded, their positions in `data`, and why the others cannot; `least` as `decode` has it."""
    pixels, told, good, unreadable = [], [], [], []
    for at, one in enumerate(data):
        try:
            picture, said = decode(one, least=least)
        except BadPicture as bad:
            unreadable.append(Unreadable(file, records[at], 0, bad.kind, bad.reason, one[:RAW_KEPT]))
            continue
        pixels.append(picture)
        told.append(replace(said, suffix=suffixes[at]))
        good.append(at)
    return Images.laid(pixels, told, [data[at] for at in good]), good, unreadable


def picture_names(paths: Sequence[tuple[str, str]]) -> tuple[Names, ...]:
    """What paths say, from pairs of the folder that was named and the path of a picture in it.

    >>> [names.folder for names in picture_names([("a", "a/cat/1.png"), ("a", "a/dog/2.png")])]
    ['cat', 'dog']
    >>> picture_names([("a", "a/train/cat/1.png"), ("a", "a/test/cat/2.png")])[1]
    Names(path='test/cat/2.png', folder='cat', part='test')
    """
    roots = {root for root, _ in paths}
    split = []
    for root, path in paths:
        below = os.path.relpath(path, root).replace(os.sep, "/") if root else path.replace(os.sep, "/")
        if len(roots) > 1 and root:
            below = f"{os.path.basename(os.path.normpath(root))}/{below}"
        split.append(below.split("/"))
    parts = bool(split) and all(len(keys) > 1 and keys[0].lower() in PARTS for keys in split)
    return tuple(
        Names("/".join(keys), keys[-2] if len(keys) > 1 + parts else None, keys[0] if parts else None) for keys in split
    )


def file_columns(names: Sequence[Names], asked: Columns) -> tuple[Columns, list[str]]:
    """Which column is what, and what is to be said of it: the folder is the label where every picture lies in one, one below
    the folder that was named, or below a part of the data set; pictures beside these folders, if they are the fewer, have none."""
    for role, name in asked.extras().items():
        if name not in COLUMNS:
            raise UnknownColumn(f"--{role}: no column {name!r} of files; {did_you_mean(name, COLUMNS)}")
    parts = bool(names) and all(one.part for one in names)
    depths = [len(one.path.split("/")) - parts for one in names]
    beside = depths.count(1)
    one_below = bool(names) and max(depths) == 2 and 2 * beside < len(names)
    found = replace(asked, text="picture", id=asked.id or "path")
    notes = []
    if one_below and asked.label is None:
        found = replace(found, label="folder")
        notes.append("label: the folder of each picture (--label names another column)")
        if beside:
            notes.append(f"without a label: {beside:,} pictures that lie beside the folders")
    if parts and asked.group is None:
        found = replace(found, group="part")
        notes.append("group: the part of the data set, such as train, by the first folder")
    return found, notes
