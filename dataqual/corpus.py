"""Where documents come from: `Corpus`, read as often as needed, in `Batch`es, never all in memory."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from dataqual.batch import Batch, Origin, text_of
from dataqual.columns import Columns, find_columns, needed_of
from dataqual.errors import InputError
from dataqual.frames import frame_column, frame_pieces, frame_records, frame_rows
from dataqual.images.image import Images
from dataqual.pieces import (
    CHUNK_BYTES,
    CHUNK_RECORDS,
    Address,
    Borders,
    Chunk,
    File,
    Piece,
    Progress,
    Rows,
    Unreadable,
    pack,
)
from dataqual.slices import Slices

__all__ = [
    "Address",
    "Batch",
    "Borders",
    "Chunk",
    "Columns",
    "Corpus",
    "File",
    "FrameCorpus",
    "Origin",
    "Piece",
    "Progress",
    "RowCorpus",
    "Rows",
    "Slices",
    "Unreadable",
]

SPOOLING = "dataqual.readers.spooling"
"""Who keeps what comes once: found by its name, as operators are, for readers stand above."""

PICTURES = "dataqual.images.reading.opening"
HELD = "dataqual.images.reading.held"
"""Who makes a corpus of pictures in memory, likewise."""

SAMPLE = 100
"""Records looked at to find the columns."""


@dataclass(frozen=True)
class Corpus(ABC):
    """A description of documents that can be read again and again, one batch after the other.

    >>> [batch] = Corpus.of(["first", "", "第三"]).batches()
    >>> len(batch), batch.text[2], batch.record.tolist()
    (3, '第三', [1, 2, 3])
    """

    files: tuple[File, ...]
    columns: Columns
    notes: tuple[str, ...] = ()
    """What was found out on opening and should be said: which columns, which files were passed over."""
    max_unreadable: float = 0.01
    """The share of records that may be unreadable before the input counts as broken."""
    asked: Mapping[str, str] = field(default_factory=dict, kw_only=True, compare=False, repr=False)
    """What was named when it was opened, not found: columns by their roles, and how text files are cut."""

    @property
    def options(self) -> dict[str, Any]:
        """What decides which documents are read, by the names of options: see `readers.again`."""
        return {**self.asked, "max_unreadable": self.max_unreadable}

    @property
    def view(self) -> str:
        """Whether these are texts or pictures."""
        return "text"

    @property
    def size(self) -> int:
        """Bytes on disk of all files; 0 for data in memory."""
        return sum(file.size for file in self.files)

    @property
    def in_memory(self) -> bool:
        """Whether it is in no file, so that nothing tells whether two of them are the same."""
        return any(file.format in ("frame", "memory") for file in self.files)

    def without(self, *roles: str) -> Corpus:
        """The same documents without these of the columns id, label, group and date, which then are not looked for."""
        left: dict[str, Any] = {role: None for role in self.columns.extras() if role in roles}
        return replace(self, columns=replace(self.columns, **left)) if left else self

    def looking_at(self, *names: str) -> Corpus:
        """The same documents, of which `records` tells what these columns hold, too."""
        return replace(self, columns=replace(self.columns, more=(*self.columns.more, *names)))

    def holds(self, path: str | os.PathLike[str]) -> bool:
        """Whether `path` is one of the input files, under whatever name."""
        place = os.path.realpath(path)
        inode = (os.stat(place).st_dev, os.stat(place).st_ino) if os.path.exists(place) else None
        for file in self.files:
            if os.path.realpath(file.path) == place or (inode is not None and file.inode == inode):
                return True
            if os.path.exists(path) and os.path.exists(file.path) and os.path.samefile(path, file.path):
                return True
        return False

    @abstractmethod
    def pieces(self) -> Iterator[Piece]:
        """The input cut at record borders, in order, about a chunk's bytes at most each."""

    def file_pieces(self, index: int) -> Iterator[Piece]:
        """Those of one file."""
        for piece in self.pieces():
            if piece.file > index:
                return
            if piece.file == index:
                yield piece

    @abstractmethod
    def rows(self, piece: Piece) -> Rows:
        """The documents of a piece; pure, and safe in any thread."""

    @abstractmethod
    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """The documents at these addresses, in this order; InputError where there is no such document."""

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Number and values of every sound record of a piece, whether or not it has a text: `columns.more` at least."""
        raise InputError(f"{self.files[piece.file].path}: its records have no columns")

    def chunks(self) -> Iterator[Chunk]:
        """The input by `CHUNK_BYTES` or `CHUNK_RECORDS`: one thread, sequential, cheap. Small files share a chunk."""
        return pack(self.pieces(), self.files, CHUNK_BYTES, CHUNK_RECORDS)

    def parse(self, chunk: Chunk) -> Batch:
        """The documents of a chunk; pure, and safe in any thread."""
        parts = [self.rows(piece) for piece in chunk.pieces]
        files = np.repeat(
            np.array([piece.file for piece in chunk.pieces], dtype=np.int32), [len(part.texts) for part in parts]
        )
        unreadable = [
            bad
            for piece, part in zip(chunk.pieces, parts, strict=True)
            for bad in (*piece.unreadable, *part.unreadable)
        ]
        shapes = _joined([part.turns for part in parts]) if self.columns.turns else None
        facts = np.array([shape.facts for shape in shapes], np.int64).reshape(-1, 4) if shapes is not None else None
        return Batch(
            index=chunk.index,
            text=text_of(_joined([part.texts for part in parts]), facts),
            file=files,
            record=np.concatenate([part.records for part in parts]) if parts else np.zeros(0, dtype=np.int64),
            raw=_joined([part.raw for part in parts]),
            columns=pl.DataFrame(
                [
                    pl.Series(role, _joined([part.columns[role] for part in parts]), dtype=pl.String)
                    for role in self.columns.extras()
                ]
            ),
            unreadable=sorted(unreadable, key=lambda bad: (bad.file, bad.record)),
            turns=[shape.sizes for shape in shapes] if shapes is not None else None,
            images=Images.joined([part.images or Images.of([]) for part in parts]) if self.view == "image" else None,
        )

    def batches(self) -> Iterator[Batch]:
        """All documents, batch by batch, in the order of the input."""
        return map(self.parse, self.chunks())

    @staticmethod
    def of(
        data: Any,
        *,
        text: str | None = None,
        id: str | None = None,
        label: str | None = None,
        group: str | None = None,
        date: str | None = None,
        more: Sequence[str] = (),
        max_unreadable: float = 0.01,
    ) -> Corpus:
        """The documents of a list (or column) of str, a polars or pandas frame, an iterator of str or of records, or a
        `datasets.Dataset` or `IterableDataset`; a Corpus stays as it is.

        In a frame the text column is found, as in a file, or named with `text`; `id`, `label`, `group` and `date` likewise.
        `more` names columns whose values are asked for beside. What comes once is taken now and kept in a temporary file
        as long as the corpus is, and may be read again and again.

        >>> corpus = Corpus.of({"body": text, "n": n} for n, text in enumerate(["one", "两"]))
        >>> [len(batch) for _ in range(2) for batch in corpus.batches()], corpus.columns.text
        ([2, 2], 'body')
        """
        if isinstance(data, Corpus):
            return data
        if isinstance(data, str | bytes) or hasattr(data, "__fspath__"):
            raise InputError(
                f"Corpus.of takes documents, not a path: {data!r}; a file is read with dataqual.read(path)"
            )
        pictures = import_module(PICTURES)
        if pictures.is_pictures(data):
            held: Corpus = pictures.memory_corpus(data, label, max_unreadable)
            return held
        asked = Columns(id=id, label=label, group=group, date=date, more=tuple(more))
        found: tuple[Corpus | None, Sequence[str]] = import_module(HELD).held_corpus(data, text, asked, max_unreadable)
        table, said = found
        if table is not None:
            return table
        spooling = import_module(SPOOLING)
        if spooling.is_records(data):
            columns: dict[str, Any] = {
                "text": text,
                "id": id,
                "label": label,
                "group": group,
                "date": date,
                "more": more,
            }
            spooled: Corpus = spooling.corpus_of(data, **columns, max_unreadable=max_unreadable)
            return spooled
        return _in_memory(data, text, asked, said, max_unreadable)


@dataclass(frozen=True)
class RowCorpus(Corpus):
    """Documents that are rows of frames; record numbers are row numbers, from 1."""

    @abstractmethod
    def row(self, record: int) -> pl.DataFrame:
        """The row of this number alone; none where there is none."""

    def rows(self, piece: Piece) -> Rows:
        """The documents of some rows."""
        assert isinstance(piece.data, pl.DataFrame)
        return frame_rows(piece.data, self.columns, piece.file, piece.first_record)

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The rows themselves."""
        return frame_records(piece)

    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """The documents of these rows; InputError where a row is not there or is no document."""
        texts = []
        for _, record in addresses:
            found = frame_rows(self.row(record), self.columns, 0, record).texts
            if not found:
                raise InputError(f"{self.files[0].path}: there is no document in row {record}")
            texts.append(found[0].decode())
        return texts


