"""Where the values of a JSON array, or of values one behind the other, begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

SOUND, BROKEN, UNCLOSED = 0, 1, 2
"""Flags of a value: its brackets and quotes close; they do not, and it was left at a line; it goes on to the end."""

_QUOTE, _BACKSLASH, _COMMA, _NEWLINE, _OPEN, _CLOSE = 34, 92, 44, 10, 91, 93
_BRACE, _END_BRACE = 123, 125


@njit(cache=True, nogil=True, inline="always")
def _is_blank(byte: int) -> bool:
    return byte == 32 or 9 <= byte <= 13


@njit(cache=True, nogil=True)
def _behind_string(data: NDArray[np.uint8], at: int, stop: int) -> int:
    """Behind the string whose quote is at `at`; -1 where a line ends in it, which no string may hold; `stop` if it goes on."""
    at += 1
    while at < stop:
        byte = data[at]
        if byte == _QUOTE:
            return at + 1
        if byte == _NEWLINE:
            return -1
        at += 2 if byte == _BACKSLASH else 1
    return stop + 1


@njit(cache=True, nogil=True)
def _behind_value(data: NDArray[np.uint8], start: int, stop: int) -> int:
    """Behind the object, array or string that begins at `start`; -1 where it is broken, stop + 1 where it goes on."""
    depth = 0
    at = start
    while at < stop:
        byte = data[at]
        if byte == _QUOTE:
            at = _behind_string(data, at, stop)
            if at < 0 or at > stop:
                return at
        else:
            if byte == _BRACE or byte == _OPEN:
                depth += 1
            elif byte == _END_BRACE or byte == _CLOSE:
                depth -= 1
            at += 1
        if depth == 0:
            return at
    return stop + 1


@njit(cache=True, nogil=True)
def _next_line(data: NDArray[np.uint8], start: int, stop: int) -> int:
    """The end of the line behind which another record seems to begin: a brace no deeper than that at `start`; -1 if none."""
    column = 0
    while column < start and data[start - column - 1] != _NEWLINE:
        column += 1
    at = start
    while at < stop:
        while at < stop and data[at] != _NEWLINE:
            at += 1
        first = at + 1
        while first < stop and (data[first] == 32 or data[first] == 9):
            first += 1
        if first < stop and data[first] == _BRACE and first - at - 1 <= column:
            return at
        at += 1
    return -1


@njit(cache=True, nogil=True)
def _behind_word(data: NDArray[np.uint8], at: int, stop: int, inside: bool) -> int:
    """Behind a number, a word, or what is no value at all."""
    at += 1
    while at < stop and not _is_blank(data[at]) and not (inside and (data[at] == _COMMA or data[at] == _CLOSE)):
        at += 1
    return at


@njit(cache=True, nogil=True)
def scan(
    data: NDArray[np.uint8],
    inside: bool,
    final: bool,
    max_record: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    lines: NDArray[np.int64],
    flags: NDArray[np.uint8],
) -> tuple[int, int, int, int]:
    """Fill the arrays with the values of `data`; returns (values, bytes and lines consumed, 1 if the array was closed).

    `inside` an array they stand between commas and it may close, else they follow each other. A value in a string of
    which a line ends, or that is not closed at the end of the file (`final`) or within `max_record` bytes, costs what
    goes up to the next line that begins with a brace at its own depth, or all the rest where there is none.
    """
    count = at = line = counted = 0
    n = len(data)
    while True:
        while at < n and (_is_blank(data[at]) or (inside and data[at] == _COMMA)):
            at += 1
        if at == n or count == len(starts):
            break
        byte = data[at]
        if inside and byte == _CLOSE:
            at += 1
            for i in range(counted, at):
                line += data[i] == _NEWLINE
            return count, at, line, 1
        flag = SOUND
        if byte == _BRACE or byte == _OPEN or byte == _QUOTE:
            end = _behind_value(data, at, n)
        else:
            end = _behind_word(data, at, n, inside)
            if end == n and not final:
                end = n + 1
        if end < 0 or end > n:
            if end > n and not final and n - at <= max_record:
                break
            found = _next_line(data, at, n)
            if found < 0 and not final:
                break
            flag = BROKEN if found >= 0 else UNCLOSED
            end = found if found >= 0 else n
        for i in range(counted, at):
            line += data[i] == _NEWLINE
        counted = at
        starts[count], ends[count], lines[count], flags[count] = at, end, line, flag
        count += 1
        at = end
    for i in range(counted, at):
        line += data[i] == _NEWLINE
    return count, at, line, 0


def borders(
    data: bytes, inside: bool, final: bool, max_record: int
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]], int, int, bool]:
    """The values of `data` as (starts, ends, lines before, flags), the bytes and lines they took, and whether `]` came.

    >>> (starts, ends, lines, flags), taken, newlines, closed = borders(b'{"a": [1]},\\n{"b": 2}]', True, False, 100)
    >>> starts.tolist(), ends.tolist(), lines.tolist(), taken, newlines, closed
    ([0, 12], [10, 20], [0, 1], 21, 1, True)
    """
    array = np.frombuffer(data, np.uint8)
    room = len(data) // 2 + 2
    starts, ends, lines = (np.empty(room, np.int64) for _ in range(3))
    flags = np.empty(room, np.uint8)
    count, taken, newlines, closed = scan(array, inside, final, max_record, starts, ends, lines, flags)
    return (
        (starts[:count].copy(), ends[:count].copy(), lines[:count].copy(), flags[:count].copy()),
        taken,
        newlines,
        bool(closed),
    )
