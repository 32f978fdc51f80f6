"""Tables in memory whose rows hold pictures: a polars or pandas frame, a list of mappings, a `datasets.Dataset`.

A picture is one of Pillow's, an array (height, width[, channels]) of uint8, the bytes of a file, a path, or `{bytes, path}` as
`datasets` has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from dataqual.columns import as_string, find_columns
from dataqual.corpus import SAMPLE, Columns, File, Piece, Rows, Unreadable
from dataqual.errors import InputError
from dataqual.images.image import Images
from dataqual.images.reading.corpus import ImageCorpus, image_rows
from dataqual.images.reading.files import decoded, weight_of
from dataqual.images.reading.tables import is_pixels, left_behind, picture_column, picture_of, table_columns
from dataqual.pieces import CHUNK_BYTES, CHUNK_RECORDS, RAW_KEPT

FRAME = "frame"


@dataclass(frozen=True)
class Held:
    """Columns of a table in memory; record numbers are row numbers, from 1."""

    columns: Mapping[str, Sequence[Any]] = field(repr=False)

    def pieces(self, index: int, file: File, columns: Columns) -> Iterator[Piece]:
        """As many rows as a batch holds."""
        pictures = self.columns[columns.text]
        start, weight = 0, 0
        for row, picture in enumerate(pictures):
            weight += _weight(picture)
            if weight >= CHUNK_BYTES or row + 1 - start == CHUNK_RECORDS or row + 1 == len(pictures):
                yield Piece(index, b"", start + 1, records=row + 1 - start, frame_bytes=max(weight, 1))
                start, weight = row + 1, 0

    def rows(self, piece: Piece, file: File, columns: Columns) -> Rows:
        """The pictures of some rows, and why others have none."""
        span = range(piece.first_record - 1, piece.first_record - 1 + piece.records)
        found: list[tuple[int, Images, bytes]] = []
        unreadable: list[Unreadable] = []
        for row in span:
            one = self._picture(columns.text, row, piece.file)
            if isinstance(one, Unreadable):
                unreadable.append(one)
            else:
                found.append((row, *one))
        rows = [row for row, _, _ in found]
        images = Images.joined([one for _, one, _ in found]) if found else Images.of([])
        extras = {role: [as_string(self.columns[name][row]) for row in rows] for role, name in columns.extras().items()}
        return image_rows(images, [row + 1 for row in rows], [raw for _, _, raw in found], extras, unreadable)

    def values(self, piece: Piece, file: File) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The rows."""
        for row in range(piece.first_record - 1, piece.first_record - 1 + piece.records):
            yield row + 1, {name: values[row] for name, values in self.columns.items()}

    def _picture(self, name: str, row: int, file: int) -> tuple[Images, bytes] | Unreadable:
        """One picture with its bytes, empty for pixels."""
        value = self.columns[name][row]
        if is_pixels(value):
            try:
                return Images.of([value]), b""
            except InputError as error:
                return Unreadable(file, row + 1, 0, "not a picture", str(error).removeprefix("row 0: "), b"")
        told = picture_of({name: value}, name, "")
        if isinstance(told, str):
            return Unreadable(file, row + 1, 0, "missing picture", told, (as_string(value) or "").encode()[:RAW_KEPT])
        images, _, bad = decoded([told[0]], [row + 1], file, [told[1]])
        return bad[0] if bad else (images, told[0])


def _weight(picture: Any) -> int:
    """What a picture weighs in a chunk."""
    if isinstance(picture, Mapping):
        picture = picture.get("bytes")
    if isinstance(picture, bytes):
        return max(len(picture), weight_of(picture))
    width, height = getattr(picture, "size", (64, 64)) if hasattr(picture, "getbands") else (64, 64)
    return int(picture.size // 8) if isinstance(picture, np.ndarray) else width * height * 3 // 8


def held_corpus(
    data: Any, text: str | None, asked: Columns, max_unreadable: float
) -> tuple[ImageCorpus | None, Sequence[str]]:
    """A table in memory as a corpus of pictures; None where it holds none, or texts beside them, and what is to be said of that."""
    sample = _sample(data)
    column, notes = picture_column(sample, text) if sample else (None, [])
    if column is None:
        return None, notes
    columns = _columns(data)
    bare = [{name: "" if name == column else value for name, value in record.items()} for record in sample]
    named, found = find_columns(bare, asked, text=column)
    source, named = Held(columns), table_columns(named, column)
    said = (*notes, *found, *left_behind(sample, named))
    corpus = ImageCorpus((File("<pictures>", FRAME),), named, said, max_unreadable, {FRAME: source})
    return corpus, ()


def _sample(data: Any) -> list[dict[str, Any]]:
    """The first rows, where these are a table."""
    if isinstance(data, pl.DataFrame) or (hasattr(data, "columns") and hasattr(data, "iloc")):
        few = _columns(data[:SAMPLE])
        return [dict(zip(few, row, strict=True)) for row in zip(*few.values(), strict=True)]
    if _is_dataset(data):
        return [dict(_undecoded(data)[at]) for at in range(min(SAMPLE, len(data)))]
    if isinstance(data, list | tuple):
        return [dict(record) for record in islice(data, SAMPLE) if isinstance(record, Mapping)]
    return []


def _columns(data: Any) -> dict[str, Sequence[Any]]:
    """All columns by name, each value as Python has it."""
    if isinstance(data, pl.DataFrame):
        return {name: _values(data[name]) for name in data.columns}
    if hasattr(data, "columns") and hasattr(data, "iloc"):
        return {str(name): [None if _missing(one) else one for one in data[name].tolist()] for name in data.columns}
    records = [*_undecoded(data)] if _is_dataset(data) else data
    names = dict.fromkeys(str(name) for record in records if isinstance(record, Mapping) for name in record)
    return {name: [one.get(name) if isinstance(one, Mapping) else None for one in records] for name in names}


def _values(column: pl.Series) -> Sequence[Any]:
    """Of polars: fixed lists of lists of numbers are arrays."""
    if isinstance(column.dtype, pl.Array) and len(column.dtype.shape) > 1 and not column.null_count():
        return list(column.to_numpy())
    return column.to_list()


def _missing(value: Any) -> bool:
    return (
        value is None or value != value
        if isinstance(value, float | None)
        else type(value).__name__ in ("NAType", "NaTType")
    )


def _is_dataset(data: Any) -> bool:
    return type(data).__name__ == "Dataset" and hasattr(data, "column_names") and hasattr(data, "__getitem__")


def _undecoded(data: Any) -> Any:
    """A dataset of `datasets` whose pictures come as the bytes they are."""
    for name, feature in dict(getattr(data, "features", None) or {}).items():
        if type(feature).__name__ == "Image" and hasattr(data, "cast_column"):
            data = data.cast_column(name, type(feature)(decode=False))
    return data
