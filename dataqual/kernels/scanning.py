"""Look at candidate bytes only: tags at `<`, entities at `&`, addresses at `@`, mis-decoded runs at non-ASCII."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dataqual.kernels.cutting import decode

LONGEST_TAG = 500
"""Bytes from `<` to `>`: longer is not a tag but an inequality and, much later, another."""


@njit(cache=True, nogil=True, inline="always")
def _word_at(data: NDArray[np.uint8], i: int, end: int) -> tuple[np.uint64, int]:  # pragma: no cover - compiled
    """Up to eight ASCII letters or digits at `i`, lower-cased and packed into one number, and where they end."""
    packed = np.uint64(0)
    while i < end:
        b = data[i] | np.uint8(32) if np.uint8(65) <= data[i] <= np.uint8(90) else data[i]
        if not (np.uint8(97) <= b <= np.uint8(122) or np.uint8(48) <= b <= np.uint8(57)):
            break
        packed = (packed << np.uint64(8)) | np.uint64(b)
        i += 1
    return packed, i


@njit(cache=True, nogil=True)
def find_markup(
    data: NDArray[np.uint8],
    at: NDArray[np.int64],
    limits: NDArray[np.int64],
    tags: NDArray[np.uint64],
    entities: NDArray[np.uint64],
    ends: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """For each candidate `<` or `&` at `at`: where its tag, comment or entity ends, or -1 if it is none.

    `limits`: the end of the candidate's document. `tags` and `entities`: sorted names, packed.
    """
    for k in range(len(at)):
        i = at[k] + 1
        limit = limits[k]
        ends[k] = -1
        if i >= limit:
            continue
        if data[at[k]] == 38:  # &
            if data[i] == 35:  # numeric
                packed, j = _word_at(data, i + 1, min(limit, i + 9))
                if j > i + 1 and j < limit and data[j] == 59:
                    ends[k] = j + 1
                continue
            packed, j = _word_at(data, i, min(limit, i + 8))
            if j < limit and data[j] == 59:
                p = np.searchsorted(entities, packed)
                if p < len(entities) and entities[p] == packed:
                    ends[k] = j + 1
            continue
        if data[i] == 33 and i + 2 < limit and data[i + 1] == 45 and data[i + 2] == 45:  # <!--
            ends[k] = i + 3
            continue
        if data[i] == 47:  # /
            i += 1
        packed, j = _word_at(data, i, min(limit, i + 11))
        p = np.searchsorted(tags, packed)
        if j >= limit or p >= len(tags) or tags[p] != packed:
            continue
        if not (data[j] == 62 or data[j] == 47 or data[j] == 32 or data[j] == 10 or data[j] == 9 or data[j] == 13):
            continue
        for q in range(j, min(limit, at[k] + LONGEST_TAG)):
            if data[q] == 60:
                break
            if data[q] == 62:
                ends[k] = q + 1
                break


@njit(cache=True, nogil=True, inline="always")
def _alnum(b: np.uint8) -> bool:  # pragma: no cover - compiled
    return 48 <= b <= 57 or 65 <= b <= 90 or 97 <= b <= 122


@njit(cache=True, nogil=True)
def find_addresses(
    data: NDArray[np.uint8],
    at: NDArray[np.int64],
    firsts: NDArray[np.int64],
    limits: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """For each `@` at `at`: the bounds of the e-mail address around it, or ends of -1 if there is none.

    Local part: letters, digits and `._%+-`, beginning and ending with a letter or digit; domain: labels of
    letters, digits and inner hyphens, at least two, the last of two or more letters.
    """
    for k in range(len(at)):
        ends[k] = -1
        i = at[k]
        while i > firsts[k]:
            b = data[i - 1]
            if not (_alnum(b) or b == 46 or b == 95 or b == 37 or b == 43 or b == 45):
                break
            i -= 1
        while i < at[k] and not (_alnum(data[i]) or data[i] == 95):
            i += 1
        if i == at[k] or not (_alnum(data[at[k] - 1]) or data[at[k] - 1] == 95 or data[at[k] - 1] == 45):
            continue
        j = at[k] + 1
        label = 0  # characters of the label so far
        letters = True
        labels = 0
        good = -1
        while j < limits[k]:
            b = data[j]
            if _alnum(b):
                label += 1
                letters = letters and b >= 65
                j += 1
                if labels > 0 and label >= 2 and letters and (j == limits[k] or not (_alnum(data[j]) or data[j] == 45)):
                    good = j
            elif b == 45 and label > 0:
                letters = False
                label += 1
                j += 1
            elif b == 46 and label > 0 and data[j - 1] != 45:
                labels += 1
                label = 0
                letters = True
                j += 1
            else:
                break
        if good > 0:
            starts[k], ends[k] = i, good


@njit(cache=True, nogil=True)
def find_misdecoded(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    as_byte: NDArray[np.int16],
    telltales: NDArray[np.int32],
    counts: NDArray[np.int64],
    first_start: NDArray[np.int64],
    first_end: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document: how many runs of characters look like UTF-8 bytes read in another encoding, and the first.

    `as_byte[c]` is the byte that Windows-1252 (or Latin-1) writes for the character c < 0x2123, -1 for none.
    Sequences of three or four such bytes always count; of two, behind the lead bytes C2 and C3 (most of Latin),
    or two such sequences in a row (Cyrillic, Greek, …). `telltales`: characters that UTF-8 read as GBK makes.
    """
    for doc in range(len(offsets) - 1):
        i = offsets[doc]
        end = offsets[doc + 1]
        pairs = 0  # two-byte sequences in a row
        pair_start = np.int64(0)
        while i < end:
            if data[i] < 0x80:
                pairs = 0
                i += 1
                continue
            start = i
            point, size = decode(data, i)
            i += size
            lead = as_byte[point] if point < len(as_byte) else np.int16(-1)
            if lead < 0xC2 or lead > 0xF4:
                pairs = 0
                hit = False
                for t in telltales:
                    hit = hit or point == t
                if hit:
                    counts[doc] += 1
                    if counts[doc] == 1:
                        first_start[doc], first_end[doc] = start, i
                continue
            more = 1 if lead < 0xE0 else (2 if lead < 0xF0 else 3)
            j = i
            found = 0
            second = np.int16(0)
            while found < more and j < end:
                point, size = decode(data, j)
                value = as_byte[point] if point < len(as_byte) else np.int16(-1)
                if value < 0x80 or value > 0xBF:
                    break
                if found == 0:
                    second = value
                j += size
                found += 1
            proper = found == more and not (lead == 0xE0 and second < 0xA0) and not (lead == 0xF0 and second < 0x90)
            if not proper:
                pairs = 0
                continue
            sure = more > 1 or lead <= 0xC3
            if not sure:
                if pairs == 0:
                    pair_start = start
                pairs += 1
                sure = pairs > 1
                start = pair_start
            if sure:
                counts[doc] += 1
                if counts[doc] == 1:
                    first_start[doc], first_end[doc] = start, j
            i = j
