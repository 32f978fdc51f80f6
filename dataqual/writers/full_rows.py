"""The whole rows that documents came from, with the columns nobody measures."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Corpus, FrameCorpus, frame_column
from dataqual.errors import InputError

ROWS = 16_384


class FullRows:
    """Rows of parquet files and frames by address; they are asked for in corpus order, and files are read once."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._open: tuple[int, Generator[tuple[int, pl.DataFrame]]] | None = None
        self._held: tuple[int, pl.DataFrame] = (0, pl.DataFrame())

    def take(self, file: NDArray[np.int32], record: NDArray[np.int64], texts: Mapping[int, str]) -> list[pl.DataFrame]:
        """The rows at these addresses, a frame for every file, with the texts that were edited, by position."""
        taken = []
        for number in dict.fromkeys(file.tolist()):
            positions = np.flatnonzero(file == number)
            frame = self._of(int(number), record[positions] - 1)
            new = {row: texts[at] for row, at in enumerate(positions.tolist()) if at in texts}
            taken.append(with_texts(frame, self._corpus.columns.text, new) if new else frame)
        return taken

    def _of(self, file: int, rows: NDArray[np.int64]) -> pl.DataFrame:
        if isinstance(self._corpus, FrameCorpus):
            return self._corpus.frame[rows]
        if self._open is None or self._open[0] != file:
            self._open = file, frames(self._corpus.files[file].place)
            self._held = 0, pl.DataFrame()
        found: list[pl.DataFrame] = []
        at = 0
        while at < len(rows):
            start, frame = self._held
            end = at + int(np.searchsorted(rows[at:], start + frame.height))
            if end > at:
                found.append(frame[rows[at:end] - start])
                at = end
            if at < len(rows):
                self._held = next(self._open[1])
        return pl.concat(found)


def with_texts(frame: pl.DataFrame, column: str, texts: Mapping[int, str]) -> pl.DataFrame:
    """The frame with other texts in some rows of a column, dotted or not.

    >>> with_texts(pl.DataFrame({"m": [{"t": "a"}, {"t": "b"}]}), "m.t", {1: "c"})["m"].to_list()
    [{'t': 'a'}, {'t': 'c'}]
    """
    root, *inner = [column] if column in frame.columns else column.split(".")
    old = frame_column(frame, column)
    assert old is not None
    values = old.to_list()
    for row, text in texts.items():
        values[row] = text.encode() if old.dtype == pl.Binary else text
    new = pl.Series(root, values, dtype=old.dtype)
    return frame.with_columns(_into(frame[root], inner, new))


def _into(column: pl.Series, path: list[str], new: pl.Series) -> pl.Series:
    """A struct column with another column at this path in it."""
    if not path:
        return new.alias(column.name)
    fields = column.struct.unnest()
    changed = fields.with_columns(_into(fields[path[0]], path[1:], new)).to_struct(column.name)
    return changed if not column.null_count() else changed.zip_with(column.is_not_null(), column)


def frames(path: str) -> Generator[tuple[int, pl.DataFrame]]:
    """Every row of a parquet file, in order, each frame with the number of rows before it."""
    start = 0
    for frame in pl.scan_parquet(path, glob=False).collect_batches(maintain_order=True, chunk_size=ROWS):
        yield start, frame
        start += frame.height


def schema(corpus: Corpus) -> dict[str, Any]:
    """The columns of all files together, null where a file has none; InputError where their types do not go together."""
    if isinstance(corpus, FrameCorpus):
        return dict(corpus.frame.schema)
    empty = []
    for file in corpus.files:
        try:
            empty.append(pl.DataFrame(schema=pl.read_parquet_schema(file.place)))
        except (pl.exceptions.PolarsError, OSError) as error:
            [reason, *_] = str(error).splitlines()
            raise InputError(f"{file.path}: damaged parquet, of which nothing can be written: {reason}") from None
    try:
        return dict(pl.concat(empty, how="diagonal_relaxed").schema)
    except pl.exceptions.SchemaError as error:
        [reason, *_] = str(error).splitlines()
        raise InputError(
            f"{corpus.files[0].path} and others: their columns differ ({reason}); write .jsonl instead"
        ) from None
