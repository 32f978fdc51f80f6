"""From bytes to signatures, or shingles, in one pass: words are cut, folded and hashed where they lie, kept nowhere.

The words are those of `Text.cut("unicode")`, their hashes those of `Segments.folded`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import ANY, NOT_ASCII, ONE, TOKEN_STOPS, below, decode
from dataqual.kernels.hashing import hash_lower, hash_mapped
from dataqual.kernels.loading import between, eight, lowest
from dataqual.kernels.minhash import exact_hash, lower, shingle_words, sixteen_bits
from dataqual.kernels.unicode import JOINER, LETTER, MARK, OTHER

SPARE = 66
"""Words that one look at the text may add, and a little more."""


@njit(cache=True, nogil=True)
def _words(
    data: Any,
    i: int,
    end: int,
    kinds: Any,
    mapping: Any,
    words: Any,
    n: int,
    opened: bool,
    ascii_only: bool,
    first: int,
    stops: np.uint8,
) -> tuple[int, int, bool, bool, int, np.uint8]:  # pragma: no cover - compiled
    """Write the hashes of the words from byte `i` on to `words[n:]`, until there is no room or the document ends.

    A word that began at `first` may be `opened`, `ascii_only` so far; `stops` has the flags of characters that do not
    go on with the last token. Gives all of them for the next call. See `cutting.cut` for what a token is: here those
    that are no words are passed over, since the first character tells which they are.
    """
    room = len(words) - SPARE
    last = min(end, len(data) - 63)  # up to here 64 bytes can be read
    safe = len(data) - 8
    while i < end and n < room:
        if i < last and eight(data, i) & NOT_ASCII == 0:
            size = min(end - i, lowest(between(data, i, 0x80, 0xFF)))
            letters = between(data, i, 65, 90) | between(data, i, 97, 122) | between(data, i, 48, 57)
            letters &= below(size)
            goes_on = letters & ((letters << ONE) | np.uint64((stops & LETTER) == 0))
            begins = letters & ~goes_on
            finished = ((letters << ONE) | np.uint64(opened)) & ~goes_on & below(size)
            if opened and finished != 0:
                stop = i + lowest(finished)
                if ascii_only and stop <= safe:
                    words[n] = hash_lower(data, first, stop - first)
                else:
                    words[n] = hash_mapped(data, first, stop, mapping, True, safe)
                n += 1
                finished &= finished - ONE
                opened = False
            while finished != 0:
                start, stop = lowest(begins), lowest(finished)
                if i + stop <= safe:
                    words[n] = hash_lower(data, i + start, stop - start)
                else:
                    words[n] = hash_mapped(data, i + start, i + stop, mapping, True, safe)
                n += 1
                begins &= begins - ONE
                finished &= finished - ONE
            if begins != 0:
                opened = ascii_only = True
                first = i + lowest(begins)
            i += size
            stops = TOKEN_STOPS[kinds[data[i - 1]]]
            continue
        point, size = decode(data, i)
        kind = kinds[point]
        mark = (kind & (MARK | JOINER)) != 0
        goes_on_here = kind != 0 and (kind & stops) == 0
        if opened and not goes_on_here:
            words[n] = hash_mapped(data, first, i, mapping, True, safe)
            n += 1
            opened = False
        if kind == 0:
            stops = ANY
        elif goes_on_here:
            ascii_only = ascii_only and point < 0x80
            stops = stops if mark else TOKEN_STOPS[kind]
        else:
            opened = not mark and (kind & OTHER) == 0
            ascii_only = point < 0x80
            first = i
            stops = TOKEN_STOPS[kind]
        i += size
    if i >= end and opened:
        words[n] = hash_mapped(data, first, end, mapping, True, safe)
        n += 1
        opened = False
    return i, n, opened, ascii_only, first, stops


@njit(cache=True, nogil=True)
def sign(
    data: NDArray[np.uint8],
    borders: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    mapping: NDArray[np.int32],
    size: int,
    multipliers: NDArray[np.uint32],
    minima: NDArray[np.uint32],
    words: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    exact: NDArray[np.uint64],
    signatures: NDArray[np.uint16],
    counts: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """What `minhash.sign` gives for the folded words of every document, and how many words there are, in `counts`.

    `minima` (permutations,), `words` and `hashes` are room to work in: `words` for `size` and `SPARE` words and more,
    `hashes` for as many.
    """
    for doc in range(borders.size - 1):
        exact[doc, 0], exact[doc, 1] = exact_hash(data, borders[doc], borders[doc + 1])
        minima[:] = 0xFFFFFFFF
        i, end = borders[doc], borders[doc + 1]
        n = carried = total = 0
        opened, ascii_only, first, stops = False, False, i, ANY
        while True:
            i, n, opened, ascii_only, first, stops = _words(
                data, i, end, kinds, mapping, words, n, opened, ascii_only, first, stops
            )
            total += n - carried
            if n > carried:  # carried words alone have made their shingles, and too few words make one in all
                lower(minima, multipliers, hashes, shingle_words(words, 0, n, size, hashes))
            if i >= end:
                break
            carried = min(n, size - 1)
            for k in range(carried):
                words[k] = words[n - carried + k]
            n = carried
        counts[doc] = total
        if total == 0:
            signatures[doc, :] = 0
        else:
            sixteen_bits(minima, signatures[doc])


@njit(cache=True, nogil=True)
def shingle(
    data: NDArray[np.uint8],
    borders: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    mapping: NDArray[np.int32],
    size: int,
    words: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    hash_borders: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """The shingles of every document in a row, `hash_borders` between them; how many, or -1 where `hashes` is too short.

    `hashes` needs room for as many as `words` beside what it is to hold.
    """
    at = 0
    for doc in range(borders.size - 1):
        hash_borders[doc] = at
        i, end = borders[doc], borders[doc + 1]
        n = carried = 0
        opened, ascii_only, first, stops = False, False, i, ANY
        while True:
            i, n, opened, ascii_only, first, stops = _words(
                data, i, end, kinds, mapping, words, n, opened, ascii_only, first, stops
            )
            if at + n > hashes.size:
                return -1
            if n > carried:
                at += shingle_words(words, 0, n, size, hashes[at:])
            if i >= end:
                break
            carried = min(n, size - 1)
            for k in range(carried):
                words[k] = words[n - carried + k]
            n = carried
    hash_borders[borders.size - 1] = at
    return at


@njit(cache=True, nogil=True)
def exact_hashes(
    data: NDArray[np.uint8], borders: NDArray[np.int64], exact: NDArray[np.uint64]
) -> None:  # pragma: no cover - compiled
    """The 128-bit hash of every document's bytes."""
    for doc in range(borders.size - 1):
        exact[doc, 0], exact[doc, 1] = exact_hash(data, borders[doc], borders[doc + 1])


@njit(cache=True, nogil=True)
def similarities(
    shingles: NDArray[np.uint64],
    borders: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    table: NDArray[np.uint64],
    marks: NDArray[np.uint8],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The Jaccard similarity of the sets of shingles of the documents `left[k]` and `right[k]`, 0 for two empty ones.

    `table` and `marks` are room for a hash table: a power of two that is twice the shingles of any pair, or more.
    """
    for k in range(left.size):
        a, b = left[k], right[k]
        size = 64
        while size < 2 * (borders[a + 1] - borders[a] + borders[b + 1] - borders[b]):
            size *= 2
        mask = np.uint64(size - 1)
        marks[:size] = 0  # 1: left, 2: right, 3: both
        either = both = 0
        for side in range(2):
            doc = b if side else a
            mark = np.uint8(side + 1)
            for at in range(borders[doc], borders[doc + 1]):
                hashed = shingles[at]
                place = np.int64(hashed & mask)
                while marks[place] != 0 and table[place] != hashed:
                    place = np.int64(np.uint64(place + 1) & mask)
                either += np.int64(marks[place] == 0)
                both += np.int64(marks[place] == 1 and mark == 2)
                marks[place] |= mark
                table[place] = hashed
        out[k] = both / either if either > 0 else 0.0
