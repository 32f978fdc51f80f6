"""N-grams of known texts, and where other texts have them: whatever the case, the punctuation and the script.

Words are those of the cut `unicode` in lower case: a Han, kana or Thai character is a word, punctuation is none. So 13
words of English are as many as in Brown et al. 2020 (GPT-3, appendix C), and 13 characters of Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels import minhash
from dataqual.lazy import lazy
from dataqual.text import Segments, Text

SIZE = 13
"""Words: the n of GPT-3, and of most who came after. datatrove takes 12, Llama 2 (Touvron et al. 2023) 10 tokens and more."""

SHORTEST = 8
"""Words from which on a text that is shorter than an n-gram is looked for as a phrase within others: the least n of GPT-3.
Shorter still ("Yes.", 你好) it would convict half of a corpus, so it is looked for only as all that a document says."""

MEMORY_PER_BYTE = 40
"""What an index takes at most for a byte of text: some 75 bytes for each word, a Han character of three bytes is one, and
what is sorted is there twice."""

_LEAST_BITS, _MOST_BITS = 20, 26
_ROOM = 8
"""The table of the last bits of all hashes has this many places for each: seven of eight strangers need no search."""


@dataclass(frozen=True, eq=False)
class Hits:
    """Places of a text that have a known n-gram, by document and place; arrays are (hits,)."""

    document: NDArray[np.int64]
    place: NDArray[np.int64]
    """The first word, counted through the text's cut `unicode`."""
    size: NDArray[np.int64]
    """Words."""
    gram: NDArray[np.int64]
    """Number of the n-gram among the distinct known ones."""
    known: NDArray[np.int64]
    """The first word of it in the known text."""

    def __len__(self) -> int:
        return len(self.document)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Hits:
        """Some of them."""
        return Hits(*(getattr(self, name)[rows] for name in ("document", "place", "size", "gram", "known")))

    def counts(self, documents: int) -> NDArray[np.int64]:
        """How many each document has, (documents,)."""
        return np.bincount(self.document, minlength=documents)

    @lazy
    def spans(self) -> Spans:
        """Hits that overlap or touch, in one."""
        ends = np.maximum.accumulate(self.place + self.size) if len(self) else self.place
        new = np.ones(len(self), bool)
        new[1:] = (self.document[1:] != self.document[:-1]) | (self.place[1:] > ends[:-1])
        first = np.flatnonzero(new)
        last = np.append(first[1:], len(self)) - 1
        return Spans(self.document[first], self.place[first], ends[last[: len(first)]], self.known[first])


@dataclass(frozen=True, eq=False)
class Spans:
    """Runs of words that a text shares with known ones, in order; arrays are (spans,)."""

    document: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    """Word numbers; the last word is before `end`."""
    known: NDArray[np.int64]
    """Where in the known text the span begins."""

    def __len__(self) -> int:
        return len(self.document)

    def bytes(self, words: Segments) -> Iterator[tuple[int, int]]:
        """Where each begins and ends in the text's data."""
        yield from zip(words.starts[self.start].tolist(), words.ends[self.end - 1].tolist(), strict=True)


