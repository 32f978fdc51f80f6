"""A dataset of `datasets`, read slice by slice as frames: never all in memory, and with the types its columns have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dataqual.columns import Columns, find_columns
from dataqual.corpus import (
    CHUNK_BYTES,
    CHUNK_RECORDS,
    SAMPLE,
    Address,
    Corpus,
    File,
    Piece,
    Rows,
    frame_pieces,
    frame_records,
    frame_rows,
)
from dataqual.errors import InputError

ROWS = 4_096
"""Rows of a slice: some megabytes of documents, and few enough calls."""


@dataclass(frozen=True)
class SlicedCorpus(Corpus):
    """Rows that `data[first:last]` gives as a polars frame; record numbers are row numbers, from 1."""

    data: Any = field(default=None, repr=False, compare=False)
    names: tuple[str, ...] = ()

    def pieces(self) -> Iterator[Piece]:
        """The slices cut where the text fills a chunk."""
        slices = (self.data[at : at + ROWS] for at in range(0, len(self.data), ROWS))
        return frame_pieces(slices, self.columns.text, 0, CHUNK_BYTES, CHUNK_RECORDS)

    def rows(self, piece: Piece) -> Rows:
        """The documents of some rows."""
        assert isinstance(piece.data, pl.DataFrame)
        return frame_rows(piece.data, self.columns, piece.file, piece.first_record)

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The rows themselves."""
        return frame_records(piece)

    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """The documents of these rows; InputError where a row is no document."""
        texts = []
        for _, record in addresses:
            found = frame_rows(self.data[record - 1 : record], self.columns, 0, record).texts
            if not found:
                raise InputError(f"{self.files[0].path}: there is no document in row {record}")
            texts.append(found[0].decode())
        return texts


def is_sliced(data: Any) -> bool:
    """Whether data give slices of themselves as polars frames, as a `datasets.Dataset` does."""
    features = dict(getattr(data, "features", None) or {})
    pictures = any(type(feature).__name__ == "Image" for feature in features.values())  # these are no frames
    return hasattr(data, "with_format") and hasattr(data, "column_names") and hasattr(data, "__len__") and not pictures


def sliced(
    data: Any,
    *,
    text: str | None = None,
    id: str | None = None,
    label: str | None = None,
    group: str | None = None,
    date: str | None = None,
    more: Sequence[str] = (),
    max_unreadable: float = 0.01,
) -> SlicedCorpus:
    """The rows of a `datasets.Dataset`; UnknownColumn where a column that is named is not there."""
    frames = data.with_format("polars")
    sample = frames[:SAMPLE].to_dicts() if len(data) else []
    asked = Columns(id=id, label=label, group=group, date=date, more=tuple(more))
    columns, notes = find_columns(sample, asked, text=text)
    files = (File(path="<datasets.Dataset>", format="frame"),)
    return SlicedCorpus(files, columns, tuple(notes), max_unreadable, data=frames, names=tuple(data.column_names))
