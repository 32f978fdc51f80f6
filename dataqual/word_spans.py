"""Words of documents as spans of characters of a str, with what they are made of, cut for many documents at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.text import Segments, Text


@dataclass(frozen=True, eq=False)
class Spans:
    """Segments of one document: `starts` and `ends` are characters, (segments,); `flags` as of `Segments`."""

    starts: list[int]
    ends: list[int]
    flags: list[int]

    def __len__(self) -> int:
        return len(self.starts)


def word_spans(texts: Sequence[str]) -> list[Spans]:
    """The words of each document under the cut `unicode`, a Han, kana or Thai character each its own.

    >>> [found] = word_spans(["Le café, 很好"])
    >>> found.starts, found.ends
    ([0, 3, 9, 10], [2, 7, 10, 11])
    """
    return spans_of(Text.of(list(texts)))


def spans_of(text: Text) -> list[Spans]:
    """The words of each document of a text that may have been cut before."""
    return _spans(text, text.cut("unicode"), flags=True)


def sentence_spans(texts: Sequence[str]) -> list[Spans]:
    """The sentences of each document, without the white space around them.

    >>> [found] = sentence_spans(["好。很好！ It is. "])
    >>> list(zip(found.starts, found.ends))
    [(0, 2), (2, 5), (6, 12)]
    """
    text = Text.of(list(texts))
    return _spans(text, text.sentences.stripped, flags=False)


def _spans(text: Text, segments: Segments, *, flags: bool) -> list[Spans]:
    before = characters_before(text.data)
    first = before[text.offsets[:-1]]
    own = first[segments.documents]
    starts, ends = (before[at] - own for at in (segments.starts, segments.ends))
    kinds: NDArray[np.uint8] = segments.flags if flags else np.zeros(len(segments), np.uint8)
    borders = segments.offsets.tolist()
    lists = [part.tolist() for part in (starts, ends, kinds)]
    return [Spans(*(part[a:b] for part in lists)) for a, b in pairwise(borders)]


def characters_before(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many characters begin before each byte, and before the end, (bytes + 1,)."""
    before = np.zeros(len(data) + 1, np.int64)
    np.cumsum((data & 0xC0) != 0x80, out=before[1:])
    return before
