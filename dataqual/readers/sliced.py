"""A dataset of `datasets`, read slice by slice as frames: never all in memory, and with the types its columns have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dataqual.columns import Columns, find_columns
from dataqual.corpus import SAMPLE, File, Piece, RowCorpus
from dataqual.frames import frame_pieces
from dataqual.pieces import CHUNK_BYTES, CHUNK_RECORDS

ROWS = 4_096
"""Rows of a slice: some megabytes of documents, and few enough calls."""


@dataclass(frozen=True)
class SlicedCorpus(RowCorpus):
    """Rows that `data[first:last]` gives as a polars frame."""

    data: Any = field(default=None, repr=False, compare=False)
    names: tuple[str, ...] = ()

    def pieces(self) -> Iterator[Piece]:
        """The slices cut where the text fills a chunk."""
        slices = (self.data[at : at + ROWS] for at in range(0, len(self.data), ROWS))
        return frame_pieces(slices, self.columns.text, 0, CHUNK_BYTES, CHUNK_RECORDS)

    def row(self, record: int) -> pl.DataFrame:
        """A slice of one row."""
        row: pl.DataFrame = self.data[record - 1 : record]
        return row


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
