"""Lines and paragraphs as the published rules cut them, what stands at their ends, and which are repeated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import decode
from dataqual.kernels.loading import between, lowest, ones


@njit(cache=True, nogil=True)
def has_other_breaks(data: NDArray[np.uint8]) -> bool:  # pragma: no cover - compiled
    """Whether there is a line break of `str.splitlines` that is no line feed; without a branch, so many at once."""
    found = False
    for i in range(len(data)):
        b = data[i]
        found |= ((b >= 11) & (b <= 13)) | ((b >= 28) & (b <= 30))
    second = data[1:]
    for i in range(len(second)):
        found |= (data[i] == 0xC2) & (second[i] == 0x85)
    third = data[2:]
    for i in range(len(third)):
        found |= (data[i] == 0xE2) & (second[i] == 0x80) & ((third[i] == 0xA8) | (third[i] == 0xA9))
    return found


@njit(cache=True, nogil=True)
def line_feeds(data: NDArray[np.uint8], places: NDArray[np.int64]) -> int:  # pragma: no cover - compiled
    """Where line feeds stand, as far as `places` reaches; return how many there are."""
    n = i = 0
    while i + 64 <= len(data):
        bits = between(data, i, 10, 10)
        while bits:
            if n < len(places):
                places[n] = i + lowest(bits)
            n += 1
            bits &= bits - np.uint64(1)
        i += 64
    for j in range(i, len(data)):
        if data[j] == 10:
            if n < len(places):
                places[n] = j
            n += 1
    return n


@njit(cache=True, nogil=True)
def count_line_feeds(data: NDArray[np.uint8]) -> int:  # pragma: no cover - compiled
    """How many line feeds there are."""
    n = i = 0
    while i + 64 <= len(data):
        n += ones(between(data, i, 10, 10))
        i += 64
    for j in range(i, len(data)):
        n += data[j] == 10
    return n


@njit(cache=True, nogil=True)
def mark_lines(
    data: NDArray[np.uint8], step: int, marks: NDArray[np.uint32]
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Mark a line about every `step` bytes: into `marks` (len(data) // step, 2) how many lines, and bytes, come before.

    Returns how many line feeds there are in all, and how many marks.
    """
    n = i = m = 0
    due = step
    while i + 64 <= len(data):
        feeds = between(data, i, 10, 10)
        if i >= due and feeds:
            due = i + lowest(feeds) + 1
            marks[m, 0], marks[m, 1] = n + 1, due
            m += 1
            due += step
        n += ones(feeds)
        i += 64
    for j in range(i, len(data)):
        n += data[j] == 10
    return n, m


