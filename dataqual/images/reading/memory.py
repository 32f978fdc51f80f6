"""Pictures that are in memory already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Columns, File, Piece, Rows
from dataqual.frames import as_strings
from dataqual.images.image import Images
from dataqual.images.reading.corpus import image_rows, pixel_weight
from dataqual.pieces import CHUNK_BYTES, CHUNK_RECORDS


@dataclass(frozen=True)
class Memory:
    """`Images`, and a label for each where there are labels; record numbers are positions, from 1."""

    images: Images = field(repr=False)
    labels: NDArray[Any] | None = field(default=None, repr=False)

    def pieces(self, index: int, file: File, columns: Columns) -> Iterator[Piece]:
        """As many as a batch holds."""
        each = pixel_weight(self.images.heights, self.images.widths, self.images.channels)  # type: ignore[arg-type]
        totals = np.cumsum(each)
        start, before = 0, 0
        while start < len(self.images):
            stop = max(start + 1, int(np.searchsorted(totals, before + CHUNK_BYTES, "right")))
            stop = min(stop, start + CHUNK_RECORDS)
            weight = int(totals[stop - 1]) - before
            yield Piece(index, b"", start + 1, records=stop - start, frame_bytes=max(weight, 1))
            start, before = stop, int(totals[stop - 1])

    def rows(self, piece: Piece, file: File, columns: Columns) -> Rows:
        """Some of the pictures."""
        rows = np.arange(piece.first_record - 1, piece.first_record - 1 + piece.records)
        labels = [] if self.labels is None else as_strings(pl.Series(self.labels[rows].tolist()))
        extras = dict.fromkeys(columns.extras(), labels)
        images = self.images.take(rows) if len(rows) < len(self.images) else self.images
        return image_rows(images, rows + 1, (), extras)

    def values(self, piece: Piece, file: File) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Their labels."""
        for at in range(piece.records):
            row = piece.first_record - 1 + at
            yield row + 1, {} if self.labels is None else {"label": self.labels[row].item()}
