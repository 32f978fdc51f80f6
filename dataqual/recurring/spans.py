"""Spans of words that come again, within a document or in a later one: which of them go, so that the first stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Address, Chunk, Corpus
from dataqual.kernels import recurring as kernels
from dataqual.ledger import RECORD, RECORD_BITS, addresses
from dataqual.operators import Engine
from dataqual.recurring.rows import Rows, recurring
from dataqual.text import OTHER, Segments, Text

SHARE = 8
"""An eighth of the memory is for sorting; batches in flight take the most of the rest."""

TEXT_AT_ONCE = 32 << 20
"""Bytes of text read again at once, or one document and that which is kept: at least so many."""

DOCUMENT = np.uint64(32)
"""A place is one number: document in corpus order, and the word in it (32 bits)."""

WORD = np.int64((1 << 32) - 1)

Spans = NDArray[np.int64]
"""(spans, 2): tokens of one document, from and up to."""

_NOTHING = np.zeros((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Words:
    """The words of some documents that are not gone, with the marks between them; arrays over words are (words,)."""

    tokens: Segments
    number: NDArray[np.int64]
    """Of each token, which of all tokens of its document it is, those that are gone included."""
    token: NDArray[np.int64]
    """Of each word, which of `tokens` it is."""
    units: NDArray[np.uint64]
    """Hashes of each word and the marks before it."""
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, text: Text, gone: list[Spans]) -> Words:
        """The words of every document but for its tokens that are `gone`."""
        every = text.cut("tokens")
        stays = np.ones(len(every), bool)
        for document, spans in enumerate(gone):
            for start, end in (spans + every.offsets[document]).tolist():
                stays[start:end] = False
        number = np.arange(len(every)) - np.repeat(every.offsets[:-1], every.counts)
        tokens = every if stays.all() else every.where(stays)
        token, units = np.empty(len(tokens), np.int64), np.empty(len(tokens), np.uint64)
        offsets = np.empty_like(tokens.offsets)
        n = kernels.join_words(tokens.hashes, tokens.flags, tokens.offsets, OTHER, token, units, offsets)
        return cls(tokens, number[stays], token[:n], units[:n], offsets)

    def sample(self, words: int) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Sampled windows: hash, document, first word in it; two spans of so many words that agree share one at least."""
        hashes, place = np.empty(len(self.token), np.uint64), np.empty(len(self.token), np.int64)
        n = kernels.sample_windows(self.units, self.tokens.hashes, self.token, self.offsets, words, hashes, place)
        document = np.searchsorted(self.offsets, place[:n], side="right") - 1
        return hashes[:n], document, place[:n] - self.offsets[document]

    def around(
        self, document: NDArray[np.int64], sampled: NDArray[np.int64], words: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """All windows of so many words that hold one of the sampled ones: hash, document, first word in it."""
        room, n = 0, len(sampled) * 16 + 64
        while room < n:  # twice at most
            room = n
            hashes, owner, place = np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64)
            n = kernels.hash_around(
                self.units,
                self.tokens.hashes,
                self.token,
                self.offsets,
                document,
                sampled,
                words,
                hashes,
                owner,
                place,
            )
        return hashes[:n], owner[:n], place[:n]

    def compared(self, spans: NDArray[np.int64]) -> Spans:
        """Tokens, numbered in their documents, of spans (document, word, document and word of the first copy, words).

        With the marks around them that stand around the first copy too; -1 where the two are not the same.
        """
        tokens = self.tokens
        given = spans.copy()
        given[:, 1] += self.offsets[spans[:, 0]]
        given[:, 3] += self.offsets[spans[:, 2]]
        out = np.empty((len(spans), 2), np.int64)
        marks = (tokens.flags & OTHER) != 0
        kernels.compare_spans(tokens.data, tokens.starts, tokens.ends, marks, tokens.offsets, self.token, given, out)
        same = out[:, 0] >= 0
        out[same, 0] = self.number[out[same, 0]]
        out[same, 1] = self.number[out[same, 1] - 1] + 1
        return out


