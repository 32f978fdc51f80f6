"""The signal `c4_lines`, and what C4 makes of each line of a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import phrases as kernels
from dataqual.kernels.unicode import tables
from dataqual.line_cuts import Phrases, ends_with, evident, lines, shared
from dataqual.operators import Signal
from dataqual.text import Segments, Text

POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
PHRASES = ("lorem ipsum", "javascript", *POLICY)
END_MARKS = (".", "?", "!", '"')
MIN_WORDS, MAX_WORD_CHARS = 5, 1000


class Fate(IntEnum):
    """What C4 does with a line; the first that applies, in the order in which C4 looks."""

    KEPT = 0
    TOO_LONG_WORD = 1
    NO_END_MARK = 2
    TOO_FEW_WORDS = 3
    LOREM_IPSUM = 4
    JAVASCRIPT = 5
    CURLY_BRACKET = 6
    POLICY = 7


@dataclass(frozen=True)
class C4Lines(Signal):
    """Lines that meet one fate in C4 (Raffel et al. 2020): kept, or the first reason against them; 0 without lines.

    A line with `lorem_ipsum` or `curly_bracket` costs C4 the page; it comes to that only for lines that end in a
    terminal mark and have five words.

    >>> C4Lines()(["This line has five words.\\nMenu\\nThis one {does} as well.", ""]).tolist()
    [1, 0]
    """

    unit: ClassVar[str] = "lines"
    fate: Literal[
        "kept", "too_long_word", "no_end_mark", "too_few_words", "lorem_ipsum", "javascript", "curly_bracket", "policy"
    ] = "kept"

    def measure(self, text: Text) -> NDArray[Any]:
        judged, fates = judge(text)
        return judged.total(fates == Fate[self.fate.upper()])

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines of that fate."""
        text = Text.of([document])
        _, fates = judge(text)
        mask = fates == Fate[self.fate.upper()]
        return evident(document, lines(text, "splitlines").stripped, mask, self.fate.replace("_", " "))


def judge(text: Text) -> tuple[Segments, NDArray[np.uint8]]:
    """The stripped lines of `without_citations(text)` and the `Fate` of each."""
    return shared(text, "c4", lambda: _judge(text))


def without_citations(text: Text) -> Text:
    """The text without `[1]`, `[]`, `[edit]` and `[citation needed]`; itself where it has none."""
    return shared(text, "without citations", lambda: _without_citations(text)[0])


def _judge(text: Text) -> tuple[Segments, NDArray[np.uint8]]:
    whole = lines(text, "splitlines").stripped
    plain, removed = _without_citations(text)
    judged = whole if plain is text else _moved(whole, plain, removed)
    found = Phrases.of(plain, PHRASES)
    words = plain.cut("whitespace")
    counts = np.searchsorted(words.starts, judged.ends) - np.searchsorted(words.starts, judged.starts)
    ends_well = ends_with(judged, *END_MARKS) & ~ends_with(judged, "...")
    brackets = np.flatnonzero(plain.data == ord("{"))
    fates = np.select(
        [
            _has_longer_word(text, whole),
            ~ends_well,
            counts < MIN_WORDS,
            found.within(judged, "lorem ipsum"),
            found.within(judged, "javascript"),
            np.searchsorted(brackets, judged.ends) > np.searchsorted(brackets, judged.starts),
            found.within(judged, *POLICY),
        ],
        [fate.value for fate in list(Fate)[1:]],
        Fate.KEPT.value,
    )
    return judged, fates.astype(np.uint8)


def _has_longer_word(text: Text, segments: Segments) -> NDArray[np.bool_]:
    words = text.cut("whitespace")
    long = words.starts[words.chars > MAX_WORD_CHARS]
    return np.searchsorted(long, segments.ends) > np.searchsorted(long, segments.starts)


def _without_citations(text: Text) -> tuple[Text, NDArray[np.int64]]:
    """The text without citation marks, and (bytes + 1,) how many bytes were taken out before each."""
    at = np.flatnonzero(text.data == ord("["))
    limits = text.offsets[np.searchsorted(text.offsets, at, side="right")]
    sizes = np.zeros(len(at), np.int64)
    if len(at):
        words = (b"[edit]", b"[citation needed]")
        borders = np.cumsum([0, *map(len, words)])
        kernels.measure_citations(
            text.data, at, limits, tables().classes, np.frombuffer(b"".join(words), np.uint8), borders, sizes
        )
    at, sizes = at[sizes > 0], sizes[sizes > 0]
    if not len(at):
        return text, np.zeros(0, np.int64)
    edges = np.zeros(len(text.data) + 1, np.int8)
    edges[at] += 1
    edges[at + sizes] -= 1
    inside = np.cumsum(edges, dtype=np.int8)
    removed = np.zeros(len(text.data) + 1, np.int64)
    np.cumsum(inside[:-1], out=removed[1:])
    return Text(text.data[inside[:-1] == 0], text.offsets - removed[text.offsets]), removed


def _moved(segments: Segments, plain: Text, removed: NDArray[np.int64]) -> Segments:
    starts, ends = segments.starts - removed[segments.starts], segments.ends - removed[segments.ends]
    return Segments(plain.data, starts, ends, segments.offsets)
