"""Where words, and sentences, begin and end: one pass over the bytes, no Python object per word."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dataqual.kernels.unicode import ALONE, JOINER, MARK, OTHER, Class

_SPACE, _UPPER, _TERMINAL, _CLOSING = int(Class.SPACE), int(Class.UPPER), int(Class.TERMINAL), int(Class.CLOSING)
_ALONE = int(Class.ALONE)


@njit(cache=True, nogil=True, inline="always")
def decode(data: Any, i: int) -> tuple[int, int]:  # pragma: no cover - compiled
    """The code point at byte `i` of valid UTF-8, and its length in bytes."""
    b = np.int64(data[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return ((b & 0x1F) << 6) | (data[i + 1] & 0x3F), 2
    if b < 0xF0:
        return ((b & 0x0F) << 12) | (np.int64(data[i + 1] & 0x3F) << 6) | (data[i + 2] & 0x3F), 3
    return (
        ((b & 0x07) << 18)
        | (np.int64(data[i + 1] & 0x3F) << 12)
        | (np.int64(data[i + 2] & 0x3F) << 6)
        | (data[i + 3] & 0x3F)
    ), 4


@njit(cache=True, nogil=True)
def cut(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    whitespace: bool,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    chars: NDArray[np.int32],
    flags: NDArray[np.uint8],
    borders: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Fill `starts`, `ends`, `chars`, `flags` with the segments of every document; return how many.

    `whitespace`: runs of non-space. Otherwise tokens: runs of letters, digits and marks; a character of an
    unspaced script, and anything else that is not a space, alone with the marks and joiners that follow it.
    `kinds` gives each code point its flags, 0 for a space; `borders` (documents + 1) gets the first segment
    of each document.
    """
    n = 0
    for doc in range(len(offsets) - 1):
        borders[doc] = n
        i = offsets[doc]
        end = offsets[doc + 1]
        while i < end:
            b = data[i]
            if b < 0x80:
                kind = kinds[b]
                size = 1
            else:
                point, size = decode(data, i)
                kind = kinds[point]
            if kind == 0:
                i += size
                continue
            first = i
            i += size
            count = 1
            flag = kind
            if (kind & (ALONE | OTHER | MARK | JOINER)) != 0:
                stops = np.uint8(255 - MARK - JOINER)  # whatever is neither mark nor joiner
                if (kind & (MARK | JOINER)) != 0:
                    flag |= OTHER
            else:
                stops = np.uint8(ALONE | OTHER)
            if whitespace:
                stops = np.uint8(0)
            while i < end:
                b = data[i]
                if b < 0x80:
                    kind = kinds[b]
                    size = 1
                else:
                    point, size = decode(data, i)
                    kind = kinds[point]
                if kind == 0 or (kind & stops) != 0:
                    break
                i += size
                count += 1
                flag |= kind
            starts[n], ends[n], chars[n], flags[n] = first, i, count, flag & 127
            n += 1
    borders[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True)
