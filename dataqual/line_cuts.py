"""Lines, paragraphs and phrases as the published rules mean them, each found once per `Text` and then shared.

`Text.lines` and `Text.paragraphs` are our own reading of a document; every published rule has its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.kernels import lines as line_kernels
from dataqual.kernels import phrases as phrase_kernels
from dataqual.text import Segments, Text

LineCut = Literal["newline", "newline_runs", "nonblank", "stripped", "splitlines"]
"""`newline`: `text.split("\\n")`. `newline_runs`: `re.split("\\n+", text)`. `nonblank`: those of `newline` that are not
blank. `stripped`: those without the white space around them. `splitlines`: `text.splitlines()`, which also breaks at form
feeds, U+0085, U+2028 and others."""

ParagraphCut = Literal["runs", "stripped", "pairs"]
"""`runs`: `re.split("\\n{2,}", text.strip())`. `stripped`: those without the white space around them, blank ones left out.
`pairs`: `text.split("\\n\\n")`, empty ones too."""

Spans = list[tuple[int, int, str]]
"""Evidence in one document: first character, character after the last, and why."""

POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
KNOWN = ("#", "...", "…", "{", "[", "@", "<", "&", "lorem ipsum", "javascript", *POLICY)
"""The phrases that the signals here look for, all found in one pass by whoever asks first."""

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
    make = {
        "newline": _newline,
        "newline_runs": _newline_runs,
        "nonblank": _nonblank,
        "stripped": _stripped,
        "splitlines": _splitlines,
    }
    return shared(text, cut, lambda: make[cut](text))


def _newline(text: Text) -> Segments:
    newline = text.lines
    if (text.data == 13).any():
        ends = np.empty_like(newline.ends)
        ends[:-1] = newline.starts[1:] - 1
        ends[newline.offsets[1:] - 1] = text.offsets[1:]
        newline = Segments(text.data, newline.starts, ends, newline.offsets)
        newline.stripped = text.lines.stripped  # a carriage return is white space
    bare = newline.stripped
    chars = bare.chars.copy()
    line_kernels.add_trimmed(text.data, newline.starts, newline.ends, bare.starts, bare.ends, chars)
    newline.chars = chars
    return newline


def _newline_runs(text: Text) -> Segments:
    newline = lines(text, "newline")
    keep = newline.ends > newline.starts
    keep[newline.offsets[:-1]] = True  # before the first run and after the last there is always a line
    keep[newline.offsets[1:] - 1] = True
    return _where(newline, keep)


def _nonblank(text: Text) -> Segments:
    newline = lines(text, "newline")
    return _where(newline, newline.stripped.chars > 0)


def _stripped(text: Text) -> Segments:
    return lines(text, "nonblank").stripped


def _splitlines(text: Text) -> Segments:
    newline = lines(text, "newline")
    if not line_kernels.has_other_breaks(text.data):
        last = newline.offsets[1:] - 1
        keep = np.ones(len(newline), np.bool_)
        keep[last] = newline.ends[last] > newline.starts[last]
        return _where(newline, keep)
    room, n = 0, len(newline)
    borders = np.empty_like(text.offsets)
    while room < n:  # twice at most
        room = n
        starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
        n = line_kernels.split_lines(text.data, text.offsets, starts, ends, borders)
    return Segments(text.data, starts[:n], ends[:n], borders)


def _where(newline: Segments, keep: NDArray[np.bool_]) -> Segments:
    """Some of the lines, with their characters, hashes and what is left of them when stripped, found for all at once."""
    if keep.all():
        return newline
    _ = newline.chars, newline.hashes  # what is known goes with them
    kept = newline.where(keep)
    kept.stripped = newline.stripped.where(keep)
    return kept


def paragraphs(text: Text, cut: ParagraphCut = "runs") -> Segments:
    """The paragraphs of every document under one of the cuts; of `runs` and `pairs` a blank document has one, empty.

    >>> paragraphs(Text.of(["a\\nb\\n\\nc\\n\\n\\n", ""])).counts.tolist()
    [2, 1]
    >>> paragraphs(Text.of(["a\\n\\n\\n b"]), "stripped").strings(0), paragraphs(Text.of(["a\\n\\n\\n b"]), "pairs").strings(0)
    (['a', 'b'], ['a', '\\n b'])
    """
    make = {"runs": _runs, "stripped": _full_paragraphs, "pairs": _pairs}
    return shared(text, ("paragraphs", cut), lambda: make[cut](text))


def _full_paragraphs(text: Text) -> Segments:
    bare = paragraphs(text).stripped
    return bare.where(bare.chars > 0)


def _pairs(text: Text) -> Segments:
    feeds = np.flatnonzero(text.data == 10)
    begins = np.ones(len(feeds), np.bool_)  # the first of a run of line feeds in one document
    begins[1:] = (np.diff(feeds) > 1) | np.isin(feeds[1:], text.offsets)
    run = np.flatnonzero(begins)
    place = np.arange(len(feeds)) - np.repeat(run, np.diff(run, append=len(feeds)))
    after = feeds[place % 2 == 1] + 1  # where a paragraph begins
    before = np.searchsorted(after, text.offsets, side="right")
    borders = before + np.arange(len(text) + 1)
    starts, ends = np.empty(borders[-1], np.int64), np.empty(borders[-1], np.int64)
    starts[borders[:-1]] = text.offsets[:-1]
    own = np.repeat(np.arange(len(text)), np.diff(before))
    starts[np.arange(len(after)) + own + 1] = after
    ends[:-1] = starts[1:] - 2
    ends[borders[1:] - 1] = text.offsets[1:]
    return Segments(text.data, starts, ends, borders)


def _runs(text: Text) -> Segments:
    newline = lines(text, "newline")
    bare = newline.stripped
    starts, ends, borders = np.empty_like(newline.starts), np.empty_like(newline.ends), np.empty_like(text.offsets)
    n = line_kernels.cut_paragraphs(
        text.offsets, newline.starts, newline.ends, bare.starts, bare.ends, newline.offsets, starts, ends, borders
    )
    return Segments(text.data, starts[:n], ends[:n], borders)


def repeats(text: Text, cut: LineCut | tuple[Literal["paragraphs"], ParagraphCut]) -> NDArray[np.int64]:
    """What is repeated among each document's lines or ("paragraphs", a cut of them); shape (documents, 4).

    Columns: copies after the first, their characters; all members of repeated lines, their characters.

    >>> repeats(Text.of(["a\\nbb\\na\\na"]), "newline").tolist()
    [[2, 2, 3, 3]]
    """

    def make() -> NDArray[np.int64]:
        return repeats_among(paragraphs(text, cut[1]) if isinstance(cut, tuple) else lines(text, cut))

    return shared(text, ("repeats", cut), make)


def repeats_among(segments: Segments) -> NDArray[np.int64]:
    """The same of any segments; shape (documents, 4)."""
    out = np.zeros((len(segments.counts), 4), np.int64)
    room = 1 << max(4, (2 * int(segments.counts.max(initial=0)) - 1).bit_length())
    first, owner, repeated = np.empty(room, np.int64), np.full(room, -1), np.empty(room, np.bool_)
    line_kernels.count_repeated(
        segments.data,
        segments.starts,
        segments.ends,
        segments.hashes,
        segments.offsets,
        first,
        owner,
        repeated,
        out,
    )
    return out


def in_lower_case(segments: Segments) -> Segments:
    """The same segments of the same text, its ASCII capitals made small."""
    capitals = (segments.data >= 65) & (segments.data <= 90)
    small = segments.data | (capitals.astype(np.uint8) * np.uint8(32))
    return Segments(small.astype(np.uint8), segments.starts, segments.ends, segments.offsets)


def begins_with(segments: Segments, *marks: str) -> NDArray[np.bool_]:
    """Which segments begin with one of the `marks`."""
    return _marked(segments, marks, behind=False)


def ends_with(segments: Segments, *marks: str) -> NDArray[np.bool_]:
    """Which segments end with one of the `marks`."""
    return _marked(segments, marks, behind=True)


def _marked(segments: Segments, marks: tuple[str, ...], *, behind: bool) -> NDArray[np.bool_]:
    found = np.empty(len(segments), np.bool_)
    raw, borders = _packed(marks)
    line_kernels.find_marks(segments.data, segments.starts, segments.ends, raw, borders, behind, found)
    return found


@lru_cache(maxsize=64)
def _packed(marks: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    raw = [mark.encode() for mark in marks]
    return np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)], dtype=np.int64)


def last_points(segments: Segments) -> NDArray[np.int64]:
    """The code point of each segment's last character; -1 for an empty segment."""
    points = np.empty(len(segments), np.int64)
    line_kernels.find_last_points(segments.data, segments.starts, segments.ends, points)
    return points


