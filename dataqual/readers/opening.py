"""`open_corpus`: from paths to a `Corpus` that knows its files and columns."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Protocol, get_args

import numpy as np

from dataqual.columns import Columns, find_columns
from dataqual.corpus import SAMPLE, Address, Corpus, File, Piece, Rows
from dataqual.errors import InputError, did_you_mean
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.reading.opening import FILES, both_kinds, picture_corpus
from dataqual.images.reading.tables import Tables, left_behind, picture_column, table_columns
from dataqual.readers.arrow import Arrow
from dataqual.readers.cutting import Sizes
from dataqual.readers.delimited import Delimited
from dataqual.readers.json_head import head_of, read_head
from dataqual.readers.json_values import JsonValues
from dataqual.readers.jsonl import JsonLines
from dataqual.readers.pages import Pages
from dataqual.readers.parquet import Parquet
from dataqual.readers.paths import NAMED, find_files
from dataqual.readers.plain import PlainText, Txt
from dataqual.readers.remote import is_url, opened
from dataqual.readers.stretches import Stretches
from dataqual.readers.warc import Warc

LOOKED_INTO = 5
"""Files that are looked into to find the columns."""

LOOKED_AT = 1 << 20
"""Bytes of a file read at once for that: `SAMPLE` records are soon found, and none of the rest is cut."""

BIG_TEXT = 1 << 20
"""A .txt file of this size is probably not one document, so it is said that it was read as one."""


class Format(Protocol):
    """How the files of one kind are read."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """The file cut at record borders."""

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece; pure."""

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """Records of a piece with all their columns."""

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Number and values of every sound record of a piece, whether or not it has a text."""

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """A piece whose bytes were read a second time."""

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """Pieces that together hold these records at least; with less else where that saves work."""


@dataclass(frozen=True)
class FileCorpus(Corpus):
    """Documents in files."""

    txt: Txt = "file"
    sizes: Sizes = field(default_factory=Sizes)
    _places: dict[int, list[tuple[Piece, int]]] = field(default_factory=dict, repr=False, compare=False)
    """Of each plain file that was read to its end: its pieces without their data, and how long those were."""
    _stretches: dict[int, Stretches] = field(default_factory=dict, repr=False, compare=False)
    """Of each file of lines on this machine that was read to its end, where they lie."""

    def pieces(self) -> Iterator[Piece]:
        """All files, one after the other."""
        for index in range(len(self.files)):
            yield from self.file_pieces(index)

    def rows(self, piece: Piece) -> Rows:
        """The documents of a piece."""
        return self._format(piece.file).rows(piece, self.columns, self.sizes)

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The sound records of a piece."""
        return self._format(piece.file).records(piece)

    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """The documents at these addresses, in this order; only what holds them is parsed.

        A plain file that has been read once is sought in; any other is read up to the last document wanted.
        """
        asked = list(addresses)
        wanted: dict[int, set[int]] = defaultdict(set)
        for file, record in asked:
            wanted[file].add(record)
        found = {(file, record): text for file in wanted for record, text in self._fetch(file, wanted[file])}
        for address in asked:
            if address not in found:
                file, record = address
                raise InputError(f"{self.files[file].path}:{record}: there is no document here; was the file changed?")
        return [found[address] for address in asked]

    def _fetch(self, file: int, wanted: set[int]) -> Iterator[tuple[int, str]]:
        """(record, document) for those of the wanted records that are documents."""
        if file in self._stretches:
            with opened(self.files[file].place) as stream:
                for numbers, lines in self._stretches[file].read(stream, np.array(sorted(wanted), np.int64)):
                    yield from JsonLines().documents(file, numbers, lines, self.columns, self.sizes)
            return
        last = max(wanted)
        for piece in self._again(file, wanted) if file in self._places else self.file_pieces(file):
            if piece.first_record > last:
                return
            if piece.records and not wanted.isdisjoint(_span(piece)):
                reader = self._format(file)
                if isinstance(reader, JsonLines):  # compressed, or elsewhere
                    yield from reader.chosen(piece, wanted, self.columns, self.sizes)
                    continue
                for part in reader.narrowed(piece, wanted):
                    rows = self.rows(part)
                    records = enumerate(rows.records.tolist())
                    yield from ((n, rows.texts[at].decode()) for at, n in records if n in wanted)

    def _again(self, file: int, wanted: set[int]) -> Iterator[Piece]:
        """The pieces of a plain file that hold wanted records, sought and read a second time."""
        with opened(self.files[file].place) as stream:
            for piece, length in self._places[file]:
                if not wanted.isdisjoint(_span(piece)):
                    stream.seek(piece.offset)
                    yield self._format(file).again(piece, stream.read(length), self.sizes)

    def file_pieces(self, index: int) -> Iterator[Piece]:
        """The pieces of one file; where they lie is kept once the end is reached, if the file can be sought in."""
        file = self.files[index]
        places = []
        for piece in self._format(index).pieces(index, file, self.columns, self.sizes):
            if isinstance(piece.data, bytes) and piece.data:
                places.append((replace(piece, data=b"", borders=None, unreadable=()), len(piece.data)))
            yield piece
        if file.packed is None and places:
            if isinstance(self._format(index), JsonLines) and not is_url(file.place):
                self._stretches[index] = Stretches.of(places)
            else:
                self._places[index] = places

    def _format(self, file: int) -> Format:
        return _formats(self.txt)[self.files[file].format]