@dataclass(frozen=True)
class FrameCorpus(RowCorpus):
    """Documents that are in memory already."""

    frame: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    names: tuple[str, ...] = ()
    """Of all columns that the data had."""

    def pieces(self) -> Iterator[Piece]:
        """The frame cut where the text fills a chunk."""
        return frame_pieces([self.frame], self.columns.text, 0, CHUNK_BYTES, CHUNK_RECORDS)

    def row(self, record: int) -> pl.DataFrame:
        """A slice of the frame."""
        return self.frame.slice(record - 1, 1) if record > 0 else self.frame.clear()


def _in_memory(data: Any, text: str | None, asked: Columns, said: Sequence[str], max_unreadable: float) -> FrameCorpus:
    """The documents of a list or a frame; `said` are notes on it, beside those on its columns."""
    kind, sample, column = _opened(data)
    columns, notes = find_columns(sample, asked, text=text)
    names = tuple(map(str, getattr(data, "columns", ("text",))))
    text_columns = needed_of(names, [columns.text]) if columns.turns else [columns.text]
    more = (name for name in asked.more if name in names)
    used = dict.fromkeys((*text_columns, *columns.extras().values(), *more))
    whole = isinstance(data, pl.DataFrame)  # costs nothing, and a cleaned copy has every column
    return FrameCorpus(
        files=(File(path=f"<{kind}>", format="frame"),),
        columns=columns,
        notes=(*said, *notes) if kind != "list" else (),
        max_unreadable=max_unreadable,
        frame=data if whole else pl.DataFrame([column(name) for name in used]),
        names=names,
    )