def ranks(positions: NDArray[np.int64], borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the positions lie before each of the borders; both ascend.

    >>> ranks(np.array([1, 5, 5]), np.array([0, 5, 6])).tolist()
    [0, 1, 3]
    """
    out = np.empty(len(borders), np.int64)
    line_kernels.rank(positions, borders, out)
    return out


def holding(segments: Segments, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which segments (in order, not overlapping) hold one of some byte positions, few as a rule."""
    held = np.zeros(len(segments), np.bool_)
    if len(positions) and len(segments):
        holder = np.searchsorted(segments.starts, positions, side="right") - 1
        held[holder[(holder >= 0) & (positions < segments.ends[holder])]] = True
    return held


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
        pairs, anchors, shifts, raw, borders = _prepare(phrases)
        room, n = 0, len(text.data) // 8 + 16
        while room < n:  # twice at most
            room = n
            where, which = np.empty(room, np.int64), np.empty(room, np.uint8)
            places = np.empty(phrase_kernels.PLACES, np.int64)
            n = phrase_kernels.find_phrases(
                text.data, text.offsets, pairs, anchors, shifts, raw, borders, places, where, which
            )
        order = np.argsort(which[:n], kind="stable")
        self.where = where[order]
        self._borders = np.searchsorted(which[order], np.arange(len(phrases) + 1))

    @classmethod
    def of(cls, text: Text, phrases: tuple[str, ...]) -> Phrases:
        """The occurrences of the phrases, and perhaps of others, looked for once per text."""
        phrases = KNOWN if set(phrases) <= set(KNOWN) else phrases
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
        numbers = [self.phrases.index(phrase) for phrase in dict.fromkeys(phrases)]
        found = [self.where[self._borders[number] : self._borders[number + 1]] for number in numbers]
        return found[0] if len(found) == 1 else np.sort(np.concatenate(found), kind="stable")

    def counts(self, *phrases: str) -> NDArray[np.int64]:
        """How often some of the phrases occur in each document."""
        positions = self.positions(*phrases)
        return np.diff(ranks(positions, self.offsets)) if len(positions) else np.zeros(len(self.offsets) - 1, np.int64)

    def within(self, segments: Segments, *phrases: str) -> NDArray[np.bool_]:
        """Which segments (in order, not overlapping) hold the beginning of such an occurrence."""
        return holding(segments, self.positions(*phrases))


@lru_cache(maxsize=64)
def _prepare(
    phrases: tuple[str, ...],
) -> tuple[NDArray[np.bool_], NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]:
    raw = [phrase.encode().lower() for phrase in phrases]
    shifts = np.array([_anchor(phrase) for phrase in raw], np.int64)
    anchors = np.zeros((2, 256), np.uint64)
    for number, (phrase, shift) in enumerate(zip(raw, shifts, strict=True)):
        for place in range(2):
            byte = phrase[shift + place : shift + place + 1]
            anchors[place, list(set(byte + byte.upper()) or range(256))] |= np.uint64(1 << number)
    pairs = ((anchors[1][:, None] & anchors[0]) > 0).reshape(-1)
    return pairs, anchors, shifts, *_packed(tuple(phrase.decode() for phrase in raw))


def _anchor(phrase: bytes) -> int:
    """Where in the phrase the two bytes begin that are rarest, by how common either is in English; first bytes of characters are common.

    >>> _anchor(b"privacy policy"), _anchor(b"#")
    (5, 0)
    """
    order = b" etaoinsrhldcumfpgwybvkxjqz"  # from the most common on
    rarity = [order.index(byte) if byte in order else 0 if byte >= 0xC0 else len(order) for byte in phrase]
    pairs = [first + second for first, second in pairwise(rarity)]
    return pairs.index(max(pairs)) if pairs else 0


def hashes_of(words: tuple[str, ...], *, fold: bool = False) -> NDArray[np.uint64]:
    """The hashes by which `Segments.hashes`, or `.folded`, know these words."""
    wanted = Text.of(words)
    segments = Segments(wanted.data, wanted.offsets[:-1], wanted.offsets[1:], np.arange(len(wanted) + 1))
    return segments.folded if fold else segments.hashes


def evidence(document: str, starts: Sequence[int], ends: Sequence[int], why: str) -> Spans:
    """Byte spans of one document as spans of characters."""
    raw = np.frombuffer(document.encode(), np.uint8)
    before = np.concatenate([[0], np.cumsum((raw & 0xC0) != 0x80)])  # characters before each byte
    return [(a, b, why) for a, b in zip(before[starts].tolist(), before[ends].tolist(), strict=True)] if starts else []


def evident(document: str, segments: Segments, mask: NDArray[np.bool_], why: str) -> Spans:
    """The segments under `mask` of a one-document `Text` as evidence."""
    return evidence(document, segments.starts[mask].tolist(), segments.ends[mask].tolist(), why)
