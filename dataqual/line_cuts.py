"""Lines, paragraphs and phrases as the published rules mean them, each found once per `Text` and then shared.

`Text.lines` and `Text.paragraphs` are our own reading of a document; every published rule has its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels import phrases as kernels
from dataqual.text import Segments, Text

LineCut = Literal["newline", "newline_runs", "nonblank", "splitlines"]
"""`newline`: `text.split("\\n")`. `newline_runs`: `re.split("\\n+", text)`. `nonblank`: those of `newline` that are not
blank. `splitlines`: `text.splitlines()`, which also breaks at form feeds, U+0085, U+2028 and others."""

Spans = list[tuple[int, int, str]]
"""Evidence in one document: first character, character after the last, and why."""

Made = TypeVar("Made")
_made: WeakKeyDictionary[Text, dict[Any, Any]] = WeakKeyDictionary()
_lock = threading.Lock()


def shared(text: Text, key: object, make: Callable[[], Made]) -> Made:
    """What `make()` gives for this `text`, made by whoever asks first and kept as long as the text is."""
    with _lock:
        kept = _made.setdefault(text, {})
    if key not in kept:
        kept[key] = make()
    made: Made = kept[key]
    return made


def lines(text: Text, cut: LineCut) -> Segments:
    """The lines of every document under one of the cuts; a carriage return before a line feed stays in the line.

    >>> lines(Text.of(["a\\n\\n\\nb\\n"]), "newline_runs").strings(0)
    ['a', 'b', '']
    >>> lines(Text.of(["a\\n\\n\\nb\\n"]), "nonblank").strings(0)
    ['a', 'b']
    """
    make = {"newline": _newline, "newline_runs": _newline_runs, "nonblank": _nonblank, "splitlines": _splitlines}
    return shared(text, cut, lambda: make[cut](text))


def _newline(text: Text) -> Segments:
    own = text.lines
    if not (text.data == 13).any():
        return own
    ends = np.empty_like(own.ends)
    ends[:-1] = own.starts[1:] - 1
    ends[own.offsets[1:] - 1] = text.offsets[1:]
    return Segments(text.data, own.starts, ends, own.offsets)


def _newline_runs(text: Text) -> Segments:
    newline = lines(text, "newline")
    keep = newline.ends > newline.starts
    keep[newline.offsets[:-1]] = True  # before the first run and after the last there is always a line
    keep[newline.offsets[1:] - 1] = True
    return newline.where(keep)


def _nonblank(text: Text) -> Segments:
    newline = lines(text, "newline")
    return newline.where(newline.stripped.chars > 0)


def _splitlines(text: Text) -> Segments:
    starts_, ends_ = _breaks(text)  # of the line breaks
    before = np.searchsorted(starts_, text.offsets)
    borders = before + np.arange(len(text) + 1)
    of_break = np.repeat(np.arange(len(text)), np.diff(before))
    starts, ends = np.empty(borders[-1], np.int64), np.empty(borders[-1], np.int64)
    starts[borders[:-1]] = text.offsets[:-1]
    starts[np.arange(len(starts_)) + of_break + 1] = ends_
    ends[np.arange(len(starts_)) + of_break] = starts_
    ends[borders[1:] - 1] = text.offsets[1:]
    keep = np.ones(len(starts), np.bool_)
    last = borders[1:] - 1
    keep[last] = ends[last] > starts[last]  # what follows the last break is a line only if there is something
    offsets = np.zeros(len(text) + 1, np.int64)
    np.cumsum(np.diff(borders) - ~keep[last], out=offsets[1:])
    return Segments(text.data, starts[keep], ends[keep], offsets)


def _breaks(text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the line breaks of `str.splitlines` begin and end."""
    data = text.data
    one = np.flatnonzero((data >= 10) & (data <= 30))
    one = one[(data[one] <= 13) | (data[one] >= 28)]
    begins = text.offsets[np.searchsorted(text.offsets, one)] == one  # a document begins with it
    after_return = ~begins & (data[one] == 10) & (data[one - 1] == 13)
    starts, ends = one - after_return, one + 1
    doubled = np.flatnonzero(after_return) - 1  # the carriage returns of \r\n
    starts, ends = np.delete(starts, doubled), np.delete(ends, doubled)
    high = np.flatnonzero((data == 0xC2) | (data == 0xE2))
    high = high[high + 1 < len(data)]
    nel = high[(data[high] == 0xC2) & (data[high + 1] == 0x85)]
    wide = high[(data[high] == 0xE2) & (data[high + 1] == 0x80)]
    wide = wide[(data[wide + 2] == 0xA8) | (data[wide + 2] == 0xA9)]
    if len(nel) + len(wide):
        starts, ends = np.concatenate((starts, nel, wide)), np.concatenate((ends, nel + 2, wide + 3))
        starts.sort()
        ends.sort()
    return starts, ends


