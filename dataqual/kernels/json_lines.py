"""Strings out of JSON Lines without a Python object per record: what is certainly right is taken, the rest is left.

A line is `taken` only if any parser would take it (RFC 8259, and UTF-8 without surrogates): all of it is checked. What
is rare is left, though it may be right: keys with escapes, numbers that might not fit, objects nested very deep.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.loading import between, copy, lowest

DEEPEST = 60
_QUOTE, _BACKSLASH, _NEWLINE = 34, 92, 10


@njit(cache=True, nogil=True)
def _string(data: Any, i: int, end: int, out: Any, at: int) -> tuple[int, int]:  # pragma: no cover - compiled
    """Write the string whose first character is at byte `i` to `out[at:]`: behind its closing quote, and behind what
    was written; (-1, at) where it is left."""
    while i < end:
        if i + 64 <= data.size and at + 64 <= out.size:
            copy(data, i, out, at)
            stops = between(data, i, 0, 31) | between(data, i, 34, 34) | between(data, i, 92, 92)
            stops |= between(data, i, 128, 255)
            plain = min(lowest(stops), end - i)
            i += plain
            at += plain
            if plain == 64:
                continue
            if i >= end:
                break
        b = data[i]
        if b == _QUOTE:
            return i + 1, at
        if b == _BACKSLASH:
            i, at = _escape(data, i, end, out, at)
            if i < 0:
                return -1, at
        elif b < 32:
            break
        elif b < 128:
            out[at] = b
            i += 1
            at += 1
        else:
            while i < end and data[i] >= 128:
                size = _sound(data, i, end)
                if size == 0:
                    return -1, at
                for k in range(size):
                    out[at + k] = data[i + k]
                i += size
                at += size
    return -1, at


@njit(cache=True, nogil=True)
def _sound(data: Any, i: int, end: int) -> int:  # pragma: no cover - compiled
    """Bytes of the character at byte `i`, two to four; 0 where that is no UTF-8."""
    b = data[i]
    size = 2 if b < 0xE0 else 3 if b < 0xF0 else 4
    if b < 0xC2 or b > 0xF4 or i + size > end:
        return 0
    second = data[i + 1]
    low = 0xA0 if b == 0xE0 else 0x90 if b == 0xF0 else 0x80  # no longer than need be
    high = 0x9F if b == 0xED else 0x8F if b == 0xF4 else 0xBF  # no surrogate, none beyond the last
    if second < low or second > high:
        return 0
    for k in range(2, size):
        if data[i + k] & 0xC0 != 0x80:
            return 0
    return size


@njit(cache=True, nogil=True)
def _escape(data: Any, i: int, end: int, out: Any, at: int) -> tuple[int, int]:  # pragma: no cover - compiled
    """Write the character that the backslash at byte `i` begins; (-1, at) where there is none."""
    if i + 1 >= end:
        return -1, at
    b = data[i + 1]
    if b != 117:
        point = 0
        if b == 34 or b == 47 or b == 92:
            point = np.int64(b)
        elif b == 110:
            point = 10
        elif b == 116:
            point = 9
        elif b == 114:
            point = 13
        elif b == 98:
            point = 8
        elif b == 102:
            point = 12
        else:
            return -1, at
        out[at] = point
        return i + 2, at + 1
    point = _four(data, i + 2, end)
    i += 6
    if 0xD800 <= point < 0xE000:
        if point >= 0xDC00 or i + 1 >= end or data[i] != _BACKSLASH or data[i + 1] != 117:
            return -1, at
        second = _four(data, i + 2, end)
        if second < 0xDC00 or second >= 0xE000:
            return -1, at
        point = 0x10000 + ((point - 0xD800) << 10) + (second - 0xDC00)
        i += 6
    if point < 0:
        return -1, at
    if point < 0x80:
        out[at] = point
        return i, at + 1
    if point < 0x800:
        out[at], out[at + 1] = 0xC0 | point >> 6, 0x80 | point & 63
        return i, at + 2
    if point < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | point >> 12, 0x80 | point >> 6 & 63, 0x80 | point & 63
        return i, at + 3
    out[at], out[at + 1] = 0xF0 | point >> 18, 0x80 | point >> 12 & 63
    out[at + 2], out[at + 3] = 0x80 | point >> 6 & 63, 0x80 | point & 63
    return i, at + 4


@njit(cache=True, nogil=True)
def _four(data: Any, i: int, end: int) -> int:  # pragma: no cover - compiled
    """The number that four hexadecimal digits say; -1 where they do not."""
    if i + 4 > end:
        return -1
    value = 0
    for k in range(4):
        b = np.int64(data[i + k])
        if 48 <= b <= 57:
            digit = b - 48
        elif 97 <= b | 32 <= 102:
            digit = (b | 32) - 87
        else:
            return -1
        value = value << 4 | digit
    return value


@njit(cache=True, nogil=True)
def _digits(data: Any, i: int, end: int) -> int:  # pragma: no cover - compiled
    """Behind the digits from byte `i` on."""
    while i < end and 48 <= data[i] <= 57:
        i += 1
    return i


@njit(cache=True, nogil=True)
def _plain_value(data: Any, i: int, end: int) -> int:  # pragma: no cover - compiled
    """Behind the number, truth value or null at byte `i`; -1 where it is left."""
    b = data[i]
    if b == 116:  # true
        sound = i + 4 <= end and data[i + 1] == 114 and data[i + 2] == 117 and data[i + 3] == 101
        return i + 4 if sound else -1
    if b == 110:  # null
        sound = i + 4 <= end and data[i + 1] == 117 and data[i + 2] == 108 and data[i + 3] == 108
        return i + 4 if sound else -1
    if b == 102:  # false
        sound = i + 5 <= end and data[i + 1] == 97 and data[i + 2] == 108 and data[i + 3] == 115 and data[i + 4] == 101
        return i + 5 if sound else -1
    if b == 45:
        i += 1
    start = i
    i = _digits(data, i, end)
    if i == start or i - start > 18 or (data[start] == 48 and i - start > 1):
        return -1
    if i < end and data[i] == 46:
        start = i + 1
        i = _digits(data, start, end)
        if i == start:
            return -1
    if i < end and data[i] | 32 == 101:
        i += 1
        if i < end and (data[i] == 43 or data[i] == 45):
            i += 1
        start = i
        i = _digits(data, i, end)
        if i == start or i - start > 2:
            return -1
    return i


@njit(cache=True, nogil=True)
def _blank(data: Any, i: int, end: int) -> int:  # pragma: no cover - compiled
    """Behind the white space from byte `i` on."""
    while i < end and (data[i] == 32 or data[i] == 9 or data[i] == 13):
        i += 1
    return i


@njit(cache=True, nogil=True)
def _which(data: Any, start: int, end: int, keys: Any, key_borders: Any) -> int:  # pragma: no cover - compiled
    """The wanted key that stands from `start` to `end`; -1 for another one."""
    for k in range(key_borders.size - 1):
        size = key_borders[k + 1] - key_borders[k]
        if size == end - start:
            same = True
            for j in range(size):
                if data[start + j] != keys[key_borders[k] + j]:
                    same = False
                    break
            if same:
                return k
    return -1


@njit(cache=True, nogil=True, inline="always")
def _key(
    data: Any, i: int, end: int, keys: Any, key_borders: Any, out: Any, at: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Where the value of the key at byte `i` begins, and which wanted key it is, -1 for another one; (-1, -1) where it is left.
    `out[at:]` may be written to."""
    if data[i] != _QUOTE:
        return -1, -1
    start = i + 1
    i, behind = _string(data, start, end, out, at)
    if i < 0 or behind - at != i - 1 - start:  # an escape in it
        return -1, -1
    wanted = _which(data, start, i - 1, keys, key_borders)
    i = _blank(data, i, end)
    if i >= end or data[i] != 58:
        return -1, -1
    i = _blank(data, i + 1, end)
    return (i, wanted) if i < end else (-1, -1)


