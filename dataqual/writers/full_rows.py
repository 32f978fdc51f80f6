"""The whole rows that documents came from, with the columns nobody measures."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.columns import path_of, text_turns
from dataqual.corpus import Corpus, File, FrameCorpus
from dataqual.errors import InputError
from dataqual.frames import frame_column, turn_columns
from dataqual.readers import arrow
from dataqual.readers.remote import local
from dataqual.turns import Path, put_back

ROWS = 16_384


class FullRows:
    """Rows of parquet files and frames by address; they are asked for in corpus order, and files are read once."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._open: tuple[int, Generator[tuple[int, pl.DataFrame]]] | None = None
        self._held: tuple[int, pl.DataFrame] = (0, pl.DataFrame())

    def take(
        self,
        file: NDArray[np.int32],
        record: NDArray[np.int64],
        texts: Mapping[int, Sequence[str]],
        ids: Mapping[int, str] | None = None,
    ) -> list[pl.DataFrame]:
        """The rows at these addresses, a frame for every file; `texts` is what the turns of those that were edited say,
        or their whole text, and `ids` those of documents that were made of others, by position.

        A column of ids that are no strings has none for a document that was made of another.
        """
        taken = []
        for number in dict.fromkeys(file.tolist()):
            positions = np.flatnonzero(file == number)
            frame = self._of(int(number), record[positions] - 1)
            new = {row: texts[at] for row, at in enumerate(positions.tolist()) if at in texts}
            frame = self._edited(frame, new) if new else frame
            own = {row: ids[at] for row, at in enumerate(positions.tolist()) if at in ids} if ids else {}
            taken.append(with_ids(frame, self._corpus.columns.id, own) if own else frame)
        return taken

    def _edited(self, frame: pl.DataFrame, new: Mapping[int, Sequence[str]]) -> pl.DataFrame:
        """The frame with other texts in some rows."""
        columns = self._corpus.columns
        if not columns.turns:
            return with_texts(frame, columns.text, {row: text for row, [text] in new.items()})
        rows = turn_columns(frame, columns.text)
        turns = {row: text_turns(rows.row(row, named=True), columns.text) for row in new}
        return with_values(frame, {row: put_back(turns[row], parts) for row, parts in new.items()})

    def _of(self, file: int, rows: NDArray[np.int64]) -> pl.DataFrame:
        if isinstance(self._corpus, FrameCorpus):
            return self._corpus.frame[rows]
        if self._open is None or self._open[0] != file:
            self._open = file, frames(self._corpus.files[file])
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


def with_ids(frame: pl.DataFrame, column: str | None, ids: Mapping[int, str]) -> pl.DataFrame:
    """The frame with other ids in some rows; null where the column holds no strings.

    >>> with_ids(pl.DataFrame({"id": [1, 2]}), "id", {1: "2~noise-1"})["id"].to_list()
    [1, None]
    """
    if column is None or column not in frame.columns:
        return frame
    values: list[Any] = frame[column].to_list()
    for row, id in ids.items():
        values[row] = id if frame[column].dtype == pl.String else None
    return frame.with_columns(pl.Series(column, values, dtype=frame[column].dtype))


def with_texts(frame: pl.DataFrame, column: str, texts: Mapping[int, str]) -> pl.DataFrame:
    """The frame with other texts in some rows of a column, dotted or not.

    >>> with_texts(pl.DataFrame({"m": [{"t": "a"}, {"t": "b"}]}), "m.t", {1: "c"})["m"].to_list()
    [{'t': 'a'}, {'t': 'c'}]
    """
    root, *inner = [column] if column in frame.columns else column.split(".")
    if any(part.isdecimal() for part in inner):
        rows = turn_columns(frame, column)
        return with_values(
            frame, {row: {path_of(column, rows.row(row, named=True)): text} for row, text in texts.items()}
        )
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


def with_values(frame: pl.DataFrame, texts: Mapping[int, Mapping[Path, str]]) -> pl.DataFrame:
    """The frame with other strings in some places of some rows, however deep in lists and structs.

    >>> with_values(pl.DataFrame({"m": [[{"t": "a"}, {"t": "b"}]]}), {0: {("m", 1, "t"): "c"}})["m"].to_list()
    [[{'t': 'a'}, {'t': 'c'}]]
    """
    roots = {path[0] for paths in texts.values() for path in paths}
    for root in [name for name in frame.columns if name in roots]:
        values = frame[root].to_list()
        for row, paths in texts.items():
            for path, text in paths.items():
                if path[0] == root:
                    values[row] = _replaced(values[row], path[1:], text)
        frame = frame.with_columns(pl.Series(root, values, dtype=frame[root].dtype))
    return frame


def _replaced(value: Any, path: Path, text: str) -> Any:
    """The value with a string in this place of it."""
    if not path:
        return text
    changed = dict(value) if isinstance(value, Mapping) else list(value)
    key: Any = path[0]
    changed[key] = _replaced(changed[key], path[1:], text)
    return changed


def frames(file: File) -> Generator[tuple[int, pl.DataFrame]]:
    """Every row of a parquet or arrow file, in order, each frame with the number of rows before it."""
    start = 0
    for frame in _frames(file):
        yield start, frame
        start += frame.height


def _frames(file: File) -> Iterator[pl.DataFrame]:
    if file.format == "arrow":
        yield from arrow.frames(file)
        return
    with local(file.place) as place:
        yield from pl.scan_parquet(place, glob=False).collect_batches(maintain_order=True, chunk_size=ROWS)


def _schema(file: File) -> dict[str, Any]:
    if file.format == "arrow":
        return dict(arrow.schema(file))
    with local(file.place) as place:
        return dict(pl.read_parquet_schema(place))


def schema(corpus: Corpus) -> dict[str, Any]:
    """The columns of all files together, null where a file has none; InputError where their types do not go together."""
    if isinstance(corpus, FrameCorpus):
        return dict(corpus.frame.schema)
    empty = []
    for file in corpus.files:
        try:
            empty.append(pl.DataFrame(schema=_schema(file)))
        except (pl.exceptions.PolarsError, OSError, arrow.Damaged) as error:
            [reason, *_] = str(error).splitlines()
            raise InputError(f"{file.path}: damaged {file.format}, of which nothing can be written: {reason}") from None
    try:
        return dict(pl.concat(empty, how="diagonal_relaxed").schema)
    except pl.exceptions.SchemaError as error:
        [reason, *_] = str(error).splitlines()
        raise InputError(
            f"{corpus.files[0].path} and others: their columns differ ({reason}); write .jsonl instead"
        ) from None