def keep_segments(
    keep: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    chars: NDArray[np.int32],
    flags: NDArray[np.uint8],
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    out_starts: NDArray[np.int64],
    out_ends: NDArray[np.int64],
    out_chars: NDArray[np.int32],
    out_flags: NDArray[np.uint8],
    out_hashes: NDArray[np.uint64],
    out_offsets: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Copy the segments under `keep` and count them per document; return how many."""
    n = 0
    for doc in range(len(offsets) - 1):
        out_offsets[doc] = n
        for k in range(offsets[doc], offsets[doc + 1]):
            out_starts[n], out_ends[n], out_chars[n] = starts[k], ends[k], chars[k]
            out_flags[n], out_hashes[n] = flags[k], hashes[k]
            n += keep[k]
    out_offsets[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True)
def cut_sentences(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    classes: NDArray[np.uint8],
    out_starts: NDArray[np.int64],
    out_ends: NDArray[np.int64],
    out_paragraph: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Cut each paragraph (`starts`:`ends`) into sentences; return how many were written.

    A sentence ends after a run of terminal characters and the closing quotes and brackets behind it, if a
    space or the paragraph's end follows; after a terminal that is not ASCII no space is needed (Chinese), nor
    before a letter of an unspaced script after `!`, `?` or a single full stop. A full stop after a single
    capital letter ("J. Smith") ends nothing.
    """
    plain = np.zeros(256, np.bool_)  # ASCII that ends nothing
    for b in range(128):
        plain[b] = (classes[b] & _TERMINAL) == 0
    n = 0
    for paragraph in range(len(starts)):
        i = starts[paragraph]
        end = ends[paragraph]
        first = -1
        last = i  # end of the last non-space character
        run = 0  # letters just before: 1 after a lone capital
        while i < end:
            if first >= 0 and plain[data[i]]:  # the most of most texts, at a glance
                begin = i
                while i < end and plain[data[i]]:
                    i += 1
                kind = classes[data[i - 1]] & 15
                before = classes[data[i - 2]] & 15 if i - 1 > begin else (_SPACE if run == 0 else _UPPER)
                run = 0 if kind == _SPACE else (1 if kind == _UPPER and before == _SPACE else 2)
                trail = i
                while trail > begin and (classes[data[trail - 1]] & 15) == _SPACE:
                    trail -= 1
                last = trail if trail > begin else last
                continue
            point, size = decode(data, i)
            entry = classes[point]
            kind = entry & 15
            if kind == _SPACE:
                run = 0
                i += size
                continue
            if first < 0:
                first = i
            if (entry & _TERMINAL) != 0:
                initial = run == 1 and point == 46
                wide = False
                strong = False  # ! or ?
                dots = 0  # an ellipsis counts as several
                while i < end:
                    point, size = decode(data, i)
                    entry = classes[point]
                    if (entry & (_TERMINAL | _CLOSING)) == 0 and (wide or not _opens_or_closes(point)):
                        break
                    wide |= (entry & _TERMINAL) != 0 and point >= 0x80 and point != 0x2026
                    if point == 46:
                        dots += 1
                    elif point == 33 or point == 63:
                        strong = True
                    elif point == 0x2026:
                        dots += 2
                    i += size
                last = i
                run = 0
                at_border = i >= end
                if not at_border:
                    point, size = decode(data, i)
                    entry = classes[point]
                    at_border = (entry & 15) == _SPACE or ((entry & _ALONE) != 0 and (strong or dots == 1))
                if wide or (at_border and not initial):
                    out_starts[n], out_ends[n], out_paragraph[n] = first, i, paragraph
                    n += 1
                    first = -1
                continue
            if kind == _UPPER and run == 0:
                run = 1
            else:
                run = 2
            i += size
            last = i
        if first >= 0:
            out_starts[n], out_ends[n], out_paragraph[n] = first, last, paragraph
            n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def _opens_or_closes(point: int) -> bool:  # pragma: no cover - compiled
    """Quotes that open in some languages and close in others: „German“, »Danish«."""
    return point == 0x201C or point == 0x2018 or point == 0xAB or point == 0x2039


@njit(cache=True, nogil=True)
def strip(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    classes: NDArray[np.uint8],
    out_starts: NDArray[np.int64],
    out_ends: NDArray[np.int64],
    chars: NDArray[np.int32],
) -> None:  # pragma: no cover - compiled
    """Bounds of every segment without the white space around it, and its characters; blank ones become empty."""
    for k in range(len(starts)):
        i = starts[k]
        end = ends[k]
        while i < end:
            point, size = decode(data, i)
            if (classes[point] & 15) != _SPACE:
                break
            i += size
        while end > i:
            j = end - 1
            while (data[j] & 0xC0) == 0x80:
                j -= 1
            point, size = decode(data, j)
            if (classes[point] & 15) != _SPACE:
                break
            end = j
        n = 0
        for j in range(i, end):
            n += (data[j] & 0xC0) != 0x80
        out_starts[k], out_ends[k], chars[k] = i, end, n