def paragraphs(text: Text) -> Segments:
    """What `re.split("\\n{2,}", text.strip())` gives: one, empty, for a blank document.

    >>> paragraphs(Text.of(["a\\nb\\n\\nc\\n\\n\\n", ""])).counts.tolist()
    [2, 1]
    """
    return shared(text, "paragraphs", lambda: _paragraphs(text))


def _paragraphs(text: Text) -> Segments:
    whole = Segments(
        text.data, text.offsets[:-1], text.offsets[1:], np.arange(len(text) + 1), chars=np.zeros(len(text), np.int32)
    )
    whole = whole.stripped
    breaks = np.flatnonzero(text.data == 10)
    fresh = np.ones(len(breaks), np.bool_)
    fresh[1:] = np.diff(breaks) > 1
    firsts = breaks[fresh]
    sizes = np.diff(np.append(np.flatnonzero(fresh), len(breaks)))
    firsts, sizes = firsts[sizes > 1], sizes[sizes > 1]
    document = np.searchsorted(text.offsets, firsts, side="right") - 1
    inside = (firsts > whole.starts[document]) & (firsts < whole.ends[document])
    firsts, sizes, document = firsts[inside], sizes[inside], document[inside]
    offsets = np.zeros(len(text) + 1, np.int64)
    np.cumsum(np.bincount(document, minlength=len(text)) + 1, out=offsets[1:])
    at = np.arange(len(firsts)) + document
    starts, ends = np.empty(offsets[-1], np.int64), np.empty(offsets[-1], np.int64)
    starts[offsets[:-1]], ends[offsets[1:] - 1] = whole.starts, whole.ends
    starts[at + 1], ends[at] = firsts + sizes, firsts
    return Segments(text.data, starts, ends, offsets)


def repeats(text: Text, cut: LineCut | Literal["paragraphs"]) -> NDArray[np.int64]:
    """What is repeated among each document's lines or paragraphs; shape (documents, 4).

    Columns: copies after the first, their characters; all members of repeated lines, their characters.

    >>> repeats(Text.of(["a\\nbb\\na\\na"]), "newline").tolist()
    [[2, 2, 3, 3]]
    """

    def make() -> NDArray[np.int64]:
        segments = paragraphs(text) if cut == "paragraphs" else lines(text, cut)
        out = np.zeros((len(text), 4), np.int64)
        kernels.count_repeated_lines(segments.hashes, segments.chars, segments.offsets, out)
        return out

    return shared(text, ("repeats", cut), make)


def begins_with(segments: Segments, *marks: str) -> NDArray[np.bool_]:
    """Which segments begin with one of the `marks`."""
    found = np.zeros(len(segments), np.bool_)
    for raw in map(str.encode, marks):
        found |= _matches(segments, segments.starts, raw)
    return found


def ends_with(segments: Segments, *marks: str) -> NDArray[np.bool_]:
    """Which segments end with one of the `marks`."""
    found = np.zeros(len(segments), np.bool_)
    for raw in map(str.encode, marks):
        found |= _matches(segments, segments.ends - len(raw), raw)
    return found


def _matches(segments: Segments, at: NDArray[np.int64], raw: bytes) -> NDArray[np.bool_]:
    same = segments.ends - segments.starts >= len(raw)
    for place, byte in enumerate(raw):
        same[same] = segments.data[at[same] + place] == byte
    return same


def last_points(segments: Segments) -> NDArray[np.int64]:
    """The code point of each segment's last character; -1 for an empty segment."""
    points = np.full(len(segments), -1, np.int64)
    full = np.flatnonzero(segments.ends > segments.starts)
    points[full] = segments.data[segments.ends[full] - 1]
    wide = full[points[full] >= 0x80]
    if len(wide):
        points[wide] = _decode_before(segments.data, segments.ends[wide])
    return points


