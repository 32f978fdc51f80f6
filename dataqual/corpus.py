"""Where documents come from: `Corpus`, read as often as needed, in `Batch`es, never all in memory."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.columns import Columns, as_string, find_columns, needed_of, text_turns
from dataqual.errors import InputError
from dataqual.images.image import Images
from dataqual.text import Text
from dataqual.turns import NoTurns, Shape, TurnSizes, divided, joined, parts_of, shape_of

__all__ = [
    "Batch",
    "Chunk",
    "Columns",
    "Corpus",
    "File",
    "FrameCorpus",
    "Piece",
    "Progress",
    "Rows",
    "Slices",
    "Unreadable",
]

CHUNK_BYTES = 4 << 20
"""Raw bytes per chunk, hence per batch. Fixed, so that the same input always falls into the same
batches: 4 MiB keeps two hundred batches in a 1 GB file (even work on many cores) at well under one per
cent of overhead, and a batch with all its cuts within 100 MB."""

CHUNK_RECORDS = 8_192
"""Records per chunk at most, fixed likewise: beside its text a document takes kilobytes while it is measured, so that
4 MiB of single words took 1.4 GB under a budget of 512 MiB; with this cap 0.53 GB, no slower (300,000 documents)."""

SPOOLING = "dataqual.readers.spooling"
"""Who keeps what comes once: found by its name, as operators are, for readers stand above."""

PICTURES = "dataqual.images.reading.opening"
HELD = "dataqual.images.reading.held"
"""Who makes a corpus of pictures in memory, likewise."""

RAW_KEPT = 1 << 20
"""Bytes kept of a record that could not be read: more than a person looks at, less than memory minds."""

SAMPLE = 100
"""Records looked at to find the columns."""

Address = tuple[int, int]
"""(index into `Corpus.files`, 1-based record number in that file)."""


Progress = Callable[[int, int, int], None]
"""Called after each batch: documents so far, bytes of input read so far, bytes in all (0 if unknown)."""


@dataclass(frozen=True)
class File:
    """One input: a path, or for data that came in memory a name in angle brackets such as `<list>`."""

    path: str
    format: str
    compression: str | None = None
    size: int = 0
    """Bytes on disk; 0 for data in memory."""
    spooled: str | None = None
    """Where the bytes lie, if not at `path`: those of standard input, for as long as they are read."""

    inode: tuple[int, int] | None = None
    """Device and inode of what was spooled, where a shell redirected a file."""

    unpacked: str | None = None
    """Where a plain copy of a compressed file lies, for as long as it is read again and again."""

    @property
    def place(self) -> str:
        """What to open."""
        return self.unpacked or self.spooled or self.path

    @property
    def packed(self) -> str | None:
        """How what is at `place` is compressed."""
        return None if self.unpacked else self.compression


@dataclass(frozen=True)
class Unreadable:
    """A record that could not become a document: where, of which kind, and why in words."""

    file: int
    """Index into `Corpus.files`."""
    record: int
    """1-based record number in the file, unreadable records included; for JSONL this is the line number."""
    line: int
    """1-based physical line on which the record begins (equals `record` but for CSV); 0 where there are no lines."""
    kind: str
    """One of a short fixed list: 'not JSON', 'invalid UTF-8', 'lone surrogate', 'NUL byte', 'not an object',
    'missing text', 'null text', 'text is not a string', 'too long', 'unterminated quote', 'broken quoting',
    'wrong number of fields', 'no header', 'truncated archive', 'damaged archive', 'damaged parquet', 'UTF-16',
    'truncated array', 'damaged arrow', 'damaged WARC', 'not text'."""
    reason: str
    raw: bytes
    """The record as it came, at most `RAW_KEPT` bytes of it; the rest is counted in `reason`."""


@dataclass(frozen=True)
class Origin:
    """What a document that a step made was made of: its own id, its parent's, the method, the edits, and the similarity.

    An edit is [start, end, replacement, reason]: characters of the parent, from 0.
    """

    id: str
    parent: str
    method: str
    edits: tuple[tuple[int, int, str, str], ...] = ()
    similarity: float | None = None
    done: tuple[str, ...] = ()
    """Of a picture, in words, what was done to its parent, one thing after the other."""
    labels: tuple[tuple[str, float], ...] = ()
    """Of a picture that was mixed of several, the share of each label; they add up to 1."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values; without a similarity where none was measured."""
        told: dict[str, Any] = {"parent": self.parent, "method": self.method}
        told["edits"] = list(self.done) if self.done else [list(edit) for edit in self.edits]
        if self.labels:
            told["labels"] = {label: round(share, 6) for label, share in self.labels}
        return told if self.similarity is None else told | {"similarity": round(self.similarity, 6)}


