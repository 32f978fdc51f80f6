"""The sums of a fastText classifier over the n-grams of characters of every document (Joulin et al. 2016)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.loading import add_sixteen, ones

PRIME, BASIS = np.uint32(16777619), np.uint32(2166136261)
"""Of the 32-bit hash of Fowler, Noll and Vo."""

BUCKETS, DIMENSIONS, SHORTEST, LONGEST = 2_000_000, 16, 2, 4
"""Of the model: buckets of n-grams, numbers to a row, characters of an n-gram. Constants are twice as fast as variables."""

LONGEST_WORD = 4096
"""Bytes of a word that are looked at: Chinese and Thai have no spaces, and encoded data has none either."""
ROOM = 8 * LONGEST_WORD
"""N-grams that are found before their rows are added: at least three for every byte of the longest word."""


@njit(cache=True, nogil=True, inline="always")
def _step(h: np.uint32, byte: np.uint8) -> np.uint32:  # pragma: no cover - compiled
    """The hash of a string with one byte more; bytes count as numbers with a sign."""
    return np.uint32((h ^ np.uint32(np.int32(np.int8(byte)))) * PRIME)


@njit(cache=True, nogil=True, inline="always")
def _note(
    h: np.uint32, held: NDArray[np.uint64], before: NDArray[np.uint16], found: NDArray[np.uint16], n: np.int64
) -> np.int64:  # pragma: no cover - compiled
    """Put the row of the n-gram with this hash at the end of `found`, which grows if the model has one: without a branch."""
    bucket = np.uint64(h % np.uint32(BUCKETS))
    block, bit = bucket >> np.uint64(6), bucket & np.uint64(63)
    bits = held[block] >> bit
    found[n] = before[block] - ones(bits)
    return n + np.int64(bits & np.uint64(1))


@njit(cache=True, nogil=True)
def sum_rows(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    held: NDArray[np.uint64],
    before: NDArray[np.uint16],
    words: NDArray[np.int32],
    word_hashes: NDArray[np.uint32],
    rows: NDArray[np.float32],
    eos: int,
    word: NDArray[np.uint8],
    found: NDArray[np.uint16],
    sums: NDArray[np.float32],
    counts: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """The rows of all features between `starts` and `ends` added up, (documents, dimensions), and how many there are.

    `rows` and `sums` lie flat. `held` has a bit for every bucket of n-grams that has a row, and the rows of n-grams come in
    the order of the buckets: `before` (for each 64 buckets) is the row of the next 64's first. `words` holds rows by the low
    bits of the hash of a word, `word_hashes` the hashes there; `eos`: the row of the end of a line, -1 for none. `word` is
    room for `LONGEST_WORD + 2` bytes, `found` for `ROOM` numbers and one more.
    """
    mask = len(words) - 1
    for d in range(len(starts)):
        n = np.int64(0)
        total = np.int64(0)
        i, end = starts[d], ends[d]
        while i < end:
            while i < end and (data[i] == 32 or (data[i] <= 13 and (data[i] >= 9 or data[i] == 0))):
                i += 1
            if i >= end:
                break
            size = 1
            word[0] = 60  # "<", as fastText has it around words
            h = BASIS
            beyond = np.uint8(0)
            while i < end and not (data[i] == 32 or (data[i] <= 13 and (data[i] >= 9 or data[i] == 0))):
                b = data[i]
                if size <= LONGEST_WORD:
                    word[size] = b
                    size += 1
                beyond |= b
                h = _step(h, b)
                i += 1
            word[size] = 62
            size += 1
            p = np.int64(h) & mask
            while words[p] >= 0:
                if word_hashes[p] == h:
                    add_sixteen(rows, DIMENSIONS * np.int64(words[p]), sums, DIMENSIONS * d)
                    total += 1
                    break
                p = (p + 1) & mask
            if n + 3 * size > ROOM:
                total += n
                _add(found, n, rows, sums, d)
                n = 0
            n = (
                _ascii_grams(word, size, held, before, found, n)
                if beyond < 128
                else _grams(word, size, held, before, found, n)
            )
        _add(found, n, rows, sums, d)
        total += n
        if eos >= 0:
            add_sixteen(rows, DIMENSIONS * eos, sums, DIMENSIONS * d)
            total += 1
        counts[d] = total


@njit(cache=True, nogil=True, inline="always")
def _ascii_grams(
    word: NDArray[np.uint8],
    size: int,
    held: NDArray[np.uint64],
    before: NDArray[np.uint16],
    found: NDArray[np.uint16],
    n: np.int64,
) -> int:  # pragma: no cover - compiled
    """Note the n-grams of two to four bytes."""
    for first in range(size - 3):
        h = _step(_step(BASIS, word[first]), word[first + 1])
        n = _note(h, held, before, found, n)
        h = _step(h, word[first + 2])
        n = _note(h, held, before, found, n)
        n = _note(_step(h, word[first + 3]), held, before, found, n)
    if size >= 3:
        h = _step(_step(BASIS, word[size - 3]), word[size - 2])
        n = _note(h, held, before, found, n)
        n = _note(_step(h, word[size - 1]), held, before, found, n)
    return _note(_step(_step(BASIS, word[size - 2]), word[size - 1]), held, before, found, n)


@njit(cache=True, nogil=True, inline="always")
def _grams(
    word: NDArray[np.uint8],
    size: int,
    held: NDArray[np.uint64],
    before: NDArray[np.uint16],
    found: NDArray[np.uint16],
    n: np.int64,
) -> int:  # pragma: no cover - compiled
    """Note the n-grams of two to four characters."""
    for first in range(size):
        if word[first] & 0xC0 == 0x80:
            continue
        h = BASIS
        j = first
        length = 0
        while j < size and length < LONGEST:
            h = _step(h, word[j])
            j += 1
            while j < size and word[j] & 0xC0 == 0x80:
                h = _step(h, word[j])
                j += 1
            length += 1
            if length >= SHORTEST:
                n = _note(h, held, before, found, n)
    return n


@njit(cache=True, nogil=True, inline="always")
def _add(
    found: NDArray[np.uint16],
    n: np.int64,
    rows: NDArray[np.float32],
    sums: NDArray[np.float32],
    d: int,
) -> None:  # pragma: no cover - compiled
    for k in range(n):
        add_sixteen(rows, DIMENSIONS * np.int64(found[k]), sums, DIMENSIONS * d)


@njit(cache=True, nogil=True)
def walk_tree(
    sums: NDArray[np.float32],
    counts: NDArray[np.int64],
    output: NDArray[np.float32],
    children: NDArray[np.int64],
    turns: NDArray[np.float32],
    chances: NDArray[np.float64],
    scores: NDArray[np.float32],
) -> None:  # pragma: no cover - compiled
    """The chance of every label, (documents, labels), by a tree of decisions (hierarchical softmax).

    `output`: (dimensions, labels - 1), a column for each inner node; `children`: (labels - 1, 2), the two nodes below
    each, the last being the root; `turns` is room for the inner nodes, `chances` for all. Without features no chances.
    """
    labels = scores.shape[1]
    for d in range(len(sums)):
        if counts[d] == 0:
            continue
        turns[:] = 0
        for k in range(DIMENSIONS):
            x = sums[d, k] / np.float32(counts[d])
            for inner in range(labels - 1):
                turns[inner] += output[k, inner] * x
        chances[2 * labels - 2] = 1.0
        for inner in range(labels - 2, -1, -1):
            right = 1.0 / (1.0 + np.exp(-np.float64(turns[inner])))
            chance = chances[labels + inner]
            chances[children[inner, 0]] = chance * (1.0 - right)
            chances[children[inner, 1]] = chance * right
        for label in range(labels):
            scores[d, label] = chances[label]


HAN, SIMPLIFIED, TRADITIONAL, CLASSICAL, MODERN, VERSE, SHORT = range(7)
"""What is counted of Chinese: see `count_chinese`."""


@njit(cache=True, nogil=True)
def count_chinese(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    marks: NDArray[np.uint8],
    runs: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per stretch, (stretches, 7): Han characters, those with each of four marks, those in verses, those in short clauses.

    `marks` (0x5200,) are the bits 1, 2, 4, 8 of the characters from U+4E00 on. Verses are runs of Han characters between
    others: those of 4, 5 or 7, whichever have most characters; short ones have up to 7. `runs` is room for eight numbers.
    """
    for d in range(len(starts)):
        runs[:] = 0
        run = 0
        i = starts[d]
        while i < ends[d]:
            b = data[i]
            if b < 0xE4 or b > 0xE9 or i + 2 >= ends[d]:
                if run > 0 and run < 8:
                    runs[run] += run
                run = 0
                i += 1
                while i < ends[d] and data[i] & 0xC0 == 0x80:
                    i += 1
                continue
            point = (np.int64(b & 15) << 12) | (np.int64(data[i + 1] & 63) << 6) | np.int64(data[i + 2] & 63)
            i += 3
            if point < 0x4E00:
                if run > 0 and run < 8:
                    runs[run] += run
                run = 0
                continue
            run += 1
            mark = marks[point - 0x4E00]
            counts[d, HAN] += 1
            counts[d, SIMPLIFIED] += mark & 1
            counts[d, TRADITIONAL] += (mark >> 1) & 1
            counts[d, CLASSICAL] += (mark >> 2) & 1
            counts[d, MODERN] += (mark >> 3) & 1
        if run > 0 and run < 8:
            runs[run] += run
        counts[d, VERSE] = max(runs[4], runs[5], runs[7])
        counts[d, SHORT] = runs.sum()