def _joined(parts: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """The parts in one sequence; a single part is not copied."""
    return parts[0] if len(parts) == 1 else [value for part in parts for value in part]


def _opened(data: Any) -> tuple[str, list[dict[str, Any]], Callable[[str], pl.Series]]:
    """What in-memory data is: its kind, a sample of its records, and how to get a column as a polars series."""
    if isinstance(data, pl.DataFrame):
        return "polars frame", data.head(SAMPLE).to_dicts(), lambda name: _present(frame_column(data, name), name)
    if hasattr(data, "columns") and hasattr(data, "iloc"):  # pandas, which need not be installed
        sample = pl.DataFrame([_series(str(name), _values(data[name].iloc[:SAMPLE])) for name in data.columns])
        names = {str(name): name for name in data.columns}
        return "pandas frame", sample.to_dicts(), lambda name: _series(name, _values(data[names[name]]))
    if not isinstance(data, Iterable):
        raise InputError(f"Corpus.of takes a list of str, a polars or a pandas frame, not {type(data).__name__}")
    values = data.to_list() if hasattr(data, "to_list") else list(data)
    return "list", [{"text": ""}], lambda name: _series(name, values)


def _present(column: pl.Series | None, name: str) -> pl.Series:
    """The column under its full, perhaps dotted, name; it was seen in the sample, so it is there."""
    assert column is not None
    return column.alias(name)


def _values(column: Any) -> list[Any]:
    """A pandas column as Python values, None wherever pandas means missing (NaN, NA, NaT, None)."""
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _series(name: str, values: list[Any]) -> pl.Series:
    """A polars column of str, or of Python objects where not every value is one (or is no valid text)."""
    try:
        return pl.Series(name, values, dtype=pl.String, strict=True)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        return pl.Series(name, values, dtype=pl.Object)