@dataclass(frozen=True, eq=False)
class RecurringSpans:
    """What goes of which documents. Arrays are (documents,), of those that lose something, by address."""

    place: NDArray[np.uint64]
    kept: NDArray[np.uint64]
    """Where the first span that goes stays."""
    borders: NDArray[np.int64]
    """(documents + 1,) into `spans`."""
    spans: NDArray[np.uint32]
    """Tokens that go, from and up to, (spans, 2)."""


@dataclass
class _Known:
    """What is known of the corpus: where its documents are, and what of them is gone."""

    corpus: Corpus
    engine: Engine
    words: int
    chunks: list[int] = field(default_factory=list)
    """The first document of each chunk, and of the one behind the last."""
    places: bytearray = field(default_factory=bytearray)
    sizes: bytearray = field(default_factory=bytearray)
    gone: dict[int, Spans] = field(default_factory=dict)
    """By document: spans of its tokens, in order, none touching another."""
    kept: dict[int, int] = field(default_factory=dict)
    """By document that loses something: where the first of it stays."""
    emptied: set[int] = field(default_factory=set)
    changed: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    """The round before which each document changed last."""

    @property
    def memory(self) -> int:
        """Bytes for sorting."""
        return self.engine.memory // SHARE

    @property
    def at_once(self) -> int:
        """Bytes of text that are read again at once: an archive is read from its beginning every time."""
        return max(TEXT_AT_ONCE, self.memory)

    def sorted_by_place(self, columns: int) -> Rows:
        """Rows that come back in the order of the corpus, documents whole."""
        return Rows(columns=columns, span=len(self.changed) << 32, memory=self.memory, together=32)

    def words_of(self, text: Text, documents: NDArray[np.int64]) -> Words:
        """What is left of these documents."""
        return Words.of(text, [self.gone.get(document, _NOTHING) for document in documents.tolist()])

    def fetch(self, documents: NDArray[np.int64]) -> Words:
        """The same, read again."""
        places = np.frombuffer(self.places, np.uint64)[documents]
        wanted: list[Address] = list(zip((places >> RECORD_BITS).tolist(), (places & RECORD).tolist(), strict=True))
        return self.words_of(Text.of(self.corpus.fetch(wanted)), documents)


def survey(corpus: Corpus, engine: Engine, words: int) -> RecurringSpans:
    """Which spans go, so that no `words` words in a row stand twice in what is left.

    In rounds: what is left of a document before and behind a span may, put together, come again. From the second round
    on only documents that changed are sampled anew. On disk 24 bytes per sampled window (about 4 in `words` words) and
    16 per word that comes again; in memory 24 bytes per document, 16 per span that goes, and 8 per different window
    that comes again.
    """
    known = _Known(corpus, engine, words)
    with Rows(columns=3, span=1 << 64, memory=known.memory) as samples:
        turn = 0
        while turn == 0 or (known.changed == turn).any():
            if turn == 0:
                _sample(known, samples)
            else:
                _sample_changed(known, samples, turn)
            _take_out(known, _repeated(known, samples, turn), turn + 1)
            turn += 1
    return _result(known)


