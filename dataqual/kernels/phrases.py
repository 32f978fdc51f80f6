"""Where given phrases stand in the documents, one pass for up to 64 of them; citation marks and listed words beside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import decode
from dataqual.kernels.loading import eight
from dataqual.kernels.unicode import Class

_DIGIT = int(Class.DIGIT)
BLOCK = 1 << 12
PLACES = BLOCK + 1 + 64


@njit(cache=True, nogil=True)
def find_phrases(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    pairs: NDArray[np.bool_],
    anchors: NDArray[np.uint64],
    shifts: NDArray[np.int64],
    phrases: NDArray[np.uint8],
    borders: NDArray[np.int64],
    places: NDArray[np.int64],
    where: NDArray[np.int64],
    which: NDArray[np.uint8],
) -> int:  # pragma: no cover - compiled
    """Byte position and number of every occurrence, those of one phrase in order and without overlaps.

    Fills `where` and `which` as far as they reach and returns how many there are.

    `phrases` holds the phrases in a row, ASCII in lower case, phrase p in `borders[p]:borders[p + 1]`; ASCII
    letters of the text match in either case. Each phrase is looked for by two bytes in a row that are rare, its
    anchor: `pairs` (65536,) tells whether two bytes, little end first, may be one, `anchors` (2, 256) the phrases
    (bits) whose anchor may have that byte as its first, second, and `shifts` where in its phrase an anchor stands.
    No occurrence reaches over the end of a document. `places` is room for `PLACES` numbers.
    """
    free = places[BLOCK + 1 :]  # from which byte on phrase p may occur again
    free[:] = 0
    windows = max(0, len(data) - 1) // 7
    n = 0
    doc = 0
    for block in range(0, windows + 1, BLOCK):
        held = _find_anchors(data, pairs, block, min(block + BLOCK, windows), places)
        if block + BLOCK > windows:  # what is left behind the last window
            places[held] = 7 * windows
            held += 1
        for place in places[:held]:
            for i in range(place, min(place + 7, len(data))):
                bits = anchors[0, data[i]]
                if i + 1 < len(data):
                    bits &= anchors[1, data[i + 1]]
                if bits == 0:
                    continue
                while offsets[doc + 1] <= i:
                    doc += 1
                p = -1
                while bits != 0:
                    p += 1
                    if (bits >> np.uint64(p)) & np.uint64(1) == 0:
                        continue
                    bits ^= np.uint64(1) << np.uint64(p)
                    start = i - shifts[p]
                    end = start + borders[p + 1] - borders[p]
                    if start < max(free[p], offsets[doc]) or end > offsets[doc + 1]:
                        continue
                    if not _is_phrase(data, start, phrases, borders[p], borders[p + 1]):
                        continue
                    free[p] = end
                    if n < len(where):
                        where[n], which[n] = start, p
                    n += 1
    return n


@njit(cache=True, nogil=True)
def _find_anchors(
    data: NDArray[np.uint8], pairs: NDArray[np.bool_], first: int, last: int, places: NDArray[np.int64]
) -> int:  # pragma: no cover - compiled
    """Fill `places` with those of seven bytes in a row that may begin an anchor; return how many.

    Without a branch, and apart from what is then done: byte by byte it takes four times as long.
    """
    two = np.uint64(0xFFFF)
    n = 0
    for window in range(first, last):
        v = eight(data, 7 * window)
        places[n] = 7 * window
        n += (
            pairs[v & two]
            | pairs[(v >> np.uint64(8)) & two]
            | pairs[(v >> np.uint64(16)) & two]
            | pairs[(v >> np.uint64(24)) & two]
            | pairs[(v >> np.uint64(32)) & two]
            | pairs[(v >> np.uint64(40)) & two]
            | pairs[(v >> np.uint64(48)) & two]
        )
    return n


@njit(cache=True, nogil=True, inline="always")
def _is_phrase(
    data: NDArray[np.uint8], start: int, phrases: NDArray[np.uint8], first: int, end: int
) -> bool:  # pragma: no cover - compiled
    for j in range(end - first):
        b = data[start + j]
        if 65 <= b <= 90:
            b |= 32
        if b != phrases[first + j]:
            return False
    return True


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
    seen: NDArray[np.int64],
    distinct: NDArray[np.int64],
    occurrences: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document: how many of the `listed` hashes occur among its own, and how often.

    `listed` is sorted by the low 12 bits; `firsts` (4096): the first with these bits, -1 for none, so that most
    hashes are out after one look. `seen`, the last document that has each of the listed, is -1 at first.
    """
    low = np.uint64(4095)
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