@dataclass(frozen=True)
class Batch:
    """Documents of one chunk, in order, with what belongs to them. Row i of everything is document i."""

    index: int
    """Position among the corpus's batches, from 0."""
    text: Text
    file: NDArray[np.int32]
    """Index into `Corpus.files` for each document."""
    record: NDArray[np.int64]
    """1-based record number within the file for each document."""
    raw: Sequence[bytes]
    """The records as they came, without the \\n that ends them (a \\r before it stays); empty where the format
    has no raw records (parquet, frames)."""
    columns: pl.DataFrame
    """Columns `id`, `label`, `group`, `date` as strings, those the corpus has; nulls where a record has none."""
    unreadable: Sequence[Unreadable] = ()
    edited: NDArray[np.bool_] | None = None
    """Which documents no longer say what their records do; None where all still do."""
    turns: Sequence[TurnSizes | None] | None = None
    """Of chats, how much of each text is each turn's, None where an edit left that untold; None where these are no chats."""
    origins: Sequence[Origin | None] | None = None
    """Of documents that a step made of others, how; None for those that were read, and where all were."""
    images: Images | None = None
    """Of a corpus of pictures, the pictures; each then has an empty text. None where these are texts."""

    def __len__(self) -> int:
        return len(self.text)

    @classmethod
    def empty(cls, columns: Columns | None = None, view: str = "text") -> Batch:
        """No documents, or no pictures, with the columns `id`, `label`, `group` and `date` that `columns` has."""
        roles = columns.extras() if columns else {}
        frame = pl.DataFrame({role: pl.Series([], dtype=pl.String) for role in roles})
        images = Images.of([]) if view == "image" else None
        return cls(0, Text.of_bytes([]), np.zeros(0, np.int32), np.zeros(0, np.int64), (), frame, images=images)

    def where(self, mask: NDArray[np.bool_]) -> Batch:
        """Only the documents under `mask`, (documents,); what is unreadable stays."""
        return self if mask.all() else self.take(np.flatnonzero(mask))

    def take(self, rows: NDArray[np.int64]) -> Batch:
        """The documents in these rows, in this order, some perhaps more than once; what is unreadable stays."""
        data, offsets = self.text.data, self.text.offsets
        raw = self.raw
        if isinstance(raw, Slices):
            raw = raw.take(rows)
        elif len(raw):
            raw = [raw[int(row)] for row in rows]
        return replace(
            self,
            text=_text(
                Slices(data, offsets[rows], offsets[rows + 1]),
                self.text.turns[rows] if self.text.turns is not None else None,
            ),
            file=self.file[rows],
            record=self.record[rows],
            raw=raw,
            columns=_rows_of(self.columns, rows),
            edited=self.edited[rows] if self.edited is not None else None,
            turns=[self.turns[row] for row in rows.tolist()] if self.turns is not None else None,
            origins=[self.origins[row] for row in rows.tolist()] if self.origins is not None else None,
            images=self.images.take(rows) if self.images is not None else None,
        )

    @property
    def view(self) -> str:
        """What the documents are: "image" where these are pictures, else "text"."""
        return "text" if self.images is None else "image"

    @property
    def made(self) -> NDArray[np.bool_]:
        """Which documents a step made of others, (documents,)."""
        return np.array([origin is not None for origin in self.origins or [None] * len(self)], bool)

    def with_origins(self, origins: Mapping[int, Origin]) -> Batch:
        """With documents in these rows that were made of others, and so have ids of their own.

        >>> [batch] = Corpus.of(["one", "two"]).batches()
        >>> batch.with_origins({1: Origin("2~noise-1", "2", "noise")}).made.tolist()
        [False, True]
        """
        told = list(self.origins or [None] * len(self))
        for row, origin in origins.items():
            told[row] = origin
        if "id" not in self.columns.columns:
            return replace(self, origins=told)
        ids = self.columns["id"].to_list()
        for row, origin in origins.items():
            ids[row] = origin.id
        return replace(self, origins=told, columns=self.columns.with_columns(pl.Series("id", ids, dtype=pl.String)))

    def rewritten(self, texts: Mapping[int, bytes]) -> Batch:
        """With another text, in UTF-8, in each of these rows; all else stays, the records as they came too.

        >>> [batch] = Corpus.of(["one", "two"]).batches()
        >>> after = batch.rewritten({1: b"three"})
        >>> after.text[0], after.text[1], after.edited.tolist()
        ('one', 'three', [False, True])
        """
        data, offsets = self.text.data, self.text.offsets.tolist()
        documents = [texts.get(row, data[a:b]) for row, (a, b) in enumerate(pairwise(offsets))]
        edited = np.zeros(len(self), bool) if self.edited is None else self.edited.copy()
        edited[list(texts)] = True
        text = _text(list(map(bytes, documents)), self.text.turns)
        turns = self.turns
        if turns is not None:
            turns = list(turns)
            for row in texts:
                turns[row] = divided(self.parts(row), text[row])
        return replace(self, text=text, edited=edited, turns=turns)

    def repictured(self, pictures: Mapping[int, NDArray[np.uint8]]) -> Batch:
        """With another picture, (height, width, channels), in each of these rows; all else stays, the records as they came too."""
        if self.images is None:
            raise TypeError("these are texts")
        edited = np.zeros(len(self), bool) if self.edited is None else self.edited.copy()
        edited[list(pictures)] = True
        return replace(self, images=self.images.replaced(pictures), edited=edited)

    def parts(self, row: int) -> list[str]:
        """What each turn of a chat says; the text alone where these are no chats."""
        text = self.text[row]
        sizes = self.turns[row] if self.turns is not None else (len(text),)
        return parts_of(text, sizes) if sizes is not None else []