def _sample(known: _Known, samples: Rows) -> None:
    """Add the sampled windows of all documents, and learn where those are."""

    def look(chunk: Chunk) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
        batch = known.corpus.parse(chunk)
        everything = Words.of(batch.text, [_NOTHING] * len(batch))
        found = _sampled(everything, np.arange(len(batch)), known.words, 0)
        return found, addresses(batch.file, batch.record), batch.text.byte_counts

    for found, places, sizes in known.engine.map(look, known.corpus.chunks()):
        known.chunks.append(len(known.places) // 8)
        found[:, 1] += np.uint64(known.chunks[-1]) << DOCUMENT
        samples.add(found)
        known.places += places.tobytes()
        known.sizes += sizes.tobytes()
    known.chunks.append(len(known.places) // 8)
    known.changed = np.zeros(known.chunks[-1], np.uint64)


def _sample_changed(known: _Known, samples: Rows, turn: int) -> None:
    """Add those of the documents that changed before this round."""
    for documents in _portions(known, np.flatnonzero(known.changed == turn)):
        samples.add(_sampled(known.fetch(documents), documents, known.words, turn))


def _sampled(words: Words, documents: NDArray[np.int64], size: int, turn: int) -> NDArray[np.uint64]:
    """Hash, place and round of sampled windows, (windows, 3)."""
    hashes, document, word = words.sample(size)
    return np.stack([hashes, _place(documents[document], word), np.full(len(hashes), turn, np.uint64)], axis=1)


def _portions(known: _Known, documents: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """The documents in portions that are read at once."""
    filled = np.cumsum(np.frombuffer(known.sizes, np.int64)[documents]) // known.at_once
    yield from np.split(documents, np.flatnonzero(np.diff(filled)) + 1) if len(documents) else ()


def _repeated(known: _Known, samples: Rows, turn: int) -> Iterator[NDArray[np.int64]]:
    """Spans that are to go, document after document: place, place of the first copy, words; (spans, 3)."""
    with known.sorted_by_place(1) as sampled, known.sorted_by_place(2) as again:
        for rows in samples.groups():
            sampled.add(_sampled_again(rows[rows[:, 2] == known.changed[_document(rows[:, 1])]], turn))
        different = 0
        with Rows(columns=2, span=1 << 64, memory=known.memory) as windows:
            for found in _around(known, sampled) if turn == 0 else _around_changed(known, sampled):
                windows.add(found)
            for rows in windows.groups():
                often = _often(rows[:, 0])
                _, rank = recurring(rows[often, 0])
                again.add(np.stack([rows[often, 1], (rank + different).astype(np.uint64)], axis=1))
                different += int(rank[-1]) + 1 if len(rank) else 0
        first = np.full(different, -1, np.int64)
        for rows in again.groups():
            spans = np.empty((len(rows), 3), np.int64)
            yield spans[: kernels.settle_windows(rows, known.words, first, spans)]


def _sampled_again(rows: NDArray[np.uint64], turn: int) -> NDArray[np.uint64]:
    """The places of sampled windows that come again, from the second round on if one of them is new; (places, 1)."""
    often = _often(rows[:, 0])
    if turn and len(rows):
        borders, rank = recurring(rows[:, 0])
        often &= (np.maximum.reduceat(rows[:, 2], borders[:-1]) == turn)[rank]
    return rows[often, 1:2]


def _often(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of sorted keys are there more than once."""
    borders, rank = recurring(keys)
    many: NDArray[np.bool_] = (np.diff(borders) > 1)[rank]
    return many


def _by_chunk(known: _Known, sampled: Rows) -> Iterator[tuple[Chunk, NDArray[np.uint64]]]:
    """The chunks that hold such places, with those."""
    groups = sampled.groups()
    held = np.zeros(0, np.uint64)
    for chunk in known.corpus.chunks():
        end = np.uint64(known.chunks[chunk.index + 1]) << DOCUMENT
        while not len(held) or held[-1] < end:
            group = next(groups, None)
            if group is None:
                break
            held = np.concatenate([held, group[:, 0]])
        at = int(np.searchsorted(held, end))
        if at:
            yield chunk, held[:at]
        held = held[at:]


def _around(known: _Known, sampled: Rows) -> Iterator[NDArray[np.uint64]]:
    """Hash and place of all windows around these places."""

    def look(item: tuple[Chunk, NDArray[np.uint64]]) -> NDArray[np.uint64]:
        chunk, places = item
        documents, row = np.unique(_document(places), return_inverse=True)
        text = known.corpus.parse(chunk).take(documents - known.chunks[chunk.index]).text
        return _windows(known.words_of(text, documents), documents, row, places, known.words)

    yield from known.engine.map(look, _by_chunk(known, sampled))


def _around_changed(known: _Known, sampled: Rows) -> Iterator[NDArray[np.uint64]]:
    """The same from the second round on, when they are few."""
    for group in sampled.groups():
        places = group[:, 0]
        for portion in _portions(known, np.unique(_document(places))):
            own = places[(_document(places) >= portion[0]) & (_document(places) <= portion[-1])]
            documents, row = np.unique(_document(own), return_inverse=True)
            yield _windows(known.fetch(documents), documents, row, own, known.words)


def _windows(
    words: Words, documents: NDArray[np.int64], row: NDArray[np.int64], places: NDArray[np.uint64], size: int
) -> NDArray[np.uint64]:
    hashes, owner, word = words.around(row, places.astype(np.int64) & WORD, size)
    return np.stack([hashes, _place(documents[owner], word)], axis=1)


def _take_out(known: _Known, spans: Iterator[NDArray[np.int64]], turn: int) -> None:
    """Take out the spans that are, as text, what their first copy is; documents that lose something changed in `turn`."""
    lost: dict[int, Spans] = {}
    for part in spans:
        for block in _blocks(part, np.frombuffer(known.sizes, np.int64), known.at_once):
            lost |= _compared(known, block)
    for document, own in lost.items():
        known.gone[document] = _union(np.concatenate([known.gone.get(document, _NOTHING), own]))
        known.changed[document] = turn


def _compared(known: _Known, spans: NDArray[np.int64]) -> dict[int, Spans]:
    """By document: tokens that go."""
    documents, row = np.unique(spans[:, :2] >> 32, return_inverse=True)
    row = row.reshape(-1, 2)
    words = known.fetch(documents)
    word = spans[:, :2] & WORD
    tokens = words.compared(np.stack([row[:, 0], word[:, 0], row[:, 1], word[:, 1], spans[:, 2]], axis=1))
    same = tokens[:, 0] >= 0  # else two windows have one hash
    row, tokens = row[same], tokens[same]
    lost = {}
    for low, high in pairwise(np.flatnonzero(np.diff(row[:, 0], prepend=-1, append=len(documents))).tolist()):
        at = int(row[low, 0])
        document, keeper = int(documents[at]), int(documents[row[low:high, 1].min()])
        lost[document] = own = _union(tokens[low:high])
        known.kept[document] = min(keeper, known.kept.get(document, keeper))
        left = words.number[words.token[words.offsets[at] : words.offsets[at + 1]]]
        if (np.searchsorted(own[:, 0], left, side="right") > np.searchsorted(own[:, 1], left, side="right")).all():
            known.emptied.add(document)
    return lost


def _blocks(spans: NDArray[np.int64], sizes: NDArray[np.int64], most: int) -> Iterator[NDArray[np.int64]]:
    """The spans cut between documents wherever the documents, and those that are kept, fill so many bytes."""
    if not len(spans):
        return
    documents = spans[:, :2] >> 32
    other = np.ones(documents.shape, bool)
    other[1:] = documents[1:] != documents[:-1]
    filled = np.cumsum((sizes[documents] * other).sum(axis=1)) // most
    begins = np.flatnonzero(other[:, 0])
    begins = begins[np.append(True, np.diff(filled[begins]) > 0)]
    for low, high in pairwise([*begins.tolist(), len(spans)]):
        yield spans[low:high]


def _union(spans: Spans) -> Spans:
    """Spans in order, those that overlap or touch made one.

    >>> _union(np.array([[4, 6], [0, 2], [5, 9], [2, 3]])).tolist()
    [[0, 3], [4, 9]]
    """
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    upto = np.maximum.accumulate(ordered[:, 1])
    first = np.append(True, ordered[1:, 0] > upto[:-1])
    last = np.append(first[1:], True)
    return np.stack([ordered[first, 0], upto[last]], axis=1)


def _result(known: _Known) -> RecurringSpans:
    places = np.frombuffer(known.places, np.uint64)
    documents = sorted(known.gone)
    kept = []
    for document in documents:
        keeper = known.kept[document]
        while keeper in known.emptied:  # it lost that, and all the rest, in a later round
            keeper = known.kept[keeper]
        kept.append(keeper)
    spans = [known.gone[document] for document in documents]
    borders = np.cumsum([0, *map(len, spans)])
    together = np.concatenate([_NOTHING, *spans]).astype(np.uint32)
    return RecurringSpans(places[np.array(documents, np.int64)], places[np.array(kept, np.int64)], borders, together)


def _place(document: NDArray[np.int64], word: NDArray[np.int64]) -> NDArray[np.uint64]:
    return (document.astype(np.uint64) << DOCUMENT) | word.astype(np.uint64)


def _document(places: NDArray[np.uint64]) -> NDArray[np.int64]:
    return (places >> DOCUMENT).astype(np.int64)
