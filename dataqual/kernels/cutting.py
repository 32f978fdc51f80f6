"""Where words, and sentences, begin and end: one pass over the bytes, no Python object per word."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.loading import between, eight, lowest
from dataqual.kernels.unicode import ALONE, DIGIT, JOINER, LETTER, LOWER, MARK, OTHER, UPPER, Class

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


NOT_ASCII = np.uint64(0x8080808080808080)
ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
ANY, _CONTINUES, _WORD = np.uint8(255), np.uint8(255 - MARK - JOINER), np.uint8(ALONE | OTHER)

_WHITESPACE_STOPS = np.zeros(256, np.uint8)
_WHITESPACE_STOPS[0] = ANY
TOKEN_STOPS = np.full(256, _CONTINUES, np.uint8)
TOKEN_STOPS[[kind for kind in range(256) if kind & (ALONE | OTHER | MARK | JOINER) == 0]] = _WORD
TOKEN_STOPS[0] = ANY
"""By the flags of a character: those that the next one must not have if it is to belong to the same token."""


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
    of each document. Returns -1 where the arrays may be too short: they need 64 places to spare.

    Characters of ASCII are looked at by up to 64 at once: one by one, the ends of words, which nobody can guess,
    cost more than everything else.
    """
    next_stops = _WHITESPACE_STOPS if whitespace else TOKEN_STOPS
    n = 0
    room = len(starts) - 64
    for doc in range(len(offsets) - 1):
        borders[doc] = n
        i = offsets[doc]
        end = offsets[doc + 1]
        last = min(end, len(data) - 63)  # up to here 64 bytes can be read
        stops = ANY
        opened = False  # a segment, which began at `first`, has `count` characters so far, and the flags `flag`
        first, count, flag = i, 0, np.uint8(0)
        while i < end:
            if n >= room:
                return -1
            if i < last and eight(data, i) & NOT_ASCII == 0:
                size = min(end - i, lowest(between(data, i, 0x80, 0xFF)))
                after_letter = (stops & LETTER) == 0
                n, opened, first, count, flag = _cut_ascii(
                    data, i, size, whitespace, after_letter, opened, first, count, flag, starts, ends, chars, flags, n
                )
                i += size
                stops = next_stops[kinds[data[i - 1]]]
                continue
            point, size = decode(data, i)
            kind = kinds[point]
            mark = (kind & (MARK | JOINER)) != 0
            goes_on = (kind & stops) == 0
            if opened and not (goes_on and kind != 0):
                starts[n], ends[n], chars[n], flags[n] = first, i, count, flag & 127
                n += 1
                opened = False
            if kind == 0:
                stops = ANY
            elif goes_on:
                count += 1
                flag |= kind
                stops = stops if mark else next_stops[kind]
            else:
                opened = True
                first, count = i, 1
                flag = kind | np.uint8(OTHER) if mark else kind
                stops = next_stops[kind]
            i += size
        if opened:
            starts[n], ends[n], chars[n], flags[n] = first, end, count, flag & 127
            n += 1
    borders[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True, inline="always")
def _cut_ascii(
    data: Any,
    i: int,
    size: int,
    whitespace: bool,
    after_letter: bool,
    opened: bool,
    first: int,
    count: int,
    flag: np.uint8,
    starts: Any,
    ends: Any,
    chars: Any,
    flags: Any,
    n: int,
) -> tuple[int, bool, int, int, np.uint8]:  # pragma: no cover - compiled
    """Cut `size` characters of ASCII at byte `i`, at most 64, all at once, and write the segments behind the `n` there are.

    A segment may be `opened`, with `first`, `count` and `flag` as in `cut`; these, and how many there are, are given back.
    `after_letter`: the character before goes on with a letter.
    """
    inside = below(size)
    upper = between(data, i, 65, 90) & inside
    lower = between(data, i, 97, 122) & inside
    digits = between(data, i, 48, 57) & inside
    full = ~(between(data, i, 9, 13) | between(data, i, 28, 32)) & inside
    others = full & ~(upper | lower | digits)
    joined = full if whitespace else full & ~others
    goes_on = joined & ((joined << ONE) | np.uint64(after_letter))
    begins = full & ~goes_on
    finished = ((full << ONE) | np.uint64(opened)) & ~goes_on & inside
    if opened:
        stop = min(size, lowest(finished))
        flag |= _flags_among(below(stop), upper, lower, digits, others)
        count += stop
        if finished != 0:
            starts[n], ends[n], chars[n], flags[n] = first, i + stop, count, flag & 127
            n += 1
            finished &= finished - ONE
            opened = False
    while finished != 0:
        start, stop = lowest(begins), lowest(finished)
        starts[n], ends[n], chars[n] = i + start, i + stop, stop - start
        flags[n] = _flags_among(below(stop) & ~below(start), upper, lower, digits, others)
        n += 1
        begins &= begins - ONE
        finished &= finished - ONE
    if begins != 0:
        start = lowest(begins)
        opened = True
        first, count = i + start, size - start
        flag = _flags_among(~below(start), upper, lower, digits, others)
    return n, opened, first, count, flag


@njit(cache=True, nogil=True, inline="always")
def below(place: int) -> np.uint64:  # pragma: no cover - compiled
    """The bits below a place from 0 to 64."""
    return (ONE << np.uint64(place & 63)) - ONE if place < 64 else _ALL