@njit(cache=True, nogil=True)
def split_lines(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    borders: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """The lines of `str.splitlines`, as far as `starts` and `ends` reach; return how many there are.

    `borders` (documents + 1) gets the first line of each document.
    """
    n = 0
    for doc in range(len(offsets) - 1):
        borders[doc] = n
        first = i = offsets[doc]
        end = offsets[doc + 1]
        while i < end:
            if i + 64 <= len(data):
                ahead = lowest(_may_break(data, i))
                i += ahead
                if ahead == 64 or i >= end:
                    continue
            b = data[i]
            size = 0
            if b <= 30:
                if 10 <= b <= 13 or b >= 28:
                    size = 2 if b == 13 and i + 1 < end and data[i + 1] == 10 else 1
            elif b == 0xC2:
                size = 2 if data[i + 1] == 0x85 else 0
            elif b == 0xE2 and data[i + 1] == 0x80:
                size = 3 if data[i + 2] == 0xA8 or data[i + 2] == 0xA9 else 0
            if size == 0:
                i += 1
                continue
            if n < len(starts):
                starts[n], ends[n] = first, i
            n += 1
            i += size
            first = i
        if first < end:  # what follows the last break is a line only if there is something
            if n < len(starts):
                starts[n], ends[n] = first, end
            n += 1
    borders[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True, inline="always")
def _may_break(data: NDArray[np.uint8], i: int) -> np.uint64:  # pragma: no cover - compiled
    """Which of 64 bytes may begin a line break; a bit per byte."""
    controls = between(data, i, 10, 13) | between(data, i, 28, 30)
    found: np.uint64 = controls | between(data, i, 0xC2, 0xC2) | between(data, i, 0xE2, 0xE2)
    return found


@njit(cache=True, nogil=True)
def add_trimmed(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    bare_starts: NDArray[np.int64],
    bare_ends: NDArray[np.int64],
    chars: NDArray[np.int32],
) -> None:  # pragma: no cover - compiled
    """Make `chars` of the bare segments those of the whole ones: only what was trimmed is looked at."""
    for k in range(len(starts)):
        n = 0
        for i in range(starts[k], bare_starts[k]):
            n += (data[i] & 0xC0) != 0x80
        for i in range(bare_ends[k], ends[k]):
            n += (data[i] & 0xC0) != 0x80
        chars[k] += n


@njit(cache=True, nogil=True)
def cut_paragraphs(
    offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    bare_starts: NDArray[np.int64],
    bare_ends: NDArray[np.int64],
    borders: NDArray[np.int64],
    out_starts: NDArray[np.int64],
    out_ends: NDArray[np.int64],
    out_borders: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Paragraphs from lines: empty ones part them, white space around the document is none of it; return how many.

    `starts`, `ends`: the lines between line feeds, those of each document by `borders`; `bare_starts`, `bare_ends`:
    without the white space around them. A blank document has one paragraph, empty, at its end.
    """
    n = 0
    for doc in range(len(offsets) - 1):
        out_borders[doc] = n
        first = borders[doc]
        last = borders[doc + 1] - 1
        while first <= last and bare_starts[first] == bare_ends[first]:
            first += 1
        if first > last:
            out_starts[n] = out_ends[n] = offsets[doc + 1]
            n += 1
            continue
        while bare_starts[last] == bare_ends[last]:
            last -= 1
        out_starts[n] = bare_starts[first]
        for k in range(first, last):
            full = ends[k] > starts[k]
            followed = ends[k + 1] > starts[k + 1]
            if full and not followed:
                out_ends[n] = ends[k]
                n += 1
            elif followed and not full:
                out_starts[n] = starts[k + 1]
        out_ends[n] = bare_ends[last]
        n += 1
    out_borders[len(offsets) - 1] = n
    return n


@njit(cache=True, nogil=True)
def find_marks(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    marks: NDArray[np.uint8],
    borders: NDArray[np.int64],
    behind: bool,
    out: NDArray[np.bool_],
) -> None:  # pragma: no cover - compiled
    """Whether each segment begins, or `behind` ends, with one of the marks, which lie in a row with their `borders`."""
    for k in range(len(starts)):
        out[k] = False
        for m in range(len(borders) - 1):
            size = borders[m + 1] - borders[m]
            at = ends[k] - size if behind else starts[k]
            if size > ends[k] - starts[k]:
                continue
            j = 0
            while j < size and data[at + j] == marks[borders[m] + j]:
                j += 1
            if j == size:
                out[k] = True
                break


@njit(cache=True, nogil=True)
def find_last_points(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], out: NDArray[np.int64]
) -> None:  # pragma: no cover - compiled
    """The code point of each segment's last character; -1 for an empty segment."""
    for k in range(len(starts)):
        if starts[k] == ends[k]:
            out[k] = -1
            continue
        i = ends[k] - 1
        while (data[i] & 0xC0) == 0x80:
            i -= 1
        out[k], _ = decode(data, i)


@njit(cache=True, nogil=True)
def rank(
    positions: NDArray[np.int64], borders: NDArray[np.int64], out: NDArray[np.int64]
) -> None:  # pragma: no cover - compiled
    """How many of the ascending positions lie before each of the ascending borders.

    As `np.searchsorted`, in one walk over both: many times as fast where neither is much longer than the other.
    """
    n = 0
    for k in range(len(borders)):
        while n < len(positions) and positions[n] < borders[k]:
            n += 1
        out[k] = n


@njit(cache=True, nogil=True)
def count_repeated(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    first: NDArray[np.int64],
    owner: NDArray[np.int64],
    repeated: NDArray[np.bool_],
    out: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document into `out` (documents, 4): later copies, their characters; all members of repeated lines, theirs.

    `first`, `owner` and `repeated` are room for twice the segments of the largest document, rounded up to a power of
    two from 16 on. `owner`, the document that last used the slot, is -1 at first.
    """
    for doc in range(len(offsets) - 1):
        if offsets[doc + 1] - offsets[doc] < 2:
            continue
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
            chars = 0
            for i in range(starts[k], ends[k]):
                chars += (data[i] & 0xC0) != 0x80
            members = 1 if repeated[slot] else 2  # with the second one the first becomes a member too
            repeated[slot] = True
            out[doc, 0] += 1
            out[doc, 1] += chars
            out[doc, 2] += members
            out[doc, 3] += members * chars