@dataclass(frozen=True)
class Borders:
    """Where the records of a piece lie when a newline alone does not tell: one row per record."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    """Newlines in the piece before the record."""
    flags: NDArray[np.uint8]
    """0 for a sound record, else why it is not, in the format's own numbers."""

    def between(self, first: int, stop: int, start: int, line: int) -> Borders:
        """Those of the records from `first` to `stop`, in a piece that begins at byte `start` and line `line`."""
        rows = slice(first, stop)
        return Borders(self.starts[rows] - start, self.ends[rows] - start, self.lines[rows] - line, self.flags[rows])


@dataclass(frozen=True)
class Piece:
    """Records of one file that lie together: raw bytes that end at a record border, or rows of a frame."""

    file: int
    data: bytes | pl.DataFrame
    first_record: int
    first_line: int = 0
    records: int = 0
    """Record numbers the piece spans."""
    offset: int = 0
    """Where `data` begins in the (decompressed) file."""
    done: int = 0
    """Bytes of the file on disk that were read when the piece was cut: for showing progress."""
    frame_bytes: int = 0
    """Of rows of a frame, about how many bytes they are; of pictures, what these weigh."""
    header: tuple[str, ...] = ()
    borders: Borders | None = None
    unreadable: tuple[Unreadable, ...] = ()
    """What was found unreadable while cutting: too long to hold, or behind a break in the archive."""
    marks: NDArray[np.uint32] | None = field(default=None, compare=False)
    """Of lines, (marks, 2): before how many records, and bytes, of the piece some of them begin."""

    def weight(self) -> int:
        """Bytes, or about as many, that the piece adds to its chunk."""
        return self.frame_bytes or (len(self.data) if isinstance(self.data, bytes) else 0)


