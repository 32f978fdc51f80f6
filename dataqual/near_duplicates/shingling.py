"""Shingles of a text and the exact Jaccard similarity of two: the definition everything else estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash, signing
from dataqual.kernels.unicode import tables
from dataqual.text import Segments, Text

Number = TypeVar("Number", bound=np.integer[Any])

CUT = "unicode"
"""The cut whose folded words make shingles: a Han, kana or Thai character is a word, so no script is left out."""

CUTS = (CUT, "whitespace", "characters")
"""The other two: what white space parts (for most languages it parts words with their punctuation, for Chinese or Thai
hardly anything), and every character that is not white space."""

SHINGLE = 5


def words_of(text: Text, cut: str = CUT) -> Segments:
    """The words of every document, under one of `CUTS`.

    >>> [words_of(Text.of(["Is it? 是。"]), cut).strings(0) for cut in CUTS]
    [['Is', 'it', '是'], ['Is', 'it?', '是。'], ['I', 's', 'i', 't', '?', '是', '。']]
    """
    return text.cut(cut) if cut != "characters" else _characters(text)


def shingles(text: str, size: int = SHINGLE, cut: str = CUT) -> NDArray[np.uint64]:
    """The sorted, distinct 64-bit hashes of every `size` consecutive words, case folded.

    Fewer words make one shingle of them all; a text without words has none.

    >>> [len(shingles(text)) for text in ("", "…", "Hello", "one two three four five six")]
    [0, 0, 1, 2]
    >>> (shingles("Hello, World") == shingles("hello world")).all()
    np.True_
    """
    return shingle_sets([text], size, cut)[0]


def jaccard(a: str, b: str, size: int = SHINGLE, cut: str = CUT) -> float:
    """Shared shingles over all shingles of two texts, 0 to 1; 0 where neither text has a word.

    >>> jaccard("one two three four five six", "One, two; three: four five seven")
    0.3333333333333333
    >>> jaccard("我们今天去公园", "我们今天去公司")
    0.5
    """
    return overlap(*shingle_sets([a, b], size, cut))


def shingle_sets(texts: Sequence[str], size: int, cut: str = CUT) -> list[NDArray[np.uint64]]:
    """The `shingles` of every text, all cut at once."""
    found = Shingles.of(Text.of(texts), size, cut)
    return [distinct(found.hashes[start:end]) for start, end in pairwise(found.borders.tolist())]


@dataclass(frozen=True, eq=False)
class Shingles:
    """The shingles of some documents, in order and with repeats: hashes[borders[i]:borders[i + 1]] are document i's."""

    hashes: NDArray[np.uint64]
    borders: NDArray[np.int64]

    @classmethod
    def of(cls, text: Text, size: int, cut: str = CUT) -> Shingles:
        """Cut, fold and hash; a word and what parts it from the next are seldom less than four bytes."""
        if cut != CUT:
            return cls._of_words(words_of(text, cut), size)
        words, _ = room_for_words(size)
        borders = np.empty(len(text) + 1, np.int64)
        data, table = text.data, tables()
        for bytes_per_word in (4, 1):
            hashes = np.empty(len(data) // bytes_per_word + len(words) + 4, np.uint64)
            if signing.shingle(data, text.offsets, table.kinds, table.lower, size, words, hashes, borders) >= 0:
                break
        return cls(hashes, borders)

    @classmethod
    def _of_words(cls, words: Segments, size: int) -> Shingles:
        """Of words that were cut before."""
        counts = np.where(words.counts < size, words.counts > 0, words.counts - size + 1)
        hashes = np.empty(len(words), np.uint64)
        minhash.shingle(words.folded, words.offsets, size, hashes, np.empty_like(words.counts))
        borders = np.cumsum([0, *counts], dtype=np.int64)
        places = np.arange(borders[-1]) + np.repeat(words.offsets[:-1] - borders[:-1], counts)
        return cls(hashes[places], borders)

    def similarities(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of documents of these numbers, side by side, the Jaccard similarity of the sets; 0 for two without a word."""
        counts = np.diff(self.borders)
        room = 1 << max(6, int(2 * (counts[left] + counts[right]).max(initial=0)).bit_length())
        found = np.empty(len(left), np.float64)
        table, marks = np.empty(room, np.uint64), np.empty(room, np.uint8)
        signing.similarities(self.hashes, self.borders, left, right, table, marks, found)
        return found


WORDS = 4096
"""Words hashed before they are made into shingles: they and the shingles stay in the cache of a core."""


def room_for_words(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Room for the hashes of some words, and for those of their shingles, as the compiled loops want it."""
    words = np.empty(WORDS + 2 * size, np.uint64)
    return words, np.empty(len(words) + 4, np.uint64)


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """The different numbers, sorted; np.unique goes by a hash table, many times slower than numpy's vectorised sort."""
    ordered = np.sort(numbers)
    return ordered[runs(ordered)[0]]


def runs(ordered: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where equal numbers begin in a sorted array, and how many there are of each.

    >>> [array.tolist() for array in runs(np.array([3, 3, 5]))]
    [[0, 2], [2, 1]]
    """
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    begins = np.flatnonzero(first)
    return begins, np.diff(begins, append=len(ordered))


def overlap(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """Jaccard similarity of two sets given as sorted, distinct numbers; 0 for two empty ones."""
    both = len(np.intersect1d(a, b, assume_unique=True))
    either = len(a) + len(b) - both
    return both / either if either else 0.0


def _characters(text: Text) -> Segments:
    """Every character within the words that white space parts."""
    words = text.cut("whitespace")
    edges = np.zeros(len(text.data) + 1, np.int8)
    edges[words.starts] += 1
    edges[words.ends] -= 1  # apart from the starts: a document may begin where the one before it ends
    starts = np.flatnonzero((np.cumsum(edges[:-1], dtype=np.int8) > 0) & ((text.data & 0xC0) != 0x80))
    first = text.data[starts]
    ends = starts + 1 + (first >= 0xC0) + (first >= 0xE0) + (first >= 0xF0)
    return Segments(text.data, starts, ends, np.searchsorted(starts, text.offsets))