@njit(cache=True, nogil=True, inline="always")
def _next(
    data: Any, i: int, end: int, depth: int, objects: np.uint64
) -> tuple[int, int, np.uint64]:  # pragma: no cover - compiled
    """Where the next key or value begins behind one that ends at byte `i`, or the outermost object ended, -1 where it is left;
    and the `depth` and `objects` there."""
    while depth > 0:
        i = _blank(data, i, end)
        if i >= end:
            return -1, depth, objects
        if data[i] == 44:
            return _blank(data, i + 1, end), depth, objects
        if data[i] != (125 if objects & np.uint64(1) != 0 else 93):
            return -1, depth, objects
        i += 1
        depth -= 1
        objects >>= np.uint64(1)
    return i, depth, objects


@njit(cache=True, nogil=True)
def _line(
    data: Any, i: int, end: int, keys: Any, key_borders: Any, spans: Any, out: Any, at: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Take the object at byte `i`: where the line goes on behind it, and the end of its text in `out`; -1 where it is
    left. `spans` gets from where to where each wanted value stands, -1 where there is none."""
    written = -1
    for k in range(key_borders.size - 1):
        spans[k, 0] = spans[k, 1] = -1
    i = _blank(data, i, end)
    if i >= end or data[i] != 123:
        return -1, at
    depth = 1
    objects = np.uint64(1)  # by depth, the innermost lowest: whether it is an object, not an array
    i = _blank(data, i + 1, end)
    opened = True  # nothing stands in it yet
    while depth > 0:
        if i >= end:
            return -1, at
        in_object = objects & np.uint64(1) != 0
        if not (opened and data[i] == (125 if in_object else 93)):
            free = at + max(written, 0)  # from here on `out` may be written to
            wanted = -1
            if in_object:
                i, wanted = _key(data, i, end, keys, key_borders if depth == 1 else key_borders[:1], out, free)
                if i < 0:
                    return -1, at
            if wanted >= 0:
                spans[wanted, 0] = i
            if wanted == 0:
                if data[i] != _QUOTE:
                    return -1, at
                free, written = at, 0  # of two of one name the last counts
            b = data[i]
            if b == 123 or b == 91:
                if depth == DEEPEST or wanted > 0:  # an object for an id: let Python put it into words
                    return -1, at
                depth += 1
                objects = objects << np.uint64(1) | np.uint64(b == 123)
                i = _blank(data, i + 1, end)
                opened = True
                continue
            if b == _QUOTE:
                i, behind = _string(data, i + 1, end, out, free)
                written = behind - at if wanted == 0 else written
            else:
                i = _plain_value(data, i, end)
            if i < 0:
                return -1, at
            if wanted >= 0:
                spans[wanted, 1] = i
            i, depth, objects = _next(data, i, end, depth, objects)
        else:
            i, depth, objects = _next(data, i + 1, end, depth - 1, objects >> np.uint64(1))
        if i < 0:
            return -1, at
        opened = False
    if written < 0:
        return -1, at
    return _blank(data, i, end), at + written


@njit(cache=True, nogil=True)
def take(
    data: NDArray[np.uint8],
    keys: NDArray[np.uint8],
    key_borders: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    spans: NDArray[np.int64],
    taken: NDArray[np.bool_],
    out: NDArray[np.uint8],
    borders: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Cut `data` at newlines, and take the strings under the first of the `keys` from the objects; how many lines.

    Per line: its `starts` and `ends`, whether it was `taken`, and if so in `spans` (lines, keys, 2) where the values
    of the keys stand. `out` gets the strings in a row, `borders` (lines + 1) between them, empty for lines left;
    it needs as many bytes as `data`, and 64 to spare.
    """
    at = n = i = 0
    borders[0] = 0
    while i < data.size and n < taken.size:
        starts[n] = i
        behind, written = _line(data, i, data.size, keys, key_borders, spans[n], out, at)
        taken[n] = behind >= 0 and (behind == data.size or data[behind] == _NEWLINE)
        if taken[n]:
            at = written
            i = behind
        else:
            while i < data.size and data[i] != _NEWLINE:
                stops = 0
                if i + 64 <= data.size:
                    stops = lowest(between(data, i, _NEWLINE, _NEWLINE))
                i += max(stops, 1) if stops < 64 else 64
        ends[n] = i
        n += 1
        borders[n] = at
        i += 1
    return n