@dataclass(frozen=True)
class Chunk:
    """Pieces that become one batch."""

    index: int
    pieces: tuple[Piece, ...]
    done: int = 0
    """Bytes on disk of the whole input that were read so far; compare with `Corpus.size`."""

    @property
    def alone(self) -> bool:
        """Whether it is so large, by one huge record, that an engine works on nothing beside it."""
        return sum(piece.weight() for piece in self.pieces) > 2 * CHUNK_BYTES


@dataclass(frozen=True, eq=False)
class Slices(Sequence[bytes]):
    """Byte strings that lie in one buffer, made when they are asked for; `starts` and `ends` are (strings,).

    >>> slices = Slices(np.frombuffer(b"one\\ntwo\\nthree", np.uint8), np.array([0, 4, 8]), np.array([3, 7, 13]))
    >>> list(slices), b"".join(slices.take(np.array([1, 2])).lines()), slices == [b"one", b"two", b"three"]
    ([b'one', b'two', b'three'], b'two\\nthree\\n', True)
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Slices(self.data, self.starts[at], self.ends[at])
        return self.data[self.starts[at] : self.ends[at]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        view: Any = memoryview(self.data)  # type: ignore[arg-type]
        return (bytes(view[start:end]) for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def take(self, rows: NDArray[np.int64]) -> Slices:
        """Those of these numbers, in this order."""
        return Slices(self.data, self.starts[rows], self.ends[rows])

    def packed(self) -> NDArray[np.uint8]:
        """All in a row; nothing is copied where they lie so already."""
        parts = [self.data[start:end] for start, end in self._runs(0)]
        return parts[0] if len(parts) == 1 else np.concatenate([self.data[:0], *parts])

    @property
    def borders(self) -> NDArray[np.int64]:
        """Where each begins in `packed`, and the last one ends."""
        borders = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self.ends - self.starts, out=borders[1:])
        return borders

    def lines(self) -> list[bytes | memoryview]:
        """Each with a newline behind it, in a row; those that lie so already are one part, which is not copied."""
        view: Any = memoryview(self.data)  # type: ignore[arg-type]
        parts: list[Any] = []
        for start, end in self._runs(1):
            newline = end < len(view) and view[end] == _NEWLINE
            parts += [view[start : end + 1]] if newline else [view[start:end], b"\n"]
        return parts

    def _runs(self, gap: int) -> Iterator[tuple[int, int]]:
        """From where to where those lie that follow each other, `gap` bytes apart, which is one newline or nothing."""
        if not len(self):
            return
        follows = self.starts[1:] == self.ends[:-1] + gap
        if gap:
            follows &= self.data[np.minimum(self.ends[:-1], len(self.data) - 1)] == _NEWLINE
        first = np.flatnonzero(np.concatenate([[True], ~follows]))
        last = np.append(first[1:], len(self)) - 1
        yield from zip(self.starts[first].tolist(), self.ends[last].tolist(), strict=True)


_NEWLINE = ord("\n")


@dataclass
class Rows:
    """The documents of one piece: texts as UTF-8, record numbers, raw records, columns, and what was unreadable."""

    texts: Sequence[bytes]
    records: NDArray[np.int64]
    raw: Sequence[bytes] = ()
    columns: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    turns: Sequence[Shape] = ()
    """Of chats, how the turns of each document are balanced, and how long they are."""
    images: Images | None = None
    """Of pictures, these; the texts are empty then."""


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
            text=_text(_joined([part.texts for part in parts]), facts),
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
            spooled: Corpus = spooling.corpus_of(
                data,
                text=text,
                id=id,
                label=label,
                group=group,
                date=date,
                more=more,
                max_unreadable=max_unreadable,
            )
            return spooled
        kind, sample, column = _opened(data)
        columns, notes = find_columns(sample, asked, text=text)
        names = tuple(map(str, getattr(data, "columns", ("text",))))
        text_columns = needed_of(names, [columns.text]) if columns.turns else [columns.text]
        used = dict.fromkeys((*text_columns, *columns.extras().values(), *(name for name in more if name in names)))
        whole = isinstance(data, pl.DataFrame)  # costs nothing, and a cleaned copy has every column
        return FrameCorpus(
            files=(File(path=f"<{kind}>", format="frame"),),
            columns=columns,
            notes=(*said, *notes) if kind != "list" else (),
            max_unreadable=max_unreadable,
            frame=data if whole else pl.DataFrame([column(name) for name in used]),
            names=names,
        )


@dataclass(frozen=True)
class FrameCorpus(Corpus):
    """Documents that are in memory already; record numbers are row numbers, from 1."""

    frame: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    names: tuple[str, ...] = ()
    """Of all columns that the data had."""

    def pieces(self) -> Iterator[Piece]:
        """The frame cut where the text fills a chunk."""
        return frame_pieces([self.frame], self.columns.text, 0, CHUNK_BYTES, CHUNK_RECORDS)

    def rows(self, piece: Piece) -> Rows:
        """The documents of a slice."""
        assert isinstance(piece.data, pl.DataFrame)
        return frame_rows(piece.data, self.columns, piece.file, piece.first_record)

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The rows of a slice."""
        return frame_records(piece)

    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """The documents of these rows; InputError where a row is not there or is no document."""
        texts = []
        for _, record in addresses:
            row = self.frame.slice(record - 1, 1) if record > 0 else self.frame.clear()
            found = frame_rows(row, self.columns, 0, record).texts
            if not found:
                raise InputError(f"{self.files[0].path}: there is no document in row {record}")
            texts.append(found[0].decode())
        return texts


