"""One look at every byte: which documents may hold personal data, and of which sort."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.loading import between, lowest

AT, DIGITS, QUADS, GROUPS, WIDE = 1, 2, 4, 8, 16
"""An `@`; seven digits with nothing but separators between them; three full stops behind digits close together; a colon behind four characters
of which the first is 2 or 3; a full-width digit, plus, minus, full stop or `@`."""

QUAD = 9
"""Bytes from the first full stop of an IPv4 address to behind its third: `.123.123.`."""


SEPARATOR, STOP = 1, 2
SORTED = np.zeros(256, np.uint8)
"""What a byte is: 0 ends a row of digits and is nothing else, a separator (any byte of a character beyond ASCII too)
does neither; the others are looked at."""
SORTED[[*b" ()+-", *range(128, 256)]] = SEPARATOR
SORTED[[*b"0123456789.@:", 0xEF]] = STOP


@njit(cache=True, nogil=True)
def suspect(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    stops: NDArray[np.int64],
    sorts: NDArray[np.uint8],
) -> None:  # pragma: no cover - compiled
    """Set the bits of every document, (documents,); `kinds` is `SORTED`, `stops` room for four numbers."""
    for document in range(len(sorts)):
        start, end = offsets[document], offsets[document + 1]
        found, digits, quads = 0, 0, 0
        for i in range(start, end):
            b = data[i]
            kind = kinds[b]
            if kind != STOP:
                digits *= kind
            elif b <= 57 and b >= 48:
                digits += 1
                if digits == 7:
                    found |= DIGITS
            elif b == 46:
                if i > start and 48 <= data[i - 1] <= 57:
                    if quads >= 2 and i - stops[(quads - 2) & 3] < QUAD:
                        found |= QUADS
                    stops[quads & 3] = i
                    quads += 1
            elif b == 64:
                found |= AT
                digits = 0
            elif b == 58:
                digits = 0
                if i >= start + 4 and (data[i - 4] | 1) == 51:
                    found |= GROUPS
            elif i + 2 < end and data[i + 1] == 0xBC:
                last = data[i + 2]
                if 0x90 <= last <= 0x99 or last == 0x8B or last == 0x8D or last == 0x8E or last == 0xA0:
                    found |= WIDE
        sorts[document] = found


@njit(cache=True, nogil=True)
def find_windows(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    around: int,
    stops: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    documents: NDArray[np.int64],
    sorts: NDArray[np.uint8],
) -> int:  # pragma: no cover - compiled
    """The stretches of text that `suspect` would call any but `AT` (with a digit behind the third full stop), with up to `around` bytes on either side; how many.

    `starts`, `ends`, `documents` and `sorts`, their bits, are filled as far as they reach; stretches do not overlap, and begin and end with
    characters. `kinds` is `SORTED`, `stops` room for four numbers. Sixty-four bytes without a digit are passed over at once.
    """
    n = np.int64(0)
    for document in range(len(offsets) - 1):
        start, end = offsets[document], offsets[document + 1]
        digits, quads, first, open_until = 0, 0, start, np.int64(-1)
        i = start
        while i < end:
            if digits == 0 and i + 64 <= end:
                bits = between(data, i, 48, 58) | between(data, i, 0xEF, 0xEF)
                if bits == 0:
                    i += 64
                    continue
                i += lowest(bits)
            b = data[i]
            kind = kinds[b]
            low, sort = np.int64(-1), 0
            if kind != STOP:
                digits *= kind
            elif b <= 57 and b >= 48:
                if digits == 0:
                    first = i
                digits += 1
                if digits >= 7:
                    low, sort = first, DIGITS
            elif b == 46:
                if i > start and 48 <= data[i - 1] <= 57:
                    behind = i + 1 < end and 48 <= data[i + 1] <= 57
                    if behind and quads >= 2 and i - stops[(quads - 2) & 3] < QUAD:
                        low, sort = stops[(quads - 2) & 3] - 3, QUADS
                    stops[quads & 3] = i
                    quads += 1
            elif b == 64:
                digits = 0
            elif b == 58:
                digits = 0
                if i >= start + 4 and (data[i - 4] | 1) == 51:
                    low, sort = i - 4, GROUPS
            elif i + 2 < end and data[i + 1] == 0xBC:
                last = data[i + 2]
                if 0x90 <= last <= 0x99 or last == 0x8B or last == 0x8D or last == 0x8E or last == 0xA0:
                    low, sort = i, WIDE
            if low >= 0:
                low = max(low - around, start)
                while low > start and data[low] & 0xC0 == 0x80:
                    low -= 1
                if low > open_until:
                    if n < len(starts):
                        starts[n], documents[n], sorts[n] = low, document, 0
                    n += 1
                open_until = min(i + 1 + around, end)
                while open_until < end and data[open_until] & 0xC0 == 0x80:
                    open_until += 1
                if n <= len(ends):
                    ends[n - 1] = open_until
                    sorts[n - 1] |= np.uint8(sort)
            i += 1
    return n
