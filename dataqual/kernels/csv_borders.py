"""Where the records of a CSV file begin and end: a newline inside quotes is no border."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

SOUND, UNTERMINATED, BROKEN, TOO_LONG = 0, 1, 2, 3
"""Flags of a record: a quote that is never closed; a quote inside a quoted field that is not doubled; too long to hold."""

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_UNFINISHED = -1


@njit(cache=True, nogil=True, inline="always")
def _find(data: NDArray[np.uint8], i: int, stop: int, first: int, second: int) -> int:
    """The first place in [i, stop) of either byte, else `stop` (or `i`, if that lies behind)."""
    while i < stop and data[i] != first and data[i] != second:
        i += 1
    return i


@njit(cache=True, nogil=True)
def _whole_line(data: NDArray[np.uint8], start: int, final: bool, max_record: int, flag: int) -> tuple[int, int]:
    """The end of the physical line of a bad record, and `flag`, or TOO_LONG if the line is."""
    end = _find(data, start, len(data), _NEWLINE, _NEWLINE)
    if end == len(data) and not final:
        return _UNFINISHED, flag
    return end, TOO_LONG if end - start > max_record else flag


@njit(cache=True, nogil=True)
def _record(data: NDArray[np.uint8], start: int, delimiter: int, final: bool, max_record: int) -> tuple[int, int]:
    """Where the record at `start` ends, and its flag; (-1, _) if it goes on behind the data."""
    n = len(data)
    limit = min(n, start + max_record)
    stop = min(n, limit + 1)
    i = start
    first_newline = -1
    while i < stop:
        if data[i] == _QUOTE:
            i += 1
            while True:
                i = _find(data, i, limit, _QUOTE, _NEWLINE)
                if i >= limit or (i + 1 == n and data[i] == _QUOTE and not final):
                    over = n - start > max_record
                    if not over and not final:
                        return _UNFINISHED, SOUND
                    if first_newline >= 0:
                        return first_newline, UNTERMINATED
                    return _whole_line(data, start, final, max_record, TOO_LONG if over else UNTERMINATED)
                if data[i] == _NEWLINE:
                    first_newline = i if first_newline < 0 else first_newline
                    i += 1
                    continue
                i += 1
                if i == n or data[i] == delimiter or data[i] == _NEWLINE or data[i] == _RETURN:
                    break
                if data[i] != _QUOTE:
                    if first_newline >= 0:
                        return first_newline, UNTERMINATED
                    return _whole_line(data, start, final, max_record, BROKEN)
                i += 1
        i = _find(data, i, stop, delimiter, _NEWLINE)
        if i < stop and data[i] == _NEWLINE:
            return i, SOUND
        i += 1
    if stop - start > max_record:
        return _whole_line(data, stop, final, 0, TOO_LONG)
    return (n, SOUND) if final else (_UNFINISHED, SOUND)


@njit(cache=True, nogil=True)
def scan(
    data: NDArray[np.uint8],
    delimiter: int,
    final: bool,
    max_record: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    lines: NDArray[np.int64],
    flags: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Fill the arrays with the records of `data` (uint8); returns (records, bytes consumed, lines consumed).

    The quoting is RFC 4180: a quote opens a field only at its start, `""` inside stands for one, and what
    follows the closing quote is a delimiter or a line end. A record that breaks this, or is still inside
    quotes at the end of the file (`final`) or after `max_record` bytes, costs its first physical line
    only: the scan goes on behind that line. Blank lines are no records. Unless `final`, a record that is
    not finished is left for the next call.
    """
    count = start = line = 0
    while start < len(data):
        end, flag = _record(data, start, delimiter, final, max_record)
        if end == _UNFINISHED:
            break
        if end > start + 1 or (end == start + 1 and data[start] != _RETURN):
            starts[count], ends[count], lines[count], flags[count] = start, end, line, flag
            count += 1
        line += 1
        for i in range(start, end):
            line += data[i] == _NEWLINE
        start = end + 1
    return count, min(start, len(data)), line


def borders(
    data: bytes, delimiter: bytes, final: bool, max_record: int
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]], int, int]:
    """The records of `data` as (starts, ends, lines before, flags), and how many bytes and lines they took.

    >>> (starts, ends, lines, flags), consumed, taken = borders(b'a,"x\\ny"\\nb,"z', b",", False, 100)
    >>> starts.tolist(), ends.tolist(), flags.tolist(), consumed, taken
    ([0], [7], [0], 8, 2)
    """
    room = data.count(b"\n") + 1
    starts, ends, lines = (np.empty(room, dtype=np.int64) for _ in range(3))
    flags = np.empty(room, dtype=np.uint8)
    array = np.frombuffer(data, dtype=np.uint8)
    count, consumed, taken = scan(array, delimiter[0], final, max_record, starts, ends, lines, flags)
    return (starts[:count], ends[:count], lines[:count], flags[:count]), consumed, taken