def pack(pieces: Iterable[Piece], files: Sequence[File], size: int, records: int) -> Iterator[Chunk]:
    """Pieces gathered, in order, into chunks of about `size` bytes and at most `records` records.

    Raw records and rows of frames never share one.

    A piece is never cut here, so one that is larger is a chunk alone.
    """
    held: list[Piece] = []
    weight = count = index = 0
    before = [0, *np.cumsum([file.size for file in files]).tolist()]

    def chunk() -> Chunk:
        last = held[-1]
        return Chunk(index, tuple(held), done=before[last.file] + last.done)

    for piece in pieces:
        full = (weight and weight + piece.weight() > size) or (count and count + piece.records > records)
        if held and (full or isinstance(piece.data, bytes) != isinstance(held[-1].data, bytes)):
            yield chunk()
            index, held, weight, count = index + 1, [], 0, 0
        held.append(piece)
        weight += piece.weight()
        count += piece.records
    if held:
        yield chunk()


def frame_pieces(frames: Iterable[pl.DataFrame], text: str, file: int, size: int, records: int) -> Iterator[Piece]:
    """The rows of `frames` cut wherever they fill `size` bytes or are `records`, however they are spread over frames."""
    held: list[pl.DataFrame] = []
    record, weight, height = 1, 0, 0
    for frame in frames:
        totals = np.cumsum(_weights(frame, text))
        start = before = 0
        while start < frame.height:
            stop = min(int(np.searchsorted(totals, before + size - weight)) + 1, start + records - height)
            held.append(frame[start:stop])
            if stop > frame.height:
                weight += int(totals[-1]) - before
                height += frame.height - start
                break
            rows = pl.concat(held)
            weight += int(totals[stop - 1]) - before
            yield Piece(file, rows, record, records=rows.height, frame_bytes=weight)
            record, weight, height, held = record + rows.height, 0, 0, []
            start, before = stop, int(totals[stop - 1])
    if held:
        rows = pl.concat(held)
        yield Piece(file, rows, record, records=rows.height, frame_bytes=weight)


