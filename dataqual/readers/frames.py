"""What all formats have in common of which polars gives frames, not bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

import polars as pl

from dataqual.columns import Columns
from dataqual.corpus import SAMPLE, Piece, Rows
from dataqual.frames import frame_records, frame_rows
from dataqual.readers.cutting import Sizes


class Frames:
    """Rows by number, from 1; a piece without a frame tells of damage, and holds no documents."""

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """Never asked for: rows are found by streaming."""
        raise NotImplementedError

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """The piece as it is."""
        yield piece

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """Rows of a piece with every column, to find the columns in."""
        if isinstance(piece.data, pl.DataFrame):
            yield from piece.data.head(SAMPLE).to_dicts()

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Rows with the columns that were read."""
        return frame_records(piece) if isinstance(piece.data, pl.DataFrame) else iter(())

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of some rows."""
        data = piece.data if isinstance(piece.data, pl.DataFrame) else pl.DataFrame()
        return frame_rows(data, columns, piece.file, piece.first_record)
