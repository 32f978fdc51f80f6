"""Lines and paragraphs that stand in several documents: which of them go, so that each stays in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Chunk, Corpus
from dataqual.kernels import recurring as kernels
from dataqual.ledger import addresses
from dataqual.line_cuts import ranks
from dataqual.operators import Engine
from dataqual.recurring.rows import Rows, recurring
from dataqual.text import Segments, Text

SHARE = 8
"""An eighth of the memory is for sorting; batches in flight take the most of the rest."""

DOCUMENT = np.uint64(32)
"""A place is one number: document in corpus order, and the piece in it (32 bits)."""

PIECE = np.uint64((1 << 32) - 1)


@dataclass(frozen=True)
class Pieces:
    """Which lines or paragraphs are compared, and what makes two the same.

    >>> Pieces("lines", min_words=2, fold=True).of(Text.of(["Hello  World\\n}", "hello world"])).hashes.tolist() == [
    ...     *Pieces("lines", min_words=2, fold=True).of(Text.of(["hello world"])).hashes.tolist() * 2
    ... ]
    True
    """

    kind: Literal["lines", "paragraphs"]
    min_words: int
    fold: bool

    def of(self, text: Text) -> Found:
        """The pieces of a text, and which of them are long enough to be compared."""
        every: Segments = (text.lines if self.kind == "lines" else text.paragraphs).stripped
        words = text.cut("unicode").starts
        counts = ranks(words, every.ends) - ranks(words, every.starts)
        chosen = np.flatnonzero(counts >= self.min_words)
        return Found(text, every, chosen, self._hash(text, every)[chosen])

    def _hash(self, text: Text, every: Segments) -> NDArray[np.uint64]:
        if not self.fold:
            return every.hashes
        tokens = text.cut("tokens")
        hashes = np.empty(len(every), np.uint64)
        kernels.hash_lines(tokens.folded, tokens.starts, every.ends, hashes)
        return hashes


@dataclass(frozen=True, eq=False)
class Found:
    """The pieces of some documents."""

    text: Text
    every: Segments
    """Without the white space around them."""
    chosen: NDArray[np.int64]
    """Those that are compared."""
    hashes: NDArray[np.uint64]
    """Of the chosen, (chosen,)."""

    @property
    def borders(self) -> NDArray[np.int64]:
        """The first chosen piece of each document, (documents + 1,)."""
        return np.searchsorted(self.chosen, self.every.offsets)


@dataclass(frozen=True, eq=False)
class RecurringPieces:
    """What goes of which documents. Arrays are (documents,), of those that lose something, by address."""

    place: NDArray[np.uint64]
    kept: NDArray[np.uint64]
    """Where the first piece that goes stays; the document's own address where it goes as a whole."""
    lost: NDArray[np.float64]
    """Share of its characters that stand in documents before it."""
    whole: NDArray[np.bool_]
    """Whether the document goes as a whole."""
    borders: NDArray[np.int64]
    """(documents + 1,) into `pieces`."""
    pieces: NDArray[np.uint32]
    """Which of its chosen pieces go, none of a document that goes as a whole."""


def survey(corpus: Corpus, engine: Engine, pieces: Pieces, copies: int, max_loss: float) -> RecurringPieces:
    """Which pieces go: those that stand in `copies` documents or more go from all but the first that stays.

    A document of which everything, or more than `max_loss` of its characters, would go, goes as a whole, and counts as
    having none. On disk 24 bytes per piece, in memory 16 per document, 8 per different piece that comes again.
    """

    def look(chunk: Chunk) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
        batch = corpus.parse(chunk)
        found = pieces.of(batch.text)
        documents = found.every.documents[found.chosen]
        number = np.arange(len(found.chosen)) - found.borders[documents]
        place = (documents.astype(np.uint64) << DOCUMENT) | number.astype(np.uint64)
        rows = np.stack([found.hashes, place, found.every.chars[found.chosen].astype(np.uint64)], axis=1)
        return rows, addresses(batch.file, batch.record), found.every.total(found.every.chars)

    memory = engine.memory // SHARE
    places, sizes = bytearray(), bytearray()
    with Rows(columns=3, span=1 << 64, memory=memory) as seen:
        for rows, where, size in engine.map(look, corpus.chunks()):
            rows[:, 1] += np.uint64(len(places) // 8) << DOCUMENT
            seen.add(rows)
            places += where.tobytes()
            sizes += size.tobytes()
        known = np.frombuffer(places, np.uint64)
        with Rows(columns=3, span=len(known) << 32, memory=memory, together=32) as again:
            different = 0
            for group in _recurring(seen, copies):
                group[:, 1] += np.uint64(different)
                different = int(group[-1, 1]) + 1
                again.add(group)
            return _settle(again, known, np.frombuffer(sizes, np.int64), different, max_loss)


def _recurring(seen: Rows, copies: int) -> Iterator[NDArray[np.uint64]]:
    """Place, rank from 0 on within the group, and characters of the pieces that stand in so many documents."""
    for rows in seen.groups():
        borders, rank = recurring(rows[:, 0])
        document = rows[:, 1] >> DOCUMENT
        another = np.ones(len(rows), np.int64)
        another[1:] = (document[1:] != document[:-1]) | (rank[1:] != rank[:-1])
        often = (np.add.reduceat(another, borders[:-1]) >= copies)[rank]
        if often.any():
            _, again = recurring(rows[often, 0])
            yield np.stack([rows[often, 1], again.astype(np.uint64), rows[often, 2]], axis=1)


def _settle(
    again: Rows, known: NDArray[np.uint64], sizes: NDArray[np.int64], different: int, max_loss: float
) -> RecurringPieces:
    first = np.full(different, -1, np.int64)
    lost = np.zeros(len(known), np.int64)
    places, keepers = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for rows in again.groups():
        goes = np.zeros(len(rows), np.bool_)
        kernels.settle_pieces(rows, sizes, max_loss, first, goes, lost)
        places.append(rows[goes, 0])
        keepers.append(first[rows[goes, 1]])
    gone, keeper = np.concatenate(places), np.concatenate(keepers)
    owner = (gone >> DOCUMENT).astype(np.int64)
    documents = np.flatnonzero(lost)
    borders = np.searchsorted(owner, np.append(documents, len(known)))
    whole = lost[documents] < 0
    kept = documents.copy()
    kept[~whole] = keeper[borders[:-1][~whole]]
    share = np.where(whole, ~lost[documents], lost[documents]) / sizes[documents]
    return RecurringPieces(known[documents], known[kept], share, whole, borders, (gone & PIECE).astype(np.uint32))