def frame_rows(frame: pl.DataFrame, columns: Columns, file: int, first_record: int) -> Rows:
    """The documents of a frame's rows; a row without a string in the text column is unreadable."""
    column = frame_column(frame, columns.text) if not columns.turns else None
    values: list[Any]
    faults: list[Any]
    shapes: list[Shape] = []
    if columns.turns:
        values, faults, shapes = _turned(frame, columns.text)
    elif column is None:
        listing = ", ".join(frame.columns)
        faults = [("missing text", f"no column {columns.text!r}; there are: {listing}", b"")] * frame.height
        values = [None] * frame.height
    else:
        values = column.to_list()
        faults = []
    texts: list[bytes] = []
    good: list[int] = []
    unreadable = []
    for row, value in enumerate(values):
        try:
            texts.append(value.encode())
            good.append(row)
        except (AttributeError, UnicodeEncodeError):
            fault = faults[row] if faults and faults[row] else _fault(value, columns.text)
            if isinstance(fault, bytes):
                texts.append(fault)
                good.append(row)
            else:
                unreadable.append(Unreadable(file, first_record + row, 0, *fault))
    extras: dict[str, Sequence[str | None]] = {}
    for role, name in columns.extras().items():
        found = frame_column(frame, name)
        strings = as_strings(found) if found is not None else [None] * frame.height
        extras[role] = strings if len(good) == len(strings) else [strings[row] for row in good]
    turns = [shapes[row] for row in good] if shapes else []
    return Rows(texts, first_record + np.array(good, dtype=np.int64), (), extras, unreadable, turns)


