"""How text is cut, decided once: bytes and offsets, and every cut made at first use and shared.

The rules are written down in docs/text.md; the compiled loops that follow them are in `dataqual.kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.characters import Characters
from dataqual.column_elements import elements, encoded
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.kernels import counting, cutting
from dataqual.kernels.unicode import ALONE, DIGIT, LETTER, LOWER, MARK, OTHER, SCRIPTS, UPPER, Class, tables
from dataqual.lazy import lazy
from dataqual.ngram_table import NgramTable
from dataqual.segments import Segments, borders_of

__all__ = [
    "ALONE",
    "DIGIT",
    "LETTER",
    "LOWER",
    "MARK",
    "OTHER",
    "SCRIPTS",
    "UPPER",
    "Characters",
    "Cut",
    "NgramTable",
    "Segments",
    "Text",
]

Cut = Literal["unicode", "whitespace", "tokens"]


class Text:
    """A column of documents as UTF-8 bytes and offsets, with its cuts.

    >>> text = Text.of(["Two words", "我们", ""])
    >>> text.cut("unicode").counts.tolist()
    [2, 2, 0]
    >>> text[1]
    '我们'
    """

    def __init__(
        self,
        data: NDArray[np.uint8] | Callable[[], NDArray[np.uint8]],
        offsets: NDArray[np.int64],
        turns: NDArray[np.int64] | None = None,
    ) -> None:
        """`data`: valid UTF-8 of all documents in a row, or what gives it when somebody looks; `offsets`: (documents + 1,)
        where each begins.

        `turns`: (documents, 4) what `dataqual.turns.facts_of` tells of each as it was read; None where these are no chats.
        """
        if callable(data):
            self._gathered = data
        else:
            self.data = data
        self.offsets = offsets
        self.turns = turns
        self._cuts: dict[str, Segments] = {}
        self._ngrams: dict[str, NgramTable] = {}

    @lazy
    def data(self) -> NDArray[np.uint8]:
        """Valid UTF-8 of all documents in a row."""
        return self._gathered()

    @classmethod
    def of(cls, column: object) -> Text:
        """The documents of a `Text`, a sequence of str, a numpy array or a polars, pandas or arrow column.

        Raises InputError for what is no column (a table, one string), and where an element is missing, not a
        string, or holds half a surrogate pair.
        """
        if isinstance(column, Text):
            return column
        return cls.of_bytes([encoded(row, element) for row, element in enumerate(elements(column))])

    @classmethod
    def of_bytes(cls, documents: Sequence[bytes]) -> Text:
        """The documents given as valid UTF-8."""
        offsets = np.zeros(len(documents) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, documents), np.int64, len(documents)), out=offsets[1:])
        return cls(np.frombuffer(b"".join(documents), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> str:
        if not 0 <= i < len(self):
            raise IndexError(f"document {i} of {len(self)}")
        return self.data[self.offsets[i] : self.offsets[i + 1]].tobytes().decode()

    @lazy
    def byte_counts(self) -> NDArray[np.int64]:
        """Bytes of each document."""
        return np.diff(self.offsets)

    def cut(self, name: str) -> Segments:
        """The words of every document under a named cut; cut once, then shared."""
        if name not in self._cuts:
            self._cuts[name] = self._make_cut(name)
        return self._cuts[name]

    def _make_cut(self, name: str) -> Segments:
        if name == "unicode":
            tokens = self.cut("tokens")
            return tokens.where((tokens.flags & OTHER) == 0)
        if name not in get_args(Cut):
            raise SpecError(f"no cut {name!r}; {did_you_mean(name, get_args(Cut))}")
        borders = np.empty(len(self) + 1, np.int64)
        n = -1
        for size in (
            len(self.data) // 2,
            len(self.data),
        ):  # a token and what follows it are two bytes or more as a rule
            room = size + 64 + 1
            starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
            chars, flags = np.empty(room, np.int32), np.empty(room, np.uint8)
            n = cutting.cut(
                self.data, self.offsets, tables().kinds, name == "whitespace", starts, ends, chars, flags, borders
            )
            if n >= 0:
                break
        return Segments(self.data, starts[:n], ends[:n], borders, chars=chars[:n], flags=flags[:n])

    @lazy
    def lines(self) -> Segments:
        """What `str.split("\\n")` gives, without the carriage return before a line feed; an empty document has one."""
        breaks = np.flatnonzero(self.data == 10)
        before = np.searchsorted(breaks, self.offsets)
        borders = before + np.arange(len(self) + 1)
        starts = np.empty(len(breaks) + len(self), np.int64)
        starts[borders[:-1]] = self.offsets[:-1]
        documents = np.repeat(np.arange(len(self)), np.diff(before))
        starts[np.arange(len(breaks)) + documents + 1] = breaks + 1
        ends = np.empty_like(starts)
        ends[:-1] = starts[1:] - 1
        ends[borders[1:] - 1] = self.offsets[1:]
        broken = ends > starts
        broken[borders[1:] - 1] = False  # the last line of a document ends with no line feed
        full = np.flatnonzero(broken)
        ends[full[self.data[ends[full] - 1] == 13]] -= 1
        return Segments(self.data, starts, ends, borders)

    @lazy
    def paragraphs(self) -> Segments:
        """Runs of lines between blank ones, without the white space around them."""
        lines = self.lines.stripped
        full = lines.ends > lines.starts
        first = full.copy()
        first[1:] &= ~full[:-1] | (np.diff(lines.documents) > 0)
        last = full.copy()
        last[:-1] &= ~full[1:] | (np.diff(lines.documents) > 0)
        counts = np.bincount(lines.documents[first], minlength=len(self))
        return Segments(self.data, lines.starts[first], lines.ends[last], borders_of(counts))

    @lazy
    def sentences(self) -> Segments:
        """Sentences within paragraphs, by terminal punctuation (UAX #29 Sentence_Terminal, CJK and others included)."""
        paragraphs = self.paragraphs
        size = len(self.data) // 2 + len(paragraphs) + 1  # after the shortest, ".", there is a space or a long letter
        starts, ends, of = (np.empty(size, np.int64) for _ in range(3))
        classes = tables().classes
        plain = (classes[:256] & int(Class.TERMINAL)) == 0
        plain[128:] = False
        n = cutting.cut_sentences(self.data, paragraphs.starts, paragraphs.ends, classes, plain, starts, ends, of)
        counts = np.bincount(paragraphs.documents[of[:n]], minlength=len(self))
        return Segments(self.data, starts[:n], ends[:n], borders_of(counts))

    @lazy
    def characters(self) -> Characters:
        """What kinds of characters each document is made of, counted in one pass."""
        n = len(self)
        ascii_counts, classes = np.zeros((n, 128), np.int32), np.zeros((n, 16), np.int32)
        scripts, others = np.zeros((n, len(SCRIPTS)), np.int32), np.zeros((n, 2), np.int32)
        table = tables()
        counters = np.empty((2, 128), np.int32)
        counting.count_characters(
            self.data, self.offsets, table.classes, table.scripts, ascii_counts, classes, scripts, others, counters
        )
        return Characters(ascii_counts, classes, scripts, replacement=others[:, 0], c1_controls=others[:, 1])

    @lazy
    def scripts(self) -> NDArray[np.int32]:
        """(documents, scripts): `characters.scripts`, for which nothing else need be counted."""
        if "characters" in self.__dict__:
            return self.characters.scripts
        counts = np.zeros((len(self), len(SCRIPTS)), np.int32)
        counting.count_scripts(self.data, self.offsets, tables().scripts, counts)
        return counts

    def ngrams(self, cut: str) -> NgramTable:
        """What is repeated among the words of a cut, for n from 1 to 10."""
        if cut not in self._ngrams:
            self._ngrams[cut] = NgramTable.of(self.cut(cut))
        return self._ngrams[cut]

    def with_words(self, cut: str, words: Sequence[Sequence[str]]) -> Text:
        """The same documents with a cut replaced by given words, which must occur in them in that order.

        For comparing with tools whose tokenizer is not ours.
        """
        if len(words) != len(self):
            raise InputError(f"words of {len(words)} documents given, there are {len(self)}")
        bounds = [_find_words(i, self[i].encode(), own) + self.offsets[i] for i, own in enumerate(words)]
        starts, ends = np.concatenate([np.empty((0, 2), np.int64), *bounds]).T.copy()
        tokens = Segments(self.data, starts, ends, borders_of(np.array([len(own) for own in bounds], np.int64)))
        other = Text(self.data, self.offsets)
        other._cuts[cut] = tokens
        return other


def _find_words(document: int, whole: bytes, words: Sequence[str]) -> NDArray[np.int64]:
    """Byte bounds (words, 2) of words that follow each other in a document."""
    bounds = np.empty((len(words), 2), np.int64)
    position = 0
    for k, word in enumerate(words):
        at = whole.find(word.encode(), position)
        if at < 0:
            raise InputError(f"document {document}: the word {word!r} does not follow in the text")
        position = at + len(word.encode())
        bounds[k] = at, position
    return bounds