def _decode_before(data: NDArray[np.uint8], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The code points of the characters, two bytes or longer, that end before `ends`."""
    point = (data[ends - 1] & 0x3F).astype(np.int64)
    going = np.ones(len(ends), np.bool_)
    for back in (2, 3, 4):
        byte = data[ends[going] - back].astype(np.int64)
        lead = byte >= 0xC0
        bits = np.where(lead, byte & (0x7F >> back), byte & 0x3F)
        point[going] |= bits << (6 * (back - 1))
        going[going] = ~lead
    return point


class Phrases:
    """Where each of some phrases (64 at most, none empty) occurs in a `Text`, ASCII letters in either case.

    >>> found = Phrases.of(Text.of(["JavaScript and javascript", "none"]), ("javascript",))
    >>> found.counts("javascript").tolist()
    [2, 0]
    """

    def __init__(self, text: Text, phrases: tuple[str, ...]) -> None:
        if len(phrases) > 64 or "" in phrases:
            raise SpecError("phrases to look for: at most 64, none of them empty")
        self.offsets = text.offsets
        self.phrases = phrases
        pairs, begins, raw, borders = _prepare(phrases)
        room, n = 0, 4096
        while room < n:  # twice at most
            room = n
            self.where, self._which = np.empty(room, np.int64), np.empty(room, np.uint8)
            n = kernels.find_phrases(text.data, text.offsets, pairs, begins, raw, borders, self.where, self._which)
        self.where, self._which = self.where[:n], self._which[:n]

    @classmethod
    def of(cls, text: Text, phrases: tuple[str, ...]) -> Phrases:
        """The occurrences, looked for once per text and phrases."""
        return shared(text, phrases, lambda: cls(text, phrases))

    @classmethod
    def evidence(cls, document: str, phrases: tuple[str, ...], why: str) -> Spans:
        """Every occurrence in one document."""
        spans: Spans = []
        found = cls(Text.of([document]), phrases)
        for phrase in phrases:
            at = found.positions(phrase)
            spans += evidence(document, at.tolist(), (at + len(phrase.encode())).tolist(), why)
        return sorted(spans)

    def positions(self, *phrases: str) -> NDArray[np.int64]:
        """The byte positions of all occurrences of some of the phrases, ascending."""
        wanted = np.isin(self.phrases, phrases)
        chosen: NDArray[np.int64] = self.where[wanted[self._which]]
        return chosen

    def counts(self, *phrases: str) -> NDArray[np.int64]:
        """How often some of the phrases occur in each document."""
        return np.diff(np.searchsorted(self.positions(*phrases), self.offsets))

    def within(self, segments: Segments, *phrases: str) -> NDArray[np.bool_]:
        """Which segments (in order, not overlapping) hold the beginning of such an occurrence."""
        held = np.zeros(len(segments), np.bool_)
        positions = self.positions(*phrases)
        holder = np.searchsorted(segments.starts, positions, side="right") - 1
        inside = (holder >= 0) & (positions < segments.ends[holder]) if len(segments) else np.zeros(0, np.intp)
        held[holder[inside]] = True
        return held


@lru_cache(maxsize=64)
def _prepare(
    phrases: tuple[str, ...],
) -> tuple[NDArray[np.bool_], NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64]]:
    raw = [phrase.encode().lower() for phrase in phrases]
    begins = np.zeros((3, 256), np.uint64)
    for number, phrase in enumerate(raw):
        bit = np.uint64(1 << number)
        for place in range(3):
            bytes_ = set(phrase[place : place + 1] + phrase[place : place + 1].upper()) or range(256)
            begins[place, list(bytes_)] |= bit
    borders = np.cumsum([0, *map(len, raw)])
    pairs = ((begins[0][:, None] & begins[1]) > 0).reshape(-1)
    return pairs, begins, np.frombuffer(b"".join(raw), np.uint8), borders.astype(np.int64)


def evidence(document: str, starts: Sequence[int], ends: Sequence[int], why: str) -> Spans:
    """Byte spans of one document as spans of characters."""
    raw = np.frombuffer(document.encode(), np.uint8)
    before = np.concatenate([[0], np.cumsum((raw & 0xC0) != 0x80)])  # characters before each byte
    return [(a, b, why) for a, b in zip(before[starts].tolist(), before[ends].tolist(), strict=True)] if starts else []


def evident(document: str, segments: Segments, mask: NDArray[np.bool_], why: str) -> Spans:
    """The segments under `mask` of a one-document `Text` as evidence."""
    return evidence(document, segments.starts[mask].tolist(), segments.ends[mask].tolist(), why)
