"""What single tools mean by the most frequent and by repeated n-grams, where `repeats` does not say it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.repeats import (
    LEVELS,
    _keep_repeated,
    _most_frequent,
    _pair,
    _pair_words,
    _tell_apart,
)


@njit(cache=True, nogil=True)
def count_published(
    hashes: NDArray[np.uint64],
    chars: NDArray[np.int32],
    borders: NDArray[np.int64],
    top_count: NDArray[np.int64],
    top_place: NDArray[np.int64],
    longest_chars: NDArray[np.int64],
    later_chars: NDArray[np.int64],
    later_spaces: NDArray[np.int64],
    slots: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    place: NDArray[np.uint32],
    number: NDArray[np.uint32],
    known: NDArray[np.uint64],
    first: NDArray[np.uint32],
    count: NDArray[np.int32],
    prefix: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Fill the statistics (n, documents) of every document; see `dataqual.published_words.PublishedNgrams`.

    It walks the levels as `repeats.count_repeats` does, and is a loop of its own so that a profile, which asks for none
    of this, does not pay for it. What follows `later_spaces` is room, as `repeats.room` makes it.
    """
    prefix[0] = 0
    for doc in range(len(borders) - 1):
        begin = borders[doc]
        m = borders[doc + 1] - begin
        for i in range(m):
            prefix[i + 1] = prefix[i] + chars[begin + i]
            place[i] = i
        for n in range(1, min(m, LEVELS) + 1):
            top_count[n, doc] = 1  # until something is repeated, the first n-gram is the most frequent one
            top_place[n, doc] = begin
            longest_chars[n, doc] = prefix[n]
            for i in range(1, m - n + 1):
                longest_chars[n, doc] = max(longest_chars[n, doc], prefix[i + n] - prefix[i])
        candidates = m
        for n in range(1, min(m, LEVELS) + 1):
            own = hashes[begin : begin + m] if n == 1 else keys[:candidates]
            different = _tell_apart(own, slots, number, known, first, count)
            if different == candidates:
                break
            best = _most_frequent(count, different)
            top_count[n, doc] = count[best]
            top_place[n, doc] = begin + place[first[best]]
            longest_chars[n, doc] = 0
            for k in range(1, different + 1):
                if count[k] == count[best]:
                    at = np.int64(place[first[k]])
                    longest_chars[n, doc] = max(longest_chars[n, doc], prefix[at + n] - prefix[at])
            if n == 1:
                later_chars[1, doc] = _later_words(prefix, number, m, first)
                candidates = _pair_words(number, count, m, keys, place)
                continue
            live = _keep_repeated(count, candidates, place, number)
            later_chars[n, doc], later_spaces[n, doc] = _cover_later(n, prefix, place, number, live, first)
            candidates = _pair(number, live, keys, place)


@njit(cache=True, nogil=True)
def _later_words(
    prefix: NDArray[np.int64], number: NDArray[np.uint32], m: int, first: NDArray[np.uint32]
) -> int:  # pragma: no cover - compiled
    """Characters of the words seen before."""
    later = np.int64(0)
    for i in range(m):
        if first[number[i]] != i:
            later += prefix[i + 1] - prefix[i]
    return later


@njit(cache=True, nogil=True)
def _cover_later(
    n: int,
    prefix: NDArray[np.int64],
    place: NDArray[np.uint32],
    number: NDArray[np.uint32],
    live: int,
    first: NDArray[np.uint32],
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Characters of the words in n-grams seen before, each word once, and of the spaces NeMo Curator counts with them.

    `first` has served and becomes, by number, whether the n-gram was seen.
    """
    for k in range(live):
        first[number[k]] = 0
    covered = np.int64(0)
    spaces = np.int64(0)
    upto = np.int64(0)
    for k in range(live):
        at = np.int64(place[k])
        if first[number[k]] == 0:
            first[number[k]] = 1
            continue
        begin = at if at > upto else upto
        covered += prefix[at + n] - prefix[begin]
        spaces += min(int(at + n - begin), n - 1)
        upto = at + n
    return covered, spaces


@njit(cache=True, nogil=True)
def count_joined(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    first: NDArray[np.int64],
    n: int,
    out: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """How often the `n` words from `first[doc]` on, one space between any two, occur in each document's text.

    As `str.count`: occurrences do not overlap, may begin within a word, and need not be words. `first` -1: 0 times.
    """
    for doc in range(len(offsets) - 1):
        out[doc] = 0
        if first[doc] < 0:
            continue
        size = n - 1
        for w in range(first[doc], first[doc] + n):
            size += ends[w] - starts[w]
        i = offsets[doc]
        while i + size <= offsets[doc + 1]:
            w = first[doc]
            at = starts[w]
            j = i
            while w < first[doc] + n:
                if at < ends[w]:
                    if data[j] != data[at]:
                        break
                    at += 1
                else:
                    if w + 1 < first[doc] + n and data[j] != 32:
                        break
                    w += 1
                    if w == first[doc] + n:
                        break
                    at = starts[w]
                j += 1
            if w == first[doc] + n:
                out[doc] += 1
                i += size
            else:
                i += 1
