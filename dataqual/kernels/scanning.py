"""Look at candidate bytes only: tags at `<`, entities at `&`, addresses at `@`, mis-decoded runs at non-ASCII."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.cutting import decode
from dataqual.kernels.loading import eight

_DOCTYPE = np.uint64(int.from_bytes(b"doctype", "big"))
LONGEST_TAG = 500
"""Bytes from `<` to `>`: longer is not a tag but an inequality and, much later, another."""


@njit(cache=True, nogil=True, inline="always")
def _word_at(data: NDArray[np.uint8], i: int, end: int) -> tuple[np.uint64, int]:  # pragma: no cover - compiled
    """ASCII letters and digits at `i`, lower-cased and packed into one number as by `pack`, and where they end."""
    packed = np.uint64(0)
    while i < end:
        b = data[i] | np.uint8(32) if np.uint8(65) <= data[i] <= np.uint8(90) else data[i]
        if not (np.uint8(97) <= b <= np.uint8(122) or np.uint8(48) <= b <= np.uint8(57)):
            break
        packed = ((packed << np.uint64(8)) | (packed >> np.uint64(56))) ^ np.uint64(b)
        i += 1
    return packed, i


def pack(names: Iterable[str]) -> NDArray[np.uint64]:
    """Names in small ASCII letters as numbers, sorted: eight bytes as they are, more of them turned in by xor."""
    packed = []
    for name in names:
        value = 0
        for byte in name.encode():
            value = (((value << 8) | (value >> 56)) & 0xFFFFFFFFFFFFFFFF) ^ byte
        packed.append(value)
    return np.sort(np.array(packed, np.uint64))


@njit(cache=True, nogil=True, inline="always")
def _among_names(names: NDArray[np.uint64], packed: np.uint64) -> bool:  # pragma: no cover - compiled
    p = np.searchsorted(names, packed)
    return p < len(names) and names[p] == packed


@njit(cache=True, nogil=True, inline="always")
def _number_end(data: NDArray[np.uint8], i: int, end: int) -> int:  # pragma: no cover - compiled
    """Where the digits of a numeric entity end, from behind its `#`; `i` itself if there are none."""
    first = i
    hexadecimal = i < end and (data[i] | np.uint8(32)) == 120  # x
    if hexadecimal:
        i += 1
    digits = i
    while i < end:
        b = data[i] | np.uint8(32) if data[i] >= 65 else data[i]
        if not (48 <= b <= 57 or (hexadecimal and 97 <= b <= 102)):
            break
        i += 1
    return i if i > digits else first


@njit(cache=True, nogil=True)
def find_markup(
    data: NDArray[np.uint8],
    at: NDArray[np.int64],
    limits: NDArray[np.int64],
    tags: NDArray[np.uint64],
    words: NDArray[np.uint64],
    entities: NDArray[np.uint64],
    ends: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """For each candidate `<` or `&` at `at`: where its tag, comment or entity ends, or -1 if it is none.

    `limits`: the end of the candidate's document. `tags`, `words` and `entities`: names as made by `pack`;
    those tags that are also `words` count only with attributes or when closing.
    """
    for k in range(len(at)):
        i = at[k] + 1
        limit = limits[k]
        ends[k] = -1
        if i >= limit:
            continue
        if data[at[k]] == 38:  # &
            if data[i] == 35:  # numeric
                j = _number_end(data, i + 1, min(limit, i + 9))
                known = j > i + 1
            else:
                packed, j = _word_at(data, i, min(limit, i + 8))
                known = _among_names(entities, packed)
            if known and j < limit and data[j] == 59:
                ends[k] = j + 1
            continue
        closing = data[i] == 47  # /
        declaration = data[i] == 33  # !
        if declaration and i + 2 < limit and data[i + 1] == 45 and data[i + 2] == 45:  # <!--
            ends[k] = i + 3
            continue
        if closing or declaration:
            i += 1
        packed, j = _word_at(data, i, min(limit, i + 11))
        if j >= limit or not (packed == _DOCTYPE if declaration else _among_names(tags, packed)):
            continue
        if not (data[j] == 62 or data[j] == 47 or data[j] == 32 or data[j] == 10 or data[j] == 9 or data[j] == 13):
            continue
        sure = closing or declaration or data[j] == 47 or (data[j] == 62 and not _among_names(words, packed))
        for q in range(j, min(limit, at[k] + LONGEST_TAG)):
            if data[q] == 60:
                break
            if data[q] == 62:
                if sure or data[q - 1] == 47:
                    ends[k] = q + 1
                break
            sure = sure or data[q] == 61  # an attribute has a value


@njit(cache=True, nogil=True, inline="always")
def _alnum(b: np.uint8) -> bool:  # pragma: no cover - compiled
    return 48 <= b <= 57 or 65 <= b <= 90 or 97 <= b <= 122


@njit(cache=True, nogil=True, inline="always")
def _label_goes_on(data: NDArray[np.uint8], j: int, end: int) -> bool:  # pragma: no cover - compiled
    return j < end and (_alnum(data[j]) or (data[j] == 45 and j + 1 < end and _alnum(data[j + 1])))


@njit(cache=True, nogil=True)
def find_addresses(
    data: NDArray[np.uint8],
    at: NDArray[np.int64],
    firsts: NDArray[np.int64],
    limits: NDArray[np.int64],
    no_domains: NDArray[np.uint64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """For each `@` at `at`: the bounds of the e-mail address around it, or ends of -1 if there is none.

    Local part: letters, digits and `._%+-`, beginning with a letter, digit or `_` and ending with one of them or
    `-`; domain: labels of letters, digits and inner hyphens, at least two, the last of two or more letters and
    not among `no_domains`, names as made by `pack`.
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
                if labels > 0 and label >= 2 and letters and not _label_goes_on(data, j, limits[k]):
                    packed, _ = _word_at(data, j - label, j)
                    good = -1 if _among_names(no_domains, packed) else j
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


