"""Shingles of a text and the exact Jaccard similarity of two: the definition everything else estimates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.text import Segments, Text

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
    words = words_of(Text.of(texts), cut)
    hashes = np.empty(len(words.folded), np.uint64)
    counts = np.empty(len(texts), np.int64)
    minhash.shingle(np.require(words.folded, requirements="W"), words.offsets, size, hashes, counts)
    return [distinct(hashes[at : at + n]) for at, n in zip(words.offsets[:-1], counts, strict=True)]


def distinct(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The different numbers, sorted; np.unique goes by a hash table, many times slower than numpy's vectorised sort."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


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
