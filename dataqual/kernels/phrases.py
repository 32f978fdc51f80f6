"""Where given phrases stand in the documents: one pass for up to 64 of them, and citation marks beside."""

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
    begins: NDArray[np.uint64],
    phrases: NDArray[np.uint8],
    borders: NDArray[np.int64],
    where: NDArray[np.int64],
    which: NDArray[np.uint8],
) -> int:  # pragma: no cover - compiled
    """Byte position and number of every occurrence, in order, each phrase without overlaps with itself.

    Fills `where` and `which` as far as they reach and returns how many there are.

    `phrases` holds the phrases in a row, ASCII in lower case, phrase p in `borders[p]:borders[p + 1]`; ASCII
    letters of the text match in either case. `pairs` (65536,): which two bytes may begin a phrase, so that one look
    is enough at most places. `begins` (3, 256): which phrases (bits) may have that byte as their first, second,
    third. No occurrence reaches over the end of a document.
    """
    free = np.zeros(64, np.int64)  # from which byte on phrase p may occur again
    n = 0
    for doc in range(len(offsets) - 1):
        end = offsets[doc + 1]
        for i in range(offsets[doc], end):
            if i + 1 < end and not pairs[np.int64(data[i]) << 8 | data[i + 1]]:
                continue
            bits = begins[0, data[i]]
            if i + 1 < end:
                bits &= begins[1, data[i + 1]]
            if i + 2 < end:
                bits &= begins[2, data[i + 2]]
            p = -1
            while bits != 0:
                p += 1
                if (bits >> np.uint64(p)) & np.uint64(1) == 0:
                    continue
                bits ^= np.uint64(1) << np.uint64(p)
                size = borders[p + 1] - borders[p]
                if i < free[p] or i + size > end:
                    continue
                same = True
                for j in range(size):
                    b = data[i + j]
                    if 65 <= b <= 90:
                        b |= 32
                    if b != phrases[borders[p] + j]:
                        same = False
                        break
                if not same:
                    continue
                free[p] = i + size
                if n < len(where):
                    where[n], which[n] = i, p
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
def has_other_than(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    listed: NDArray[np.bool_],
    out: NDArray[np.bool_],
) -> None:  # pragma: no cover - compiled
    """Whether each segment has a character that is not `listed` (one entry per code point)."""
    for k in range(len(starts)):
        i = starts[k]
        out[k] = False
        while i < ends[k]:
            point, size = decode(data, i)
            if not listed[point]:
                out[k] = True
                break
            i += size


@njit(cache=True, nogil=True)
def count_repeated_lines(
    hashes: NDArray[np.uint64],
    chars: NDArray[np.int32],
    offsets: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document into `out` (documents, 4): later copies, their characters; all members of repeated lines, theirs."""
    longest = 1
    for doc in range(len(offsets) - 1):
        longest = max(longest, offsets[doc + 1] - offsets[doc])
    capacity = 16
    while capacity < 2 * longest:
        capacity *= 2
    first = np.empty(capacity, np.int64)
    owner = np.full(capacity, -1, np.int64)  # the document that last used the slot
    repeated = np.empty(capacity, np.bool_)
    for doc in range(len(offsets) - 1):
        size = 16
        while size < 2 * (offsets[doc + 1] - offsets[doc]):
            size *= 2
        mask = np.uint64(size - 1)
        for k in range(offsets[doc], offsets[doc + 1]):
            slot = hashes[k] & mask
            while owner[slot] == doc and hashes[first[slot]] != hashes[k]:
                slot = (slot + np.uint64(1)) & mask
            if owner[slot] != doc:
                owner[slot], first[slot], repeated[slot] = doc, k, False
                continue
            out[doc, 0] += 1
            out[doc, 1] += chars[k]
            if not repeated[slot]:
                repeated[slot] = True
                out[doc, 2] += 1
                out[doc, 3] += chars[k]
            out[doc, 2] += 1
            out[doc, 3] += chars[k]
