"""Tables whose records hold pictures, as bytes or as paths: parquet, arrow, saved datasets, JSON Lines, CSV."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dataqual.columns import TEXT_NAMES, Record, as_string
from dataqual.corpus import Columns, Corpus, File, Piece, Rows, Unreadable
from dataqual.images.decoding import SUFFIXES
from dataqual.images.reading.corpus import image_rows
from dataqual.images.reading.files import decoded
from dataqual.pieces import RAW_KEPT

MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"\0\0\0\x1cftyp", b"\0\0\0\x20ftyp")
"""How pictures begin."""


@dataclass(frozen=True)
class Tables:
    """Records of a corpus of tables, of which one column holds pictures."""

    inner: Corpus
    """The same files, whose text is taken to be the column of pictures."""
    least: int = 0
    """As `PictureFiles` has it."""

    def reduced(self, least: int) -> Tables:
        """The same with this `least`."""
        return replace(self, least=least)

    def pieces(self, index: int, file: File, columns: Columns) -> Iterator[Piece]:
        """As the table is cut."""
        return self.inner.file_pieces(index)

    def rows(self, piece: Piece, file: File, columns: Columns) -> Rows:
        """The pictures of some records, and why others have none."""
        found = list(self.inner.records(piece))
        sound = {number for number, _ in found}
        unreadable = [bad for bad in self.inner.rows(piece).unreadable if bad.record not in sound]
        data, records, suffixes, kept = [], [], [], []
        for number, record in found:
            held = picture_of(record, columns.text, os.path.dirname(file.path))
            if isinstance(held, str):
                shown = (as_string(record.get(columns.text)) or "").encode()[:RAW_KEPT] if held else b""
                unreadable.append(Unreadable(piece.file, number, 0, "missing picture", held, shown))
                continue
            data.append(held[0])
            suffixes.append(held[1])
            records.append(number)
            kept.append(record)
        images, good, bad = decoded(data, records, piece.file, suffixes, self.least)
        extras = {role: [as_string(kept[at].get(name)) for at in good] for role, name in columns.extras().items()}
        return image_rows(images, [records[at] for at in good], [data[at] for at in good], extras, [*unreadable, *bad])

    def values(self, piece: Piece, file: File) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The records."""
        return self.inner.records(piece)


def picture_of(record: Record, name: str, folder: str) -> tuple[bytes, str] | str:
    """The bytes of the picture in a column, and the ending of its name; or why there are none, in words.

    >>> picture_of({"image": {"bytes": b"GIF8", "path": "a.gif"}}, "image", "")
    (b'GIF8', '.gif')
    >>> picture_of({"image": "no/such.png"}, "image", "")
    'no/such.png: cannot be read (No such file or directory)'
    """
    value = record.get(name)
    if value is None:
        return f"{name!r} is null" if name in record else f"no field {name!r}"
    path = value.get("path") if isinstance(value, Mapping) else value
    data = value.get("bytes") if isinstance(value, Mapping) else value
    suffix = os.path.splitext(path)[1].lower() if isinstance(path, str) else ""
    if isinstance(data, bytes):
        return data, suffix
    if not isinstance(path, str) or not path:
        return f"{name!r} holds neither bytes nor a path"
    try:
        with open(os.path.join(folder, path), "rb") as file:
            return file.read(), suffix
    except (OSError, ValueError) as error:
        return f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})"


def picture_column(sample: Sequence[Record], asked: str | None) -> tuple[str | None, list[str]]:
    """The column of a sample of records in which pictures lie, and a note; None where there is none, or a text beside it.

    Where `asked` names the column, it is looked at alone.

    >>> picture_column([{"image": "a.png", "label": 1}], None)[0], picture_column([{"text": "see a.png"}], None)
    ('image', (None, []))
    """
    names = [asked] if asked is not None else list(dict.fromkeys(name for record in sample for name in record))
    found = [
        name
        for name in names
        if _holds_pictures([record.get(name) for record in sample])
        and (asked is not None or name.lower() not in TEXT_NAMES)
    ]
    if not found:
        return None, []
    if asked is not None:
        return asked, [f"pictures in {asked!r} (as asked)"]
    texts = [name for name in names if name.lower() in TEXT_NAMES and isinstance(sample[0].get(name), str)]
    if texts:
        return None, [f"texts are read, and the pictures in {found[0]!r} are not; --text {found[0]} reads them instead"]
    return found[0], [f"pictures in {found[0]!r} (found)"]


def _holds_pictures(values: Sequence[Any]) -> bool:
    """Whether all that is there is a picture: bytes that begin like one, a path that ends like one, or a pair of these."""
    there = [value for value in values if value is not None]
    return bool(there) and all(map(_looks, there))


def is_pixels(value: Any) -> bool:
    """Whether a value is an array or one of Pillow's, no file of a picture.

    >>> is_pixels(np.zeros((3, 4), np.uint8)), is_pixels(np.zeros(3)), is_pixels(b"GIF8")
    (True, False, False)
    """
    return (isinstance(value, np.ndarray) and value.ndim in (2, 3)) or hasattr(value, "getbands")


def _looks(value: Any) -> bool:
    if is_pixels(value):
        return True
    if isinstance(value, Mapping):
        return set(value) == {"bytes", "path"} and any(map(_looks, (value["bytes"], value["path"])))
    if isinstance(value, bytes):
        return value.startswith(MAGIC) or value[:12] == b"\0\0\0\x0cjP  \r\n\x87\n"
    return (
        isinstance(value, str)
        and "\n" not in value
        and "://" not in value
        and os.path.splitext(value)[1].lower() in SUFFIXES
    )


def table_columns(columns: Columns, name: str) -> Columns:
    """The columns of a table of pictures: the picture where the text would be."""
    return replace(columns, text=name, turns=False)


def left_behind(sample: Sequence[Record], columns: Columns) -> list[str]:
    """A note of what a folder or an archive written from a table of pictures does not hold; none where it holds everything.

    >>> left_behind([{"image": "a.png", "label": 1, "caption": "a cat"}], Columns(text="image", label="label"))
    ['where pictures are written, their labels go along, and these columns do not: caption']
    """
    names = dict.fromkeys(name for record in sample for name in record)
    others = [name for name in names if name not in (columns.text, columns.label)]
    told = f"where pictures are written, their labels go along, and these columns do not: {', '.join(others)}"
    return [told] if others else []