@njit(cache=True, nogil=True, inline="always")
def _flags_among(
    inside: np.uint64, upper: np.uint64, lower: np.uint64, digits: np.uint64, others: np.uint64
) -> np.uint8:  # pragma: no cover - compiled
    """The flags of the ASCII characters `inside`."""
    flag = np.uint8(UPPER | LETTER) if upper & inside != 0 else np.uint8(0)
    flag |= np.uint8(LOWER | LETTER) if lower & inside != 0 else np.uint8(0)
    flag |= np.uint8(DIGIT) if digits & inside != 0 else np.uint8(0)
    return flag | (np.uint8(OTHER) if others & inside != 0 else np.uint8(0))


@njit(cache=True, nogil=True)
def keep_segments(
    keep: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    chars: NDArray[np.int32],
    offsets: NDArray[np.int64],
    out_starts: NDArray[np.int64],
    out_ends: NDArray[np.int64],
    out_chars: NDArray[np.int32],
    out_offsets: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Copy the segments under `keep` and count them per document; return how many."""
    n = np.uint64(0)
    for doc in range(len(offsets) - 1):
        out_offsets[doc] = n
        for k in range(offsets[doc], offsets[doc + 1]):
            out_starts[n], out_ends[n], out_chars[n] = starts[k], ends[k], chars[k]
            n += np.uint64(keep[k])
    out_offsets[len(offsets) - 1] = n
    return np.int64(n)


@njit(cache=True, nogil=True)
def cut_sentences(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    classes: NDArray[np.uint8],
    plain: NDArray[np.bool_],
    out_starts: NDArray[np.int64],
    out_ends: NDArray[np.int64],
    out_paragraph: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Cut each paragraph (`starts`:`ends`) into sentences; return how many were written.

    A sentence ends after a run of terminal characters and the closing quotes and brackets behind it, if a
    space or the paragraph's end follows; after a terminal that is not ASCII no space is needed (Chinese), nor
    before a letter of an unspaced script after `!`, `?` or a single full stop. A full stop after a single
    capital letter ("J. Smith") ends nothing. `plain`: by byte, those of ASCII that end nothing.
    """
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
                i = _pass_plain(data, plain, i, end)
                run = _run_behind(data, classes, begin, i, run)
                last = _last_before(data, classes, begin, i, last)
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
                i, wide, at_border = _pass_terminals(data, classes, i, end)
                last, run = i, 0
                if wide or (at_border and not initial):
                    out_starts[n], out_ends[n], out_paragraph[n] = first, i, paragraph
                    n += 1
                    first = -1
                continue
            run = 1 if kind == _UPPER and run == 0 else 2
            i += size
            last = i
        if first >= 0:
            out_starts[n], out_ends[n], out_paragraph[n] = first, last, paragraph
            n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def _pass_plain(data: NDArray[np.uint8], plain: NDArray[np.bool_], i: int, end: int) -> int:  # pragma: no cover
    """Where the `plain` bytes from `i` on end: ASCII but for `!`, `.` and `?`."""
    ahead = 64
    while ahead == 64 and i < end and i + 64 <= len(data) and eight(data, i) & NOT_ASCII == 0:
        marks = between(data, i, 33, 33) | between(data, i, 46, 46) | between(data, i, 63, 63)
        ahead = lowest(marks | between(data, i, 0x80, 0xFF))
        i += ahead
    i = min(i, end)
    while i < end and plain[data[i]]:
        i += 1
    return i


@njit(cache=True, nogil=True, inline="always")
def _run_behind(
    data: NDArray[np.uint8], classes: NDArray[np.uint8], begin: int, i: int, run: int
) -> int:  # pragma: no cover - compiled
    """The `run` of letters just before byte `i`, behind plain bytes from `begin` on: 1 after a lone capital."""
    kind = classes[data[i - 1]] & 15
    before = classes[data[i - 2]] & 15 if i - 1 > begin else (_SPACE if run == 0 else _UPPER)
    return 0 if kind == _SPACE else (1 if kind == _UPPER and before == _SPACE else 2)


@njit(cache=True, nogil=True, inline="always")
def _last_before(
    data: NDArray[np.uint8], classes: NDArray[np.uint8], begin: int, i: int, last: int
) -> int:  # pragma: no cover - compiled
    """The end of the last character before byte `i` that is no space, of plain bytes from `begin` on; `last` where all are."""
    trail = i
    while trail > begin and (classes[data[trail - 1]] & 15) == _SPACE:
        trail -= 1
    return trail if trail > begin else last


@njit(cache=True, nogil=True, inline="always")
def _pass_terminals(
    data: NDArray[np.uint8], classes: NDArray[np.uint8], i: int, end: int
) -> tuple[int, bool, bool]:  # pragma: no cover - compiled
    """Where the terminal characters from byte `i` on, and what closes behind them, end; whether one is not ASCII; and
    whether a sentence may end there: by a space or the paragraph's end, or by the letter of an unspaced script."""
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
    at_border = i >= end
    if not at_border:
        point, size = decode(data, i)
        entry = classes[point]
        at_border = (entry & 15) == _SPACE or ((entry & _ALONE) != 0 and (strong or dots == 1))
    return i, wide, at_border


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
