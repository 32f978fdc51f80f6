"""Words and n-grams as single tools mean them, each made once per `Text` by whoever asks first.

`Text.cut` and `Text.ngrams` are what every profile needs; nothing here is made unless a rule asks for it.
"""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import published_repeats as kernels
from dataqual.kernels.repeats import LEVELS, room
from dataqual.kernels.unicode import Class, tables
from dataqual.line_cuts import shared
from dataqual.text import NgramTable, Segments, Text

WordCut = Literal["unicode", "whitespace", "tokens", "normalized"]
"""The cuts of `Text`, and `normalized`: what white space parts once ASCII punctuation is gone, in lower case and
decomposed (NFD), as RedPajama counts words. `don't` is one of them, a dash alone is none."""

WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)
BEGINS_WORD = (Class.UPPER, Class.LOWER, Class.LETTER, Class.DIGIT, Class.NUMBER)


def words(text: Text, cut: WordCut) -> Segments:
    """The words of every document; those of `normalized` are segments of a text of their own.

    >>> words(Text.of(["Don't -- stop!"]), "normalized").strings(0)
    ['dont', 'stop']
    """
    return normalized(text).cut("whitespace") if cut == "normalized" else text.cut(cut)


def ngrams(text: Text, cut: WordCut) -> NgramTable:
    """What is repeated among the words, for n from 1 to 10."""
    return normalized(text).ngrams("whitespace") if cut == "normalized" else text.ngrams(cut)


def normalized(text: Text) -> Text:
    """The documents without ASCII punctuation, in lower case and decomposed."""
    return shared(text, "normalized", lambda: Text.of([_normalized(text[i]) for i in range(len(text))]))


def _normalized(document: str) -> str:
    return unicodedata.normalize("NFD", document.translate(WITHOUT_PUNCTUATION).lower())


def begun_by_letter_or_number(segments: Segments) -> NDArray[np.bool_]:
    """Which segments (none of them empty) begin with a letter or a number, as `str.isalnum` says of their first character.

    >>> begun_by_letter_or_number(Text.of(["it 's ½ 我 (no)"]).cut("whitespace")).tolist()
    [True, False, True, True, False]
    """
    data = np.concatenate([segments.data, np.zeros(3, np.uint8)])
    lead, *rest = (data[segments.starts + k].astype(np.int64) for k in range(4))
    tail = [byte & 0x3F for byte in rest]
    two, three = (lead & 0x1F) << 6 | tail[0], (lead & 0x0F) << 12 | tail[0] << 6 | tail[1]
    four = (lead & 0x07) << 18 | tail[0] << 12 | tail[1] << 6 | tail[2]
    points = np.select([lead < 0x80, lead < 0xE0, lead < 0xF0], [lead, two, three], four)
    return np.isin(tables().classes[points] & 15, BEGINS_WORD)


@dataclass(frozen=True, eq=False)
class PublishedNgrams:
    """What some tools count among a document's n-grams; every array is (documents, 11), column n is about n-grams.

    All numbers are 0, and `top_place` is -1, where a document has fewer than n words. Column 0 is unused.
    """

    top_count: NDArray[np.int64]
    """How often the most frequent n-gram occurs."""
    top_place: NDArray[np.int64]
    """The word with which it begins, counted over all documents; the first seen wins a tie."""
    longest_chars: NDArray[np.int64]
    """Characters, once, of the longest of the most frequent ones."""
    later_chars: NDArray[np.int64]
    """Characters of the words that lie in an n-gram seen before, each once."""
    later_spaces: NDArray[np.int64]
    """Spaces that NeMo Curator counts with those: one less than words where nothing overlaps, else as many as words."""


def published_ngrams(text: Text, cut: WordCut) -> PublishedNgrams:
    """The n-grams of the words of one cut."""

    def make() -> PublishedNgrams:
        own = words(text, cut)
        shape = (LEVELS + 1, len(text))
        names = ("top_count", "top_place", "longest_chars", "later_chars", "later_spaces")
        arrays: dict[str, NDArray[Any]] = {
            name: np.full(shape, -1 if name == "top_place" else 0, np.int64) for name in names
        }
        given: dict[str, Any] = arrays | room(int(own.counts.max(initial=1)))
        kernels.count_published(own.hashes, own.chars, own.offsets, **given)
        return PublishedNgrams(**{name: array.T for name, array in arrays.items()})

    return shared(text, ("published n-grams", cut), make)


def joined_counts(text: Text, cut: WordCut, n: int) -> NDArray[np.int64]:
    """How often each document's most frequent n-gram, its words joined by single spaces, occurs as a string; (documents,).

    >>> joined_counts(Text.of(["to be\\nor to be to bee"]), "whitespace", 2).tolist()
    [3]
    """
    own, out = words(text, cut), np.empty(len(text), np.int64)
    place = np.ascontiguousarray(published_ngrams(text, cut).top_place[:, n])
    kernels.count_joined(own.data, text.offsets, own.starts, own.ends, place, n, out)
    return out