def open_corpus(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str] | File],
    *,
    text: str | None = None,
    id: str | None = None,
    label: str | None = None,
    group: str | None = None,
    date: str | None = None,
    more: Sequence[str] = (),
    txt: Txt = "file",
    max_unreadable: float = 0.01,
    sizes: Sizes | None = None,
) -> Corpus:
    """The documents of files, folders and globs; columns that are not named are looked for in the first records.

    `txt` says what a document is in a .txt file: the whole `file`, a `paragraph` or a `line`. Raises InputError
    where an input is missing or of no known kind, UnknownColumn where a named column is not there or the text
    cannot be told. `more` names columns whose values are asked for beside. `sizes` is for tests.
    """
    if txt not in get_args(Txt):
        raise InputError(f"--txt: {txt!r} is no way to cut a text file; {did_you_mean(txt, get_args(Txt))}")
    asked = Columns(id=id, label=label, group=group, date=date, more=tuple(more))
    found = _opened(paths, text, asked, txt, max_unreadable, sizes)
    told = {"text": text, "id": id, "label": label, "group": group, "txt": txt if txt != "file" else None}
    return replace(found, asked={name: value for name, value in told.items() if value is not None})


def _opened(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str] | File],
    text: str | None,
    asked: Columns,
    txt: Txt,
    max_unreadable: float,
    sizes: Sizes | None,
) -> Corpus:
    """The corpus, texts or pictures by what the files are."""
    inputs = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    files, notes = find_files(inputs)
    sizes = sizes or Sizes()
    if pictures := [file for file in files if file.format in FILES]:
        if texts := [file for file in files if file.format not in FILES]:
            raise both_kinds(pictures, texts)
        return picture_corpus(rooted(files, inputs), asked, text, max_unreadable, notes)
    sample = _sample(files, txt, sizes)
    column, said = picture_column(sample, text) if looks_in(files) else (None, [])
    if column is not None:
        return _table_of_pictures(files, sample, column, asked, max_unreadable, (*said, *notes), sizes)
    notes += said
    columns, found = find_columns(sample, asked, text=text)
    if all(file.format in ("txt", "md") for file in files):
        found = []
    if asked.id is None and columns.id is None and all(is_document(file, txt) for file in files):
        columns = replace(columns, id="path")
    empty = [file.path for file in files if not file.size]
    if empty:
        notes.append(
            f"empty: {', '.join(empty[:NAMED])}{f' and {len(empty) - NAMED} more' if len(empty) > NAMED else ''}"
        )
    notes += list(islice(_around(files), NAMED))
    if txt == "file":
        big = [file for file in files if file.format == "txt" and file.size >= BIG_TEXT]
        notes += [f"{file.path}: read as one document; --txt paragraph or --txt line cuts it" for file in big[:NAMED]]
    return FileCorpus(tuple(files), columns, (*found, *notes), max_unreadable, txt, sizes)


