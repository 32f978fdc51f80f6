"""`Batch`: the documents of one chunk, in order, with what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.columns import Columns
from dataqual.images.image import Images
from dataqual.pieces import Unreadable
from dataqual.slices import Slices
from dataqual.text import Text
from dataqual.turns import TurnSizes, divided, parts_of


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
            text=text_of(
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

        >>> from dataqual.corpus import Corpus
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

        >>> from dataqual.corpus import Corpus
        >>> [batch] = Corpus.of(["one", "two"]).batches()
        >>> after = batch.rewritten({1: b"three"})
        >>> after.text[0], after.text[1], after.edited.tolist()
        ('one', 'three', [False, True])
        """
        data, offsets = self.text.data, self.text.offsets.tolist()
        documents = [texts.get(row, data[a:b]) for row, (a, b) in enumerate(pairwise(offsets))]
        edited = np.zeros(len(self), bool) if self.edited is None else self.edited.copy()
        edited[list(texts)] = True
        text = text_of(list(map(bytes, documents)), self.text.turns)
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


def _rows_of(frame: pl.DataFrame, rows: NDArray[np.int64]) -> pl.DataFrame:
    """These rows of a frame of strings; polars would have its threads do it, which takes longer than the few that a batch has."""
    if not frame.width:
        return frame
    at = rows.tolist()
    values = {column.name: column.to_list() for column in frame.get_columns()}
    return pl.DataFrame([pl.Series(name, [own[row] for row in at], dtype=pl.String) for name, own in values.items()])


def text_of(documents: Sequence[bytes], turns: NDArray[np.int64] | None = None) -> Text:
    if isinstance(documents, Slices):
        return Text(documents.packed, documents.borders, turns)
    text = Text.of_bytes(documents)
    return text if turns is None else Text(text.data, text.offsets, turns)
