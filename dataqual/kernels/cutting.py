"""Where words, and sentences, begin and end: one pass over the bytes, no Python object per word."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dataqual.kernels.unicode import Class

LETTER, DIGIT, UPPER, LOWER, ALONE, OTHER, MARK = 1, 2, 4, 8, 16, 32, 64
"""Flags of a segment: what it contains; `ALONE`: a character of an unspaced script; `OTHER`: not a word."""

_UPPER, _LOWER, _LETTER = int(Class.UPPER), int(Class.LOWER), int(Class.LETTER)
_MARK, _DIGIT, _SPACE, _JOINER = int(Class.MARK), int(Class.DIGIT), int(Class.SPACE), int(Class.JOINER)
_ALONE, _TERMINAL = int(Class.ALONE), int(Class.TERMINAL)


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
    classes: NDArray[np.uint8],
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
    `borders` (documents + 1) gets the first segment of each document.
    """
    n = 0
    for doc in range(len(offsets) - 1):
        borders[doc] = n
        i = offsets[doc]
        end = offsets[doc + 1]
        inside = False  # within a segment that may go on
        alone = False  # within one that only marks and joiners continue
        first = i
        count = 0
        flag = 0
        while i < end:
            point, size = decode(data, i)
            entry = classes[point]
            kind = entry & 15
            if kind == _SPACE:
                if inside:
                    starts[n], ends[n], chars[n], flags[n] = first, i, count, flag
                    n += 1
                    inside = False
                i += size
                continue
            single = False
            if whitespace:
                goes_on = inside
                bit = 0
            else:
                word = kind == _UPPER or kind == _LOWER or kind == _LETTER or kind == _DIGIT
                if kind == _MARK or kind == _JOINER:
                    goes_on = inside
                    single = not inside
                else:
                    single = not word or (entry & _ALONE) != 0
                    goes_on = inside and not alone and not single
                bit = 0 if word or inside else OTHER
                if single:
                    bit = ALONE if word else OTHER
            if kind == _UPPER:
                bit |= LETTER | UPPER
            elif kind == _LOWER:
                bit |= LETTER | LOWER
            elif kind == _LETTER:
                bit |= LETTER
            elif kind == _DIGIT:
                bit |= DIGIT
            elif kind == _MARK:
                bit |= MARK
            if goes_on:
                count += 1
                flag |= bit
            else:
                if inside:
                    starts[n], ends[n], chars[n], flags[n] = first, i, count, flag
                    n += 1
                first = i
                count = 1
                flag = bit
                inside = True
                alone = single
            i += size
        if inside:
            starts[n], ends[n], chars[n], flags[n] = first, end, count, flag
            n += 1
    borders[len(offsets) - 1] = n
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
    space or the paragraph's end follows; after a terminal that is not ASCII no space is needed (Chinese). A
    full stop after a single capital letter ("J. Smith") ends nothing.
    """
    n = 0
    for paragraph in range(len(starts)):
        i = starts[paragraph]
        end = ends[paragraph]
        first = -1
        last = i  # end of the last non-space character
        run = 0  # letters just before: 1 after a lone capital
        while i < end:
            point, size = decode(data, i)
            entry = classes[point]
            kind = entry & 15
            if kind == _SPACE:
                run = 0
                i += size
                continue
            if first < 0:
                first = i
            if entry & _TERMINAL:
                initial = run == 1 and point == 46
                wide = False
                while i < end:
                    point, size = decode(data, i)
                    entry = classes[point]
                    closing = (entry & 15) == 7 and _closes(point)
                    if not (entry & _TERMINAL) and not closing:
                        break
                    wide |= (entry & _TERMINAL) != 0 and point >= 0x80 and point != 0x2026
                    i += size
                last = i
                run = 0
                after_space = i >= end
                if not after_space:
                    point, size = decode(data, i)
                    after_space = (classes[point] & 15) == _SPACE
                if wide or (after_space and not initial):
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
def _closes(point: int) -> bool:  # pragma: no cover - compiled
    return (
        point == 0x22 or point == 0x27 or point == 0x29 or point == 0x5D or point == 0x7D
        or point == 0x2019 or point == 0x201D or point == 0xBB or point == 0x203A
        or point == 0x300D or point == 0x300F or point == 0x3011 or point == 0xFF09 or point == 0x300B or point == 0x3009
    )  # fmt: skip


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
        first = -1
        last = end if i == end else i
        count = 0
        upto = 0
        while i < end:
            point, size = decode(data, i)
            count += 1
            if (classes[point] & 15) != _SPACE:
                if first < 0:
                    first = i
                    count = 1
                last = i + size
                upto = count
            i += size
        out_starts[k] = first if first >= 0 else starts[k]
        out_ends[k] = last if first >= 0 else starts[k]
        chars[k] = upto
