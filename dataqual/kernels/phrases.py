"""Where given phrases stand in the documents, one pass for up to 64 of them; citation marks and listed words beside."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dataqual.kernels.cutting import decode
from dataqual.kernels.unicode import Class

_DIGIT = int(Class.DIGIT)


@njit(cache=True, nogil=True)
def find_phrases(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    pairs: NDArray[np.bool_],
    anchors: NDArray[np.uint64],
    shifts: NDArray[np.int64],
    phrases: NDArray[np.uint8],
    borders: NDArray[np.int64],
    where: NDArray[np.int64],
    which: NDArray[np.uint8],
) -> int:  # pragma: no cover - compiled
    """Byte position and number of every occurrence, those of one phrase in order and without overlaps.

    Fills `where` and `which` as far as they reach and returns how many there are.

    `phrases` holds the phrases in a row, ASCII in lower case, phrase p in `borders[p]:borders[p + 1]`; ASCII
    letters of the text match in either case. Each phrase is looked for by two bytes in a row that are rare, its
    anchor: `pairs` (256, 256) tells whether two bytes are one, so that one look is enough at nearly every place,
    `anchors` (2, 256) the phrases (bits) whose anchor may have that byte as its first, second, and `shifts` where in
    its phrase an anchor stands. No occurrence reaches over the end of a document.
    """
    free = np.zeros(64, np.int64)  # from which byte on phrase p may occur again
    n = 0
    doc = 0
    for i in range(len(data)):
        after = data[i + 1] if i + 1 < len(data) else np.uint8(0)
        if not pairs[data[i], after]:
            continue
        bits = anchors[0, data[i]] & anchors[1, after]
        while offsets[doc + 1] <= i:
            doc += 1
        p = -1
        while bits != 0:
            p += 1
            if (bits >> np.uint64(p)) & np.uint64(1) == 0:
                continue
            bits ^= np.uint64(1) << np.uint64(p)
            size = borders[p + 1] - borders[p]
            start = i - shifts[p]
            if start < free[p] or start < offsets[doc] or start + size > offsets[doc + 1]:
                continue
            same = True
            for j in range(size):
                b = data[start + j]
                if 65 <= b <= 90:
                    b |= 32
                if b != phrases[borders[p] + j]:
                    same = False
                    break
            if not same:
                continue
            free[p] = start + size
            if n < len(where):
                where[n], which[n] = start, p
            n += 1
    return n


@njit(cache=True, nogil=True)
def measure_citations(
    data: NDArray[np.uint8],
    at: NDArray[np.int64],
    limits: NDArray[np.int64],
    classes: NDArray[np.uint8],
    words: NDArray[np.uint8],
    borders: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """For each `[` at `at`: the bytes of the citation mark that begins there, 0 if none does.

    A citation mark is `[` digits `]`, digits of any script and perhaps none, or one of `words`, which lie in a
    row with their `borders`. `limits`: the end of the bracket's document.
    """
    for k in range(len(at)):
        i = at[k] + 1
        while i < limits[k]:
            point, size = decode(data, i)
            if (classes[point] & 15) != _DIGIT:
                break
            i += size
        sizes[k] = i + 1 - at[k] if i < limits[k] and data[i] == 93 else 0
        for w in range(len(borders) - 1):
            size = borders[w + 1] - borders[w]
            if sizes[k] > 0 or at[k] + size > limits[k]:
                continue
            same = True
            for j in range(size):
                same &= data[at[k] + j] == words[borders[w] + j]
            if same:
                sizes[k] = size


@njit(cache=True, nogil=True)
def count_others(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    sure: NDArray[np.bool_],
    chars: NDArray[np.int32],
    offsets: NDArray[np.int64],
    listed: NDArray[np.bool_],
    counts: NDArray[np.int64],
    totals: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document: the segments with a character that is not `listed` (by code point), and their characters.

    `sure`: segments known to have one.
    """
    for doc in range(len(offsets) - 1):
        n = np.int64(0)
        total = np.int64(0)
        for k in range(offsets[doc], offsets[doc + 1]):
            other = sure[k]
            i = starts[k]
            while not other and i < ends[k]:
                point, size = decode(data, i)
                other = not listed[point]
                i += size
            if other:
                n += 1
                total += chars[k]
        counts[doc], totals[doc] = n, total


@njit(cache=True, nogil=True)
def count_listed(
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    listed: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    distinct: NDArray[np.int64],
    occurrences: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document: how many of the `listed` hashes occur among its own, and how often.

    `listed` is sorted by the low 12 bits; `firsts` (4096): the first with these bits, -1 for none, so that most
    hashes are out after one look.
    """
    low = np.uint64(4095)
    seen = np.full(len(listed), -1, np.int64)  # the last document that has it
    for doc in range(len(offsets) - 1):
        n = np.int64(0)
        times = np.int64(0)
        for k in range(offsets[doc], offsets[doc + 1]):
            h = hashes[k]
            p = firsts[h & low]
            if p < 0:
                continue
            while p < len(listed) and listed[p] != h and (listed[p] ^ h) & low == 0:
                p += 1
            if p < len(listed) and listed[p] == h:
                times += 1
                n += seen[p] != doc
                seen[p] = doc
        distinct[doc], occurrences[doc] = n, times