_NOT_ASCII = np.uint64(0x8080808080808080)
TELLTALE = 0x100
"""What `find_misdecoded` takes in place of a byte for a character that only mis-read text uses."""

# Bits by byte 0x80 to 0xBF. Punctuation that follows a letter in clean text: … ‹ quotes • dashes ™ › NBSP « ® · »
_FOLLOWS_A_LETTER = np.uint64(
    sum(1 << (b - 0x80) for b in b"\x85\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa0\xab\xae\xb7\xbb")
)
_MAKES_A_UNIT = np.uint64(sum(1 << (b - 0x80) for b in b"\xad\xb0\xb2\xb3\xb9"))  # soft hyphen ° ² ³ ¹, as in Å²


@njit(cache=True, nogil=True, inline="always")
def _among(bits: np.uint64, byte: Any) -> bool:  # pragma: no cover - compiled
    return (bits >> np.uint64(byte - 0x80)) & np.uint64(1) == np.uint64(1)


@njit(cache=True, nogil=True, inline="always")
def _after_capital(data: NDArray[np.uint8], first: int, i: int) -> bool:  # pragma: no cover - compiled
    """Whether a capital letter of ASCII or Latin-1 ends at byte `i`."""
    if i == first:
        return False
    b = data[i - 1]
    return 65 <= b <= 90 or (0x80 <= b <= 0x9E and i - 1 > first and data[i - 2] == 0xC3)


@njit(cache=True, nogil=True)
def _continuation(
    data: Any, i: int, end: int, as_byte: Any, most: int
) -> tuple[int, int, int, bool]:  # pragma: no cover - compiled
    """The characters from byte `i` on, at most so many, that stand for continuation bytes: where they end, how many there are,
    the first of the bytes, and whether all of them may follow a letter in clean text."""
    found = 0
    first = np.int64(0)
    ordinary = True
    while found < most and i < end:
        point, size = decode(data, i)
        value = np.int64(as_byte[point]) if point < len(as_byte) else np.int64(-1)
        if value < 0x80 or value > 0xBF:
            break
        if found == 0:
            first = value
        ordinary = ordinary and point >= 0xA0 and _among(_FOLLOWS_A_LETTER, value)
        i += size
        found += 1
    return i, found, first, ordinary


@njit(cache=True, nogil=True)
def find_misdecoded(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    as_byte: NDArray[np.int16],
    counts: NDArray[np.int64],
    first_start: NDArray[np.int64],
    first_end: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per document: how many runs of characters look like UTF-8 bytes read in another encoding, and the first.

    `as_byte[c]` is the byte that Windows-1252 (or Latin-1) writes for the character c < 0x10000, -1 for none,
    `TELLTALE` for a character that proves mis-reading by itself. A well-formed sequence of such bytes counts
    where clean text would not have it; a weak one, that clean text may have, counts if the next one touches it:

    - of two bytes: all leads but C2 and C3 (most of Latin), C4 and C5 (Polish, Czech, Turkish; not "Å²");
      and those where a word in capitals ends, with a mark behind it (Portuguese "MANHÃ…");
    - of three or four: those with nothing but punctuation behind the lead (French "é »" with its two hard spaces).
    """
    for doc in range(len(offsets) - 1):
        first = offsets[doc]
        i = first
        end = offsets[doc + 1]
        weak_start = np.int64(-1)  # a weak sequence ends just here
        while i < end:
            if data[i] < 0x80:
                weak_start = -1
                i += 1
                while i + 8 <= end and eight(data, i) & _NOT_ASCII == 0:
                    i += 8
                continue
            start = i
            point, size = decode(data, i)
            i += size
            lead = np.int64(as_byte[point]) if point < len(as_byte) else np.int64(-1)
            if lead == TELLTALE:
                counts[doc] += 1
                if counts[doc] == 1:
                    first_start[doc], first_end[doc] = start, i
            if lead < 0xC2 or lead > 0xF4:
                weak_start = -1
                continue
            more = 1 if lead < 0xE0 else (2 if lead < 0xF0 else 3)
            j, found, second, ordinary = _continuation(data, i, end, as_byte, more)
            if found < more or (lead == 0xE0 and second < 0xA0) or (lead == 0xF0 and second < 0x90):
                weak_start = -1
                continue
            if more > 1:
                sure = not ordinary
            elif lead <= 0xC3:
                in_word = j < end and (_alnum(data[j]) or data[j] >= 0x80)
                sure = not ordinary or in_word or not _after_capital(data, first, start)
            else:
                sure = lead <= 0xC5 and not ordinary and not _among(_MAKES_A_UNIT, second)
            if not sure and weak_start < 0:
                weak_start = start
            elif not sure:
                sure = True
                start = weak_start
            if sure:
                weak_start = -1
                counts[doc] += 1
                if counts[doc] == 1:
                    first_start[doc], first_end[doc] = start, j
            i = j