def frame_records(piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Number and values of the rows of a frame."""
    assert isinstance(piece.data, pl.DataFrame)
    return enumerate(piece.data.to_dicts(), piece.first_record)


def frame_column(frame: pl.DataFrame, name: str) -> pl.Series | None:
    """A column by name, or by a dotted path into structs; None where there is none."""
    if name in frame.columns:
        return frame[name]
    root, *inner = name.split(".")
    column = frame[root] if root in frame.columns else None
    for key in inner:
        if column is not None and isinstance(column.dtype, pl.List) and key.isdecimal():
            column = column.list.get(int(key), null_on_oob=True)
        elif column is not None and isinstance(column.dtype, pl.Struct) and key in column.struct.fields:
            column = column.struct.field(key)
        else:
            return None
    return column


def _turned(frame: pl.DataFrame, name: str) -> tuple[list[Any], list[Any], list[Shape]]:
    """The text of each row whose text lies in several places, or None, and then why; and how its turns are."""
    values: list[Any] = []
    faults: list[Any] = []
    shapes: list[Shape] = []
    for record in turn_columns(frame, name).to_dicts():
        try:
            turns = text_turns(record, name)
            values.append(joined(turns))
            faults.append(None)
            shapes.append(shape_of(turns))
        except NoTurns as no:
            values.append(None)
            faults.append((no.kind, no.reason, b""))
            shapes.append(shape_of([]))
    return values, faults, shapes


def turn_columns(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The columns of a frame in which the turns of a text lie."""
    return frame.select(needed_of(frame.columns, [name]))


def turns_fault(record: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Kind and reason for a record that has no turns.

    >>> turns_fault({"messages": [5]}, "messages")
    ('text is not a string', 'messages[0] is int, not a turn with a role and a content')
    """
    try:
        joined(text_turns(record, name)).encode()
    except NoTurns as no:
        return no.kind, no.reason
    return "lone surrogate", "half of a surrogate pair, which is no character"


def as_strings(column: pl.Series) -> list[str | None]:
    """A column of ids, labels or groups as strings, see `as_string`.

    >>> as_strings(pl.Series([1, None])), as_strings(pl.Series([True]))
    (['1', None], ['true'])
    """
    if column.dtype.is_integer() or column.dtype in (pl.String, pl.Boolean, pl.Categorical, pl.Enum):
        return column.cast(pl.String).to_list()
    return [as_string(value) for value in column.to_list()]


def text_fault(value: Any, name: str) -> tuple[str, str]:
    """Kind and reason for a value that is no text.

    >>> text_fault(None, "body"), text_fault(4.5, "body")
    (('null text', "'body' is null"), ('text is not a string', "'body' is a number: 4.5"))
    """
    if value is None:
        return "null text", f"{name!r} is null"
    shown = (as_string(value) or "")[:60] if not isinstance(value, bytes) else repr(value[:40])
    return "text is not a string", f"{name!r} is {value_kind(value)}: {shown}"


def value_kind(value: Any) -> str:
    """What a value is, in words.

    >>> value_kind(True), value_kind([1]), value_kind(None)
    ('a truth value', 'a list', 'null')
    """
    kinds = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return "null" if value is None else kinds.get(type(value), f"a {type(value).__name__}")


def _fault(value: Any, name: str) -> tuple[str, str, bytes] | bytes:
    """Why a value in a frame is no document: (kind, reason, raw); or its bytes, if they are UTF-8 text after all."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return "lone surrogate", f"{name!r} holds half of a surrogate pair, which is no character", raw[:RAW_KEPT]
    if isinstance(value, bytes):
        try:
            value.decode()
        except UnicodeDecodeError as error:
            return "invalid UTF-8", f"byte 0x{value[error.start]:02x} at position {error.start + 1}", value[:RAW_KEPT]
        return value
    return *text_fault(value, name), (as_string(value) or "").encode()[:RAW_KEPT]


def _weights(frame: pl.DataFrame, text: str) -> NDArray[np.int64]:
    """About how many bytes each row weighs."""
    column = frame_column(frame, text)
    several = turn_columns(frame, text)
    if several.width and (column is None or isinstance(column.dtype, pl.List)):
        return (
            several.select(pl.struct(pl.all()).struct.json_encode().str.len_bytes())
            .to_series()
            .to_numpy()
            .astype(np.int64)
        )
    if (pictures := _picture_bytes(frame[text] if text in frame.columns else frame)) is not None:
        return pictures
    if column is not None and column.dtype == pl.String:
        return column.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    values = column.to_list() if column is not None else [None] * frame.height
    return np.array([len(value) if isinstance(value, str | bytes) else 0 for value in values], dtype=np.int64)


def _picture_bytes(data: pl.Series | pl.DataFrame) -> NDArray[np.int64] | None:
    """How many bytes of binary, bare or in a struct beside a path, each row of a column or a frame has; None without such columns."""
    columns = [data] if isinstance(data, pl.Series) else data.get_columns()
    held = [
        column.struct.field("bytes")
        if isinstance(column.dtype, pl.Struct) and "bytes" in column.struct.fields
        else column
        for column in columns
    ]
    sizes = [c.bin.size().fill_null(0).to_numpy().astype(np.int64) for c in held if c.dtype == pl.Binary]
    return np.sum(sizes, axis=0) if sizes else None


def _rows_of(frame: pl.DataFrame, rows: NDArray[np.int64]) -> pl.DataFrame:
    """These rows of a frame of strings; polars would have its threads do it, which takes longer than the few that a batch has."""
    if not frame.width:
        return frame
    at = rows.tolist()
    values = {column.name: column.to_list() for column in frame.get_columns()}
    return pl.DataFrame([pl.Series(name, [own[row] for row in at], dtype=pl.String) for name, own in values.items()])


def _text(documents: Sequence[bytes], turns: NDArray[np.int64] | None = None) -> Text:
    if isinstance(documents, Slices):
        return Text(documents.packed, documents.borders, turns)
    text = Text.of_bytes(documents)
    return text if turns is None else Text(text.data, text.offsets, turns)


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