@dataclass(frozen=True, eq=False)
class _Table:
    """The distinct n-grams of one size and every place of each."""

    size: int
    hashes: NDArray[np.uint64]
    """Sorted, (grams,)."""
    first: NDArray[np.int64]
    """Where in `order` the places of each begin, (grams + 1,)."""
    order: NDArray[np.int64]
    """The first word of every place, by hash."""
    near: NDArray[np.bool_]
    """Whether any hash ends in these bits: most do not, which saves the search."""

    @classmethod
    def of(cls, size: int, hashes: NDArray[np.uint64], places: NDArray[np.int64]) -> _Table:
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
        bits = min(max(_LEAST_BITS, (_ROOM * len(starts)).bit_length()), _MOST_BITS)
        near = np.zeros(1 << bits, bool)
        near[ordered[starts] & np.uint64(len(near) - 1)] = True
        return cls(size, ordered[starts], np.append(starts, len(ordered)), places[order], near)

    def __len__(self) -> int:
        return len(self.hashes)

    def find(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of these hashes are there, and the numbers of theirs."""
        near = np.flatnonzero(self.near[hashes & np.uint64(len(self.near) - 1)])
        if not len(self):
            return near[:0], near[:0]
        at = np.searchsorted(self.hashes, hashes[near]).clip(max=len(self) - 1)
        same = self.hashes[at] == hashes[near]
        return near[same], at[same]


class Ngrams:
    """The n-grams of known texts, in memory: about `MEMORY_PER_BYTE` bytes for each of theirs.

    Of a text with fewer words than `size` it is all its words as one: from `shortest` words on found within others,
    below that only as all the words of a document. What a hash finds is compared word by word, by their hashes.

    >>> known = Ngrams(Text.of(["to be or not to be", "我们今天去公园"]), size=4, shortest=2)
    >>> text = Text.of(["He said: TO BE, OR NOT to do!", "to be", "昨天我们今天去"])
    >>> known.hits(text).counts(3).tolist()
    [2, 0, 2]
    """

    def __init__(self, text: Text, size: int = SIZE, shortest: int = SHORTEST) -> None:
        check_sizes(size, shortest)
        self.text = text
        self.size = size
        self.shortest = min(shortest, size)
        words = text.cut("unicode")
        short = np.unique(words.counts[(words.counts >= self.shortest) & (words.counts < size)])
        self._tables = tuple(self._table(words, length) for length in (size, *short.tolist()))

    def _table(self, words: Segments, length: int) -> _Table:
        hashes, places = _grams(words, length)
        counts = words.counts[documents_of(words, places)]
        wanted = (counts >= length) | (counts < self.shortest) if length == self.size else counts == length
        return _Table.of(length, hashes[wanted], places[wanted])

    def __len__(self) -> int:
        """How many distinct n-grams there are."""
        return sum(map(len, self._tables))

    def documents(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The known documents that words belong to."""
        return documents_of(self.text.cut("unicode"), places)

    def places(self, grams: NDArray[np.bool_]) -> Hits:
        """Every place of some n-grams, (n-grams,), in the known texts themselves."""
        found, base = [], 0
        words = self.text.cut("unicode")
        for table in self._tables:
            chosen = np.repeat(grams[base : base + len(table)], np.diff(table.first))
            places = table.order[chosen]
            numbers = np.repeat(np.arange(base, base + len(table)), np.diff(table.first))[chosen]
            documents = documents_of(words, places)
            sizes = np.minimum(table.size, words.counts[documents])
            found.append(Hits(documents, places, sizes, numbers, places))
            base += len(table)
        return _in_order(found)

    def hits(self, text: Text) -> Hits:
        """Every place of other texts that has one of the n-grams."""
        words = text.cut("unicode")
        found, base = [], 0
        for table in self._tables:
            hits = self._hits(table, words)
            found.append(replace(hits, gram=hits.gram + base))
            base += len(table)
        return _in_order(found)

    def count(self, text: Text) -> NDArray[np.int64]:
        """How many documents have each n-gram, (n-grams,)."""
        hits = self.hits(text)
        pairs = np.unique(hits.document * max(len(self), 1) + hits.gram)
        return np.bincount(pairs % max(len(self), 1), minlength=len(self))

    def totals(self, text: Text) -> NDArray[np.int64]:
        """How many n-grams each document has, 1 for one with fewer words than `size`, 0 for one without any."""
        counts = text.cut("unicode").counts
        return np.minimum(counts, np.maximum(counts - self.size + 1, 1))

    def _hits(self, table: _Table, words: Segments) -> Hits:
        hashes, places = _grams(words, table.size)
        rows, grams = table.find(hashes)
        documents = documents_of(words, places[rows])
        sizes = np.minimum(table.size, words.counts[documents])
        hits = Hits(documents, places[rows], sizes, grams, np.full(len(rows), -1, np.int64))
        return self._verified(table, words, hits)

    def _verified(self, table: _Table, words: Segments, hits: Hits) -> Hits:
        """Those whose words are the same as at a place of the n-gram; two hashes may meet by chance."""
        own = self.text.cut("unicode")
        known, at = hits.known.copy(), table.first[hits.gram]
        open_ = np.arange(len(hits))
        while len(open_):
            candidates = table.order[at[open_]]
            sizes = np.minimum(table.size, own.counts[documents_of(own, candidates)])
            same = sizes == hits.size[open_]
            for word in range(table.size):
                rows = np.flatnonzero(same & (word < sizes))
                same[rows] = words.folded[hits.place[open_[rows]] + word] == own.folded[candidates[rows] + word]
            known[open_[same]] = candidates[same]
            at[open_] += 1
            open_ = open_[~same & (at[open_] < table.first[hits.gram[open_] + 1])]
        return replace(hits, known=known).take(known >= 0)


def check_sizes(size: int, shortest: int) -> None:
    """SpecError unless both are at least one word."""
    if size < 1:
        raise SpecError(f"ngram is {size}; it is at least 1 word, 13 is usual")
    if shortest < 1:
        raise SpecError(f"shortest is {shortest}; it is at least 1 word")


def documents_of(words: Segments, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The documents that words belong to."""
    return np.searchsorted(words.offsets, places, side="right") - 1


def _in_order(parts: list[Hits]) -> Hits:
    whole = Hits(*(np.concatenate([getattr(part, name) for part in parts]) for name in Hits.__dataclass_fields__))
    return whole if len(parts) == 1 and _ascending(whole.place) else whole.take(np.lexsort((whole.size, whole.place)))


def _ascending(values: NDArray[np.int64]) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def _grams(words: Segments, size: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The hash and the first word of every n-gram, document after document."""
    hashes, counts = np.empty(len(words), np.uint64), np.empty(len(words.counts), np.int64)
    minhash.shingle(np.require(words.folded, requirements="W"), words.offsets, size, hashes, counts)
    behind = np.cumsum(counts)
    places = np.arange(behind[-1] if len(behind) else 0) + np.repeat(words.offsets[:-1] - (behind - counts), counts)
    return hashes[places], places
