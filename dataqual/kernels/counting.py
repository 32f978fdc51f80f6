"""Counts per document made in one pass over its characters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import decode
from dataqual.kernels.loading import between, eight, lowest, ones

_NOT_ASCII = np.uint64(0x8080808080808080)

COUNTED = 1024
"""Medians from this one less one on are beyond the counters."""


@njit(cache=True, nogil=True)
def count_characters(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    classes: NDArray[np.uint8],
    scripts: NDArray[np.uint8],
    ascii_counts: NDArray[np.int32],
    class_counts: NDArray[np.int32],
    script_counts: NDArray[np.int32],
    others: NDArray[np.int32],
    counters: NDArray[np.int32],
) -> None:  # pragma: no cover - compiled
    """Fill, per document: each ASCII character, each class and script of all, and a few characters.

    `others` columns: U+FFFD, C1 controls (U+0080-U+009F). `counters` (2, 128) is room to count in.
    """
    even, odd = counters[0], counters[1]  # a counter used twice in a row would be waited for
    for doc in range(len(offsets) - 1):
        i = offsets[doc]
        end = offsets[doc + 1]
        even[:], odd[:] = 0, 0
        while i < end:
            if i + 8 <= end and eight(data, i) & _NOT_ASCII == 0:
                v = eight(data, i)
                for _ in range(4):
                    even[v & np.uint64(0xFF)] += 1
                    odd[(v >> np.uint64(8)) & np.uint64(0xFF)] += 1
                    v >>= np.uint64(16)
                i += 8
                continue
            b = data[i]
            if b < 0x80:
                even[b] += 1
                i += 1
                continue
            point, size = decode(data, i)
            i += size
            class_counts[doc, classes[point] & 15] += 1
            script_counts[doc, scripts[point]] += 1
            if point == 0xFFFD:
                others[doc, 0] += 1
            elif point < 0xA0:
                others[doc, 1] += 1
        for c in range(128):
            times = even[c] + odd[c]
            ascii_counts[doc, c] = times
            if times > 0:
                class_counts[doc, classes[c] & 15] += times
                script_counts[doc, scripts[c]] += times


@njit(cache=True, nogil=True)
def count_scripts(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], scripts: NDArray[np.uint8], counts: NDArray[np.int32]
) -> None:  # pragma: no cover - compiled
    """Add, per document, how many characters are of each script; those of ASCII are counted 64 at a time."""
    letter, other = scripts[65], scripts[32]
    for doc in range(len(offsets) - 1):
        i = offsets[doc]
        end = offsets[doc + 1]
        while i < end:
            if i + 64 > len(data):
                if (data[i] & 0xC0) != 0x80:
                    point, _ = decode(data, i)
                    counts[doc, scripts[point]] += 1
                i += 1
                continue
            n = min(64, end - i)
            beyond = np.uint64(64 - n)  # what lies behind the document is shifted out
            letters = ones((between(data, i, 65, 90) | between(data, i, 97, 122)) << beyond)
            counts[doc, letter] += letters
            counts[doc, other] += n - letters - ones(between(data, i, 0x80, 0xFF) << beyond)
            leads = between(data, i, 0xC0, 0xFF) << beyond
            while leads:
                point, _ = decode(data, i + lowest(leads) - (64 - n))
                counts[doc, scripts[point]] += 1
                leads &= leads - np.uint64(1)
            i += n


@njit(cache=True, nogil=True)
def medians(
    values: NDArray[np.int32], offsets: NDArray[np.int64], counts: NDArray[np.int64], out: NDArray[np.float64]
) -> None:  # pragma: no cover - compiled
    """The median of each document's values (mean of the middle two; 0 without values), by counting.

    -1 where it is beyond what can be counted. `counts` is room for as many counters as it has, all 0.
    """
    last = len(counts) - 1
    for doc in range(len(offsets) - 1):
        a = offsets[doc]
        b = offsets[doc + 1]
        m = b - a
        if m == 0:
            out[doc] = 0.0
            continue
        top = 0
        for k in range(a, b):
            v = values[k]
            if v > last:
                v = last
            counts[v] += 1
            if v > top:
                top = v
        low = -1
        high = -1
        seen = 0
        for v in range(top + 1):
            seen += counts[v]
            counts[v] = 0
            if low < 0 and seen > (m - 1) // 2:
                low = v
            if high < 0 and seen > m // 2:
                high = v
        out[doc] = (low + high) / 2.0 if high < last else -1.0


@njit(cache=True, nogil=True)
def count_chars(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], out: NDArray[np.int32]
) -> None:  # pragma: no cover - compiled
    """Characters of every segment: the bytes that do not continue one."""
    for k in range(len(starts)):
        n = 0
        for i in range(starts[k], ends[k]):
            n += (data[i] & 0xC0) != 0x80
        out[k] = n


@njit(cache=True, nogil=True)
def sum_segments(
    values: Any, offsets: NDArray[np.int64], out: NDArray[np.int64]
) -> None:  # pragma: no cover - compiled
    """The sum of each document's whole numbers; numpy's reduceat takes three times as long for want of a cast."""
    for doc in range(len(offsets) - 1):
        total = np.int64(0)
        for k in range(offsets[doc], offsets[doc + 1]):
            total += values[k]
        out[doc] = total
