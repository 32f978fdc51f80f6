"""The signal `c4_lines`, and what C4 makes of each line of a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import phrases as kernels
from dataqual.kernels.unicode import tables
from dataqual.line_cuts import POLICY, Phrases, ends_with, evident, holding, lines, ranks, shared
from dataqual.operators import Signal
from dataqual.text import Segments, Text

Variant = Literal["tfds", "arxiv"]
END_MARKS: dict[Variant, tuple[str, ...]] = {"tfds": (".", "?", "!", '"'), "arxiv": (".", "?", "!", '"', "'")}
MIN_WORDS: dict[Variant, int] = {"tfds": 5, "arxiv": 3}
MAX_WORD_CHARS = 1000


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
    terminal mark and have five words. `variant` "arxiv" asks for three, as the first version of the paper says and
    datatrove has it; there an apostrophe ends a line too, and citation marks are words.

    >>> C4Lines()(["This line has five words.\\nMenu\\nThis one {does} as well.", ""]).tolist()
    [1, 0]
    """

    unit: ClassVar[str] = "lines"
    fate: Literal[
        "kept", "too_long_word", "no_end_mark", "too_few_words", "lorem_ipsum", "javascript", "curly_bracket", "policy"
    ] = "kept"
    variant: Variant = "tfds"

    def measure(self, text: Text) -> NDArray[Any]:
        judged = judge(text, self.variant)
        return judged.lines.total(judged.fates == Fate[self.fate.upper()])

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines of that fate."""
        judged = judge(Text.of([document]), self.variant)
        return evident(document, judged.lines, judged.fates == Fate[self.fate.upper()], self.fate.replace("_", " "))


@dataclass(frozen=True, eq=False)
class Judged:
    """What C4 makes of the lines of a `Text`.

    C4 takes citation marks such as `[1]` and `[edit]` out of a line before it looks at it; the lines that have
    one, few in most texts, stand without them in a `Text` of their own.
    """

    lines: Segments
    """The lines, without the white space around them."""
    fates: NDArray[np.uint8]
    """The `Fate` of each line."""
    cited: NDArray[np.intp]
    """Which lines have citation marks."""
    plain: Text
    """Those lines without them, each a document."""


def judge(text: Text, variant: Variant = "tfds") -> Judged:
    """The lines and their fates, found once per text."""
    return shared(text, ("c4", variant), lambda: _judge(text, variant))


def _judge(text: Text, variant: Variant) -> Judged:
    whole = lines(text, "splitlines").stripped
    counts = _words_in(text, whole)
    fates = _fates(text, whole, counts, variant)
    cited, plain = shared(text, "c4 citations", lambda: _without_citations(text, whole))
    own = Segments(plain.data, plain.offsets[:-1], plain.offsets[1:], np.arange(len(plain) + 1))
    again = _fates(plain, own, _words_in(plain, own) if variant == "tfds" else counts[cited], variant)
    fates[cited] = np.where(fates[cited] == Fate.TOO_LONG_WORD, Fate.TOO_LONG_WORD, again)
    return Judged(whole, fates, cited, plain)


def _words_in(text: Text, segments: Segments) -> NDArray[np.int64]:
    """How many words, as white space parts them, begin in each segment."""
    words = text.cut("whitespace")
    return ranks(words.starts, segments.ends) - ranks(words.starts, segments.starts)


def _fates(text: Text, segments: Segments, counts: NDArray[np.int64], variant: Variant) -> NDArray[np.uint8]:
    found, words = Phrases.of(text, ("lorem ipsum", "javascript", "{", *POLICY)), text.cut("whitespace")
    ends_well = ends_with(segments, *END_MARKS[variant]) & ~ends_with(segments, "...")
    reasons = {
        Fate.TOO_LONG_WORD: holding(segments, words.starts[words.chars > MAX_WORD_CHARS]),
        Fate.NO_END_MARK: ~ends_well,
        Fate.TOO_FEW_WORDS: counts < MIN_WORDS[variant],
        Fate.LOREM_IPSUM: found.within(segments, "lorem ipsum"),
        Fate.JAVASCRIPT: found.within(segments, "javascript"),
        Fate.CURLY_BRACKET: found.within(segments, "{"),
        Fate.POLICY: found.within(segments, *POLICY),
    }
    return np.select(list(reasons.values()), list(map(np.uint8, reasons)), np.uint8(Fate.KEPT))


def _without_citations(text: Text, segments: Segments) -> tuple[NDArray[np.intp], Text]:
    """Which segments have citation marks, and a `Text` of these without the marks."""
    at, sizes = _citations(text)
    cited = np.flatnonzero(holding(segments, at))
    starts, ends = segments.starts[cited], segments.ends[cited]
    borders = np.zeros(len(cited) + 1, np.int64)
    np.cumsum(ends - starts, out=borders[1:])
    shift = np.repeat(starts - borders[:-1], np.diff(borders))
    data = text.data[np.arange(borders[-1]) + shift]
    own = at - (starts - borders[:-1])[np.searchsorted(starts, at, side="right") - 1] if len(cited) else at
    edges = np.zeros(len(data) + 1, np.int8)
    edges[own] += 1
    edges[own + sizes] -= 1
    inside = np.cumsum(edges[:-1], dtype=np.int8) > 0
    removed = np.zeros(len(data) + 1, np.int64)
    np.cumsum(inside, out=removed[1:])
    return cited, Text(data[~inside], borders - removed[borders])


def _citations(text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where citation marks begin, and their bytes."""
    at = Phrases.of(text, ("[",)).positions("[")
    limits = text.offsets[np.searchsorted(text.offsets, at, side="right")]
    sizes = np.empty(len(at), np.int64)
    words = (b"[edit]", b"[citation needed]")
    borders = np.cumsum([0, *map(len, words)])
    raw = np.frombuffer(b"".join(words), np.uint8)
    kernels.measure_citations(text.data, at, limits, tables().classes, raw, borders, sizes)
    return at[sizes > 0], sizes[sizes > 0]
