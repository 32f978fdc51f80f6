"""Lines and windows of words that come again: their hashes, a sample of them, and which copies go."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.hashing import finish

_FACTOR = np.uint64(0xD6E8FEB86659FD93)
_SEED = np.uint64(0x2545F4914F6CDD1D)
_NONE = -1


@njit(cache=True, nogil=True)
def hash_lines(
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    line_ends: NDArray[np.int64],
    out: NDArray[np.uint64],
) -> None:  # pragma: no cover - compiled
    """Into `out` a hash of each line's tokens in a row; tokens and lines in order, a line has those that begin in it."""
    token = 0
    for line in range(len(line_ends)):
        h = _SEED
        while token < len(starts) and starts[token] < line_ends[line]:
            h = h * _FACTOR + hashes[token]
            token += 1
        out[line] = finish(h)


@njit(cache=True, nogil=True)
def settle_pieces(
    rows: NDArray[np.uint64],
    sizes: NDArray[np.int64],
    most: float,
    first: NDArray[np.int64],
    goes: NDArray[np.bool_],
    lost: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Which pieces go, `goes` (rows,), document after document; of a document that goes whole, none is marked.

    `rows`: document << 32 | piece, rank, characters; sorted. `first` (ranks,): the earliest document that stays and has
    it, -1 for none yet. `lost` (documents,): characters that went; `~lost` where the document goes with them.
    """
    a = 0
    while a < len(rows):
        doc = np.int64(rows[a, 0] >> np.uint64(32))
        b = a
        gone = np.int64(0)
        while b < len(rows) and np.int64(rows[b, 0] >> np.uint64(32)) == doc:
            if first[rows[b, 1]] != _NONE:
                gone += np.int64(rows[b, 2])
            b += 1
        if gone > 0 and (gone == sizes[doc] or gone / sizes[doc] > most):
            lost[doc] = ~gone
        else:
            lost[doc] = gone
            for k in range(a, b):
                rank = rows[k, 1]
                if first[rank] == _NONE:
                    first[rank] = doc
                goes[k] = first[rank] != doc
        a = b


@njit(cache=True, nogil=True)
def join_words(
    hashes: NDArray[np.uint64],
    flags: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    other: int,
    token: NDArray[np.int64],
    units: NDArray[np.uint64],
    word_offsets: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Of every word its token and `units`, a hash of the marks before it and itself; return how many words there are.

    Tokens with a flag of `other` are marks. `word_offsets` (documents + 1) gets the first word of each document.
    """
    n = 0
    for doc in range(len(offsets) - 1):
        word_offsets[doc] = n
        before = np.uint64(0)
        for k in range(offsets[doc], offsets[doc + 1]):
            if flags[k] & other:
                before = (before + hashes[k]) * _FACTOR
                continue
            token[n] = k
            units[n] = hashes[k] + before
            before = np.uint64(0)
            n += 1
    word_offsets[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True)
def _power(size: int) -> np.uint64:  # pragma: no cover - compiled
    p = np.uint64(1)
    for _ in range(size):
        p *= _FACTOR
    return p


@njit(cache=True, nogil=True)
def _hash_windows(
    units: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    token: NDArray[np.int64],
    low: int,
    high: int,
    size: int,
    out: NDArray[np.uint64],
) -> None:  # pragma: no cover - compiled
    """Into `out` the hashes of the windows of `size` words that begin at the words from `low` up to, not with, `high`.

    The marks before a window's first word are no part of it.
    """
    if high <= low:
        return
    leading = _power(size - 1)
    h = np.uint64(0)
    for k in range(low, low + size):
        h = h * _FACTOR + units[k]
    for i in range(low, high):
        out[i - low] = finish(h + (hashes[token[i]] - units[i]) * leading)
        if i + 1 < high:
            h = (h - units[i] * leading) * _FACTOR + units[i + size]


@njit(cache=True, nogil=True)
def sample_windows(
    units: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    token: NDArray[np.int64],
    offsets: NDArray[np.int64],
    words: int,
    out: NDArray[np.uint64],
    place: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Hash and first word of sampled windows of half of `words` words; return how many.

    Of every window of `words` words the one with the smallest hash, the first of equals, is in the sample (winnowing,
    Schleimer et al. 2003): what two such windows have in common they have in common in the sample.
    """
    size = (words + 1) // 2
    within = words - size + 1
    n = 0
    longest = 1
    for doc in range(len(offsets) - 1):
        longest = max(longest, offsets[doc + 1] - offsets[doc])
    grams = np.empty(longest, np.uint64)
    for doc in range(len(offsets) - 1):
        low = offsets[doc]
        count = offsets[doc + 1] - low - size + 1
        if count < within:
            continue
        _hash_windows(units, hashes, token, low, low + count, size, grams)
        best = -1
        for t in range(count - within + 1):
            last = t + within - 1
            if best < t:
                best = t
                for k in range(t + 1, last + 1):
                    best = k if grams[k] < grams[best] else best
            elif grams[last] < grams[best]:
                best = last
            else:
                continue
            out[n], place[n] = grams[best], low + best
            n += 1
    return n


@njit(cache=True, nogil=True)
def hash_around(
    units: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    token: NDArray[np.int64],
    offsets: NDArray[np.int64],
    document: NDArray[np.int64],
    sampled: NDArray[np.int64],
    words: int,
    out: NDArray[np.uint64],
    owner: NDArray[np.int64],
    place: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """The windows of `words` words around sampled ones: hash, document, first word in it; as far as `out` reaches.

    `document`, `sampled`: document and first word in it of each sampled window, ascending. Returns how many there are.
    """
    size = (words + 1) // 2
    n = 0
    done = np.int64(0)
    last = np.int64(-1)
    for s in range(len(sampled)):
        doc = document[s]
        if doc != last:
            done, last = np.int64(0), doc
        low = max(done, sampled[s] + size - words)
        high = min(sampled[s], offsets[doc + 1] - offsets[doc] - words) + 1
        if high <= low:
            continue
        if n + high - low <= len(out):
            base = offsets[doc]
            _hash_windows(units, hashes, token, base + low, base + high, words, out[n:])
            for i in range(low, high):
                owner[n + i - low], place[n + i - low] = doc, i
        n += high - low
        done = high
    return n


@njit(cache=True, nogil=True)
def settle_windows(
    rows: NDArray[np.uint64],
    words: int,
    first: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Which spans go, document after document: `spans` (rows, 3), place, place of the first copy, words; return how many.

    `rows`: place, document << 32 | first word, and rank of windows that come again; sorted. `first` (ranks,): where the
    window stays, -1 for nowhere yet. A window that stays in an earlier document goes. Of the others, those that touch
    nothing that goes stay, and what comes again within the document goes as far as no window that stays needs it.
    """
    n = 0
    a = 0
    while a < len(rows):
        doc = rows[a, 0] >> np.uint64(32)
        b = a
        while b < len(rows) and rows[b, 0] >> np.uint64(32) == doc:
            b += 1
        n = _settle_document(rows[a:b], words, first, spans, n)
        a = b
    return n


@njit(cache=True, nogil=True)
def _settle_document(
    rows: NDArray[np.uint64], words: int, first: NDArray[np.int64], spans: NDArray[np.int64], n: int
) -> int:  # pragma: no cover - compiled
    begun = n
    seen = np.empty(len(rows), np.bool_)
    for k in range(len(rows)):
        kept = first[rows[k, 1]]
        seen[k] = kept != _NONE
        if seen[k]:
            at = np.int64(rows[k, 0])
            n = _add_span(spans, begun, n, at, kept, at + words)
    upcoming = np.empty(len(rows), np.int64)  # the next window that is seen
    nearest = np.int64(1) << 62
    for k in range(len(rows) - 1, -1, -1):
        nearest = np.int64(rows[k, 0]) if seen[k] else nearest
        upcoming[k] = nearest
    begun = n
    gone = np.int64(0)  # what lies before this is gone, or else was looked at
    needed = np.int64(0)  # what lies before this is kept for a window that stays
    for k in range(len(rows)):
        at = np.int64(rows[k, 0])
        if seen[k]:
            gone = max(gone, at + words)
            continue
        kept = first[rows[k, 1]]
        if kept == _NONE:
            if at >= gone and at + words <= upcoming[k]:
                first[rows[k, 1]] = at
                needed = at + words
            continue
        start = max(at, needed)
        n = _add_span(spans, begun, n, start, kept + start - at, at + words)
        gone = max(gone, at + words)
    return n


@njit(cache=True, nogil=True)
def _add_span(
    spans: NDArray[np.int64], begun: int, n: int, start: Any, kept: Any, end: Any
) -> int:  # pragma: no cover - compiled
    """Add a span, or make the last one longer where it goes on in both copies; return how many there are."""
    if n > begun:
        last = spans[n - 1]
        if (
            last[0] - last[1] == start - kept and start < last[0] + last[2]
        ):  # where they touch, the marks between may differ
            last[2] = max(last[2], end - last[0])
            return n
    spans[n, 0], spans[n, 1], spans[n, 2] = start, kept, end - start
    return n + 1


@njit(cache=True, nogil=True)
def compare_spans(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    marks: NDArray[np.bool_],
    offsets: NDArray[np.int64],
    token: NDArray[np.int64],
    spans: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Into `out` (spans, 2) the tokens of each span, with the marks around it that stand around the first copy too.

    `spans` (spans, 5): document and word of the span, document and word of the first copy, words. -1 where the two are
    not the same, byte for byte.
    """
    for s in range(len(spans)):
        doc, one, kept, two, words = spans[s]
        a, b = token[one], token[two]
        count = token[one + words - 1] + 1 - a
        out[s] = -1
        if token[two + words - 1] + 1 - b != count or not _same_tokens(data, starts, ends, a, b, count):
            continue
        low, high = a, a + count
        while low > offsets[doc] and low - a + b > offsets[kept]:
            if not (marks[low - 1] and _same_tokens(data, starts, ends, low - 1, low - 1 - a + b, 1)):
                break
            low -= 1
        while high < offsets[doc + 1] and high - a + b < offsets[kept + 1]:
            if not (marks[high] and _same_tokens(data, starts, ends, high, high - a + b, 1)):
                break
            high += 1
        out[s, 0], out[s, 1] = low, high


@njit(cache=True, nogil=True)
def _same_tokens(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], a: Any, b: Any, count: Any
) -> bool:  # pragma: no cover - compiled
    """Whether `count` tokens from `a` on are, byte for byte, those from `b` on."""
    for k in range(count):
        size = ends[a + k] - starts[a + k]
        if ends[b + k] - starts[b + k] != size:
            return False
        for i in range(size):
            if data[starts[a + k] + i] != data[starts[b + k] + i]:
                return False
    return True
