"""Parquet, by way of polars: only the columns that are needed, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from dataqual.columns import Columns, needed_of
from dataqual.corpus import File, Piece, Unreadable
from dataqual.frames import frame_pieces
from dataqual.readers.cutting import Sizes
from dataqual.readers.frames import Frames
from dataqual.readers.remote import local

ROWS = 16_384
"""Rows decoded at once; the pieces do not depend on it."""


@dataclass(frozen=True)
class Parquet(Frames):
    """Rows of a parquet file; record numbers are row numbers, from 1. A damaged file is one unreadable record."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut where the text fills a chunk."""
        record = 1
        try:
            with local(file.place) as place:
                frames = _frames(place, columns)
                for piece in frame_pieces(frames, columns.text, index, sizes.chunk, sizes.records):
                    record = piece.first_record + piece.records
                    yield piece
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            [reason, *_] = str(error).splitlines() or ["unknown error"]
            bad = Unreadable(index, record, 0, "damaged parquet", f"cannot be read from row {record} on: {reason}", b"")
            yield Piece(index, b"", record, records=1, unreadable=(bad,))


def _frames(path: str, columns: Columns) -> Iterator[pl.DataFrame]:
    """The rows in order, with the columns that are needed; with all of them where none of those is there."""
    scan = pl.scan_parquet(path, glob=False)
    present = scan.collect_schema().names()
    needed = needed_of(present, (columns.text, *columns.extras().values(), *columns.more))
    rows = scan.select(needed) if columns.text and needed else scan
    yield from rows.collect_batches(maintain_order=True, chunk_size=ROWS)