def looks_in(files: Sequence[File]) -> bool:
    """Whether files have columns, in which pictures may lie."""
    return files[0].format not in ("txt", "md", "html", "warc")


def rooted(files: Sequence[File], inputs: Sequence[Any]) -> list[tuple[str, File]]:
    """Each file with the folder that was named for it, what stands before the first wildcard of a glob, "" where it was named."""
    roots = []
    for given in map(str, inputs):
        if os.path.isdir(given):
            roots.append(os.path.join(given, ""))
        elif not os.path.exists(given) and glob.has_magic(given):
            fixed = given[: min(given.index(sign) for sign in "*?[" if sign in given)]
            roots.append(os.path.join(os.path.dirname(fixed), ""))
    roots.sort(key=len, reverse=True)
    return [
        (next((root for root in roots if file.path.startswith(root)), os.path.dirname(file.path)), file)
        for file in files
    ]


def _table_of_pictures(
    files: Sequence[File],
    sample: Sequence[Mapping[str, Any]],
    column: str,
    asked: Columns,
    max_unreadable: float,
    notes: tuple[str, ...],
    sizes: Sizes,
) -> ImageCorpus:
    """The pictures that lie in a column of tables."""
    bare = [{name: "" if name == column else value for name, value in record.items()} for record in sample]
    columns, found = find_columns(bare, asked, text=column)
    columns = table_columns(columns, column)
    needed = (*columns.extras().values(), column)
    inner = FileCorpus(tuple(files), replace(columns, more=(*columns.more, *needed)), (), max_unreadable, "file", sizes)
    sources = dict.fromkeys({file.format for file in files}, Tables(inner))
    left = left_behind(sample, columns)
    return ImageCorpus(tuple(files), columns, (*notes, *found, *left), max_unreadable, sources)


def _sample(files: Sequence[File], txt: Txt, sizes: Sizes) -> list[dict[str, Any]]:
    """The first records of the first files that have any, with all their columns."""
    sample: list[dict[str, Any]] = []
    looked = 0
    sizes = replace(sizes, chunk=min(sizes.chunk, LOOKED_AT))
    for index, file in enumerate(files):
        reader = _formats(txt)[file.format]
        if is_document(file, txt):
            records = [{"text": "", "path": ""} | ({"title": ""} if file.format == "html" else {})]
        elif file.format == "txt":
            records = [{"text": ""}]
        else:
            pieces = islice(reader.pieces(index, file, Columns(text=""), sizes), SAMPLE)
            records = list(islice((record for piece in pieces for record in reader.sample(piece)), SAMPLE))
        sample += records
        looked += bool(records)
        if looked == LOOKED_INTO:
            break
    return sample


def _around(files: Sequence[File]) -> Iterator[str]:
    """A line for each file whose records lie within one object, of which all else is no record."""
    for file in files:
        if file.format == "json" and (head := head_of(read_head(file.place, file.packed))).kind == "around":
            yield f"{file.path}: the records are those of {head.field!r}; what else the object holds is no record"


def is_document(file: File, txt: Txt) -> bool:
    """Whether a whole file is one document."""
    return file.format in ("md", "html") or (file.format == "txt" and txt == "file")


def _span(piece: Piece) -> range:
    """The record numbers of a piece."""
    return range(piece.first_record, piece.first_record + piece.records)


def _formats(txt: Txt) -> Mapping[str, Format]:
    return {
        "jsonl": JsonLines(),
        "csv": Delimited(","),
        "tsv": Delimited("\t"),
        "json": JsonValues(),
        "parquet": Parquet(),
        "arrow": Arrow(),
        "txt": PlainText(txt),
        "md": PlainText("file"),
        "html": Pages(),
        "warc": Warc(),
    }
