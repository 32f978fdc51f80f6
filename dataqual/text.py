"""How text is cut, decided once: bytes and offsets, and every cut made at first use and shared.

The rules are written down in docs/text.md; the compiled loops that follow them are in `dataqual.kernels`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.kernels import counting, cutting, hashing, repeats
from dataqual.kernels.unicode import ALONE, DIGIT, LETTER, LOWER, MARK, OTHER, SCRIPTS, UPPER, Class, tables
from dataqual.lazy import lazy

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
        return cls.of_bytes([_encode(row, element) for row, element in enumerate(elements(column))])

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
        return Segments(self.data, lines.starts[first], lines.ends[last], _borders(counts))

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
        return Segments(self.data, starts[:n], ends[:n], _borders(counts))

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
        tokens = Segments(self.data, starts, ends, _borders(np.array([len(own) for own in bounds], np.int64)))
        other = Text(self.data, self.offsets)
        other._cuts[cut] = tokens
        return other


class Segments:
    """Pieces of the documents of a `Text`, in order: words, lines, paragraphs or sentences.

    Arrays over segments have shape (segments,); `offsets` has shape (documents + 1,): document i owns the
    segments `offsets[i]:offsets[i + 1]`. What is not given is computed at first use.
    """

    def __init__(
        self,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        offsets: NDArray[np.int64],
        *,
        chars: NDArray[np.int32] | None = None,
        flags: NDArray[np.uint8] | None = None,
        hashes: NDArray[np.uint64] | None = None,
    ) -> None:
        """`data`: the bytes of the text; `starts` and `ends`: byte positions in it, (segments,)."""
        self.data = data
        self.starts = starts
        self.ends = ends
        self.offsets = offsets
        self._of: tuple[Segments, NDArray[np.bool_]] | None = None  # the words these were chosen from, and which
        known = {"chars": chars, "flags": flags, "hashes": hashes}
        self.__dict__.update({name: array for name, array in known.items() if array is not None})

    @lazy
    def chars(self) -> NDArray[np.int32]:
        """Characters of each segment."""
        chars = np.empty(len(self), np.int32)
        counting.count_chars(self.data, self.starts, self.ends, chars)
        return chars

    @lazy
    def flags(self) -> NDArray[np.uint8]:
        """What each segment contains, as bits: LETTER, DIGIT, UPPER, LOWER, ALONE, OTHER, MARK; slow but for words."""
        if self._of is not None:
            whole, mask = self._of
            return whole.flags[mask]
        return _flags_of(self)

    def __len__(self) -> int:
        return len(self.starts)

    @lazy
    def counts(self) -> NDArray[np.int64]:
        """Segments of each document."""
        return np.diff(self.offsets)

    @lazy
    def documents(self) -> NDArray[np.int64]:
        """The document of each segment."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @lazy
    def hashes(self) -> NDArray[np.uint64]:
        """64 bits of each segment's bytes; equal segments, equal hashes."""
        if self._of is not None:
            whole, mask = self._of
            return whole.hashes[mask]
        return self.hash(fold=False)

    @lazy
    def folded(self) -> NDArray[np.uint64]:
        """64 bits of each segment in lower case (Unicode simple lower-casing)."""
        return self.hash(fold=True)

    def hash(self, *, fold: bool, strip_accents: bool = False) -> NDArray[np.uint64]:
        """64 bits of each segment, optionally in lower case and without accents (NFD, nonspacing marks dropped)."""
        table = tables()
        mapping = {(True, True): table.lower_base, (True, False): table.lower, (False, True): table.base}
        out = np.empty(len(self), np.uint64)
        hashing.hash_segments(
            self.data,
            self.starts,
            self.ends,
            mapping.get((fold, strip_accents), table.lower),
            fold or strip_accents,
            out,
        )
        return out

    @lazy
    def total_chars(self) -> NDArray[np.int64]:
        """Characters of all segments of each document."""
        total: NDArray[np.int64] = self.total(self.chars)
        return total

    @lazy
    def stripped(self) -> Segments:
        """The same segments without the white space around them; blank ones become empty."""
        starts, ends, chars = np.empty_like(self.starts), np.empty_like(self.ends), np.empty(len(self), np.int32)
        cutting.strip(self.data, self.starts, self.ends, tables().classes, starts, ends, chars)
        return Segments(self.data, starts, ends, self.offsets, chars=chars)

    def where(self, mask: NDArray[np.bool_]) -> Segments:
        """Only the segments under `mask`, (segments,); what is known of them goes with them."""
        if "flags" in self.__dict__:
            return self._words_where(mask)
        kept = np.flatnonzero(mask)
        known = {name: self.__dict__[name][kept] for name in ("chars", "hashes") if name in self.__dict__}
        offsets = np.searchsorted(kept, self.offsets)
        return Segments(self.data, self.starts[kept], self.ends[kept], offsets, **known)

    def _words_where(self, mask: NDArray[np.bool_]) -> Segments:
        """The same for the many segments of a cut, in one pass; flags and hashes, rarely asked for, follow when they are."""
        room = int(np.count_nonzero(mask)) + 1  # the kernel writes one segment ahead
        starts, ends, chars = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int32)
        offsets = np.empty_like(self.offsets)
        n = cutting.keep_segments(mask, self.starts, self.ends, self.chars, self.offsets, starts, ends, chars, offsets)
        kept = Segments(self.data, starts[:n], ends[:n], offsets, chars=chars[:n])
        kept._of = self, mask
        return kept

    def total(self, values: NDArray[Any]) -> NDArray[Any]:
        """The sum of `values` (segments,) over each document; 0 for a document without segments."""
        if values.dtype.kind != "f":
            whole = np.empty(len(self.counts), np.int64)
            kind = {np.dtype(np.bool_): np.uint8, np.dtype(np.int32): np.int32}.get(values.dtype, np.int64)
            counting.sum_segments(np.ascontiguousarray(values, kind), self.offsets, whole)
            return whole
        out = np.zeros(len(self.counts), np.float64)
        full = self.counts > 0
        if full.any():
            out[full] = np.add.reduceat(values, self.offsets[:-1][full])
        return out

    def mean(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """The mean of `values` over each document's segments; 0 for a document without any."""
        means: NDArray[np.float64] = self.total(values) / np.maximum(self.counts, 1)
        return means

    def share(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The share of each document's segments under `mask`; 0 for a document without any."""
        return self.mean(mask)

    def largest(self, values: NDArray[Any]) -> NDArray[Any]:
        """The largest of `values` in each document; 0 for a document without segments."""
        out = np.zeros(len(self.counts), values.dtype)
        full = self.counts > 0
        if full.any():
            out[full] = np.maximum.reduceat(values, self.offsets[:-1][full])
        return out

    def median(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """The median of `values` (whole numbers, not negative) in each document; 0 without segments."""
        out, counts = np.empty(len(self.counts), np.float64), np.zeros(counting.COUNTED, np.int64)
        counting.medians(np.ascontiguousarray(values, np.int32), self.offsets, counts, out)
        for beyond in np.flatnonzero(out < 0).tolist():
            out[beyond] = np.median(values[self.offsets[beyond] : self.offsets[beyond + 1]])
        return out

    def strings(self, document: int) -> list[str]:
        """The segments of one document as str; slow, for tests and examples."""
        own = slice(self.offsets[document], self.offsets[document + 1])
        return [self.data[a:b].tobytes().decode() for a, b in zip(self.starts[own], self.ends[own], strict=True)]


@dataclass(frozen=True, eq=False)
class Characters:
    """Characters of each document by kind; every array is (documents,) or (documents, kinds), int32."""

    ascii: NDArray[np.int32]
    """(documents, 128): how often each ASCII character occurs."""
    classes: NDArray[np.int32]
    """(documents, 16): by `dataqual.kernels.unicode.Class`."""
    scripts: NDArray[np.int32]
    """(documents, scripts): by position in `SCRIPTS`, ASCII included."""
    replacement: NDArray[np.int32]
    """U+FFFD, what a decoder leaves where it could not read."""
    c1_controls: NDArray[np.int32]
    """U+0080 to U+009F."""

    def of(self, *kinds: Class) -> NDArray[np.int64]:
        """How many characters of each document are of one of the `kinds`."""
        return self.classes[:, [int(kind) for kind in kinds]].sum(axis=1, dtype=np.int64)

    @lazy
    def total(self) -> NDArray[np.int64]:
        """All characters (code points)."""
        return self.classes.sum(axis=1, dtype=np.int64)

    @lazy
    def letters(self) -> NDArray[np.int64]:
        """Letters of any script."""
        return self.of(Class.UPPER, Class.LOWER, Class.LETTER)

    @lazy
    def upper(self) -> NDArray[np.int64]:
        """Capital letters."""
        return self.of(Class.UPPER)

    @lazy
    def lower(self) -> NDArray[np.int64]:
        """Small letters."""
        return self.of(Class.LOWER)

    @lazy
    def digits(self) -> NDArray[np.int64]:
        """Decimal digits of any script."""
        return self.of(Class.DIGIT)

    @lazy
    def space(self) -> NDArray[np.int64]:
        """White space, as `str.isspace`."""
        return self.of(Class.SPACE)

    @lazy
    def punctuation(self) -> NDArray[np.int64]:
        """Punctuation (general category P)."""
        return self.of(Class.PUNCTUATION)

    @lazy
    def symbols(self) -> NDArray[np.int64]:
        """Symbols (general category S): mathematics, currency, emoji."""
        return self.of(Class.SYMBOL)

    @lazy
    def marks(self) -> NDArray[np.int64]:
        """Combining marks."""
        return self.of(Class.MARK)

    @lazy
    def control(self) -> NDArray[np.int64]:
        """Control characters that are no white space."""
        return self.of(Class.CONTROL)


@dataclass(frozen=True, eq=False)
class NgramTable:
    """What is repeated in each document; every array is (documents, 11), column n is about word n-grams.

    Words are the same when their bytes are. Characters are those of the words, separators not counted; all
    numbers are 0 where a document has fewer than n words. Column 0 is unused.
    """

    top_count: NDArray[np.int64]
    """How often the most frequent n-gram occurs; the first seen wins a tie."""
    top_chars: NDArray[np.int64]
    """Characters of that n-gram, once."""
    later_chars: NDArray[np.int64]
    """Characters of the n-grams seen before, walking from left to right and stepping over each one found."""
    repeated_chars: NDArray[np.int64]
    """Characters of all occurrences of n-grams that occur more than once; overlaps count again."""
    all_chars: NDArray[np.int64]
    """Characters of all n-grams; overlaps count again."""
    covered_chars: NDArray[np.int64]
    """Characters of the words that lie in some repeated n-gram, each once."""
    distinct: NDArray[np.int64]
    """Different n-grams."""
    word_entropy: NDArray[np.float64]
    """(documents,): entropy of the words' frequencies in bits."""

    @classmethod
    def of(cls, words: Segments) -> NgramTable:
        """Count the words of one cut."""
        shape = (repeats.LEVELS + 1, len(words.counts))  # the documents last: signals take one n of all
        names = ("top_count", "top_chars", "later_chars", "repeated_chars", "all_chars", "covered_chars", "distinct")
        arrays: dict[str, NDArray[Any]] = {name: np.zeros(shape, np.int64) for name in names}
        entropy = np.zeros(shape[1], np.float64)
        room = repeats.room(int(words.counts.max(initial=1)))
        repeats.count_repeats(words.hashes, words.chars, words.offsets, **arrays, word_entropy=entropy, **room)
        return cls(**{name: array.T for name, array in arrays.items()}, word_entropy=entropy)


def elements(column: object) -> Iterable[object]:
    """The elements of whatever kind of column; a table is none, though one could go over it."""
    if isinstance(column, Mapping) or hasattr(column, "columns"):
        raise InputError("expected a column of documents, got a whole table: choose one of its columns")
    for method in ("to_list", "tolist", "to_pylist"):
        if hasattr(column, method):
            column = getattr(column, method)()
    if isinstance(column, str | bytes):
        raise InputError("expected a column of documents, got one string: put it into a list")
    if not isinstance(column, Iterable):
        raise InputError(f"expected a column of documents, got {type(column).__name__}")
    return column


def missing(element: object) -> bool:
    """Whether there is nothing: None, NaN, or what pandas has for it."""
    kind = type(element).__name__
    return element is None or kind in ("NAType", "NaTType") or (isinstance(element, float) and math.isnan(element))


def _encode(row: int, element: object) -> bytes:
    if not isinstance(element, str):
        kind = type(element).__name__
        what = "missing" if missing(element) else f"{kind}, not a string"
        raise InputError(f"row {row}: the text is {what}; drop or fill such rows first")
    try:
        return element.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"row {row}: half a surrogate pair at character {error.start}; it is not text") from None


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


def _borders(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    borders = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=borders[1:])
    return borders


def _flags_of(words: Segments) -> NDArray[np.uint8]:
    """Flags of words that our own cut did not make."""
    flags = np.zeros(len(words), np.uint8)
    kinds = tables().classes & 15
    for k, (a, b) in enumerate(zip(words.starts, words.ends, strict=True)):
        for char in words.data[a:b].tobytes().decode():
            kind = kinds[ord(char)]
            flags[k] |= {1: LETTER | UPPER, 2: LETTER | LOWER, 3: LETTER, 4: MARK, 5: DIGIT}.get(int(kind), 0)
    flags[(flags & (LETTER | DIGIT)) == 0] |= OTHER
    return flags
