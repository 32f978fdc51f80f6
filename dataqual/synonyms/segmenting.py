"""Chinese words: by jieba, of the extra `augment`, or the longest of a list of words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import cache
from typing import Any, Literal

from dataqual.errors import MissingExtra

By = Literal["jieba", "longest"]

Segment = Callable[[str], list[str]]
"""A text as pieces that make it up."""


@cache
def _jieba() -> Any:
    try:
        import jieba
    except ImportError:
        raise MissingExtra("jieba", "augment", "Chinese words (segment=longest does without)") from None
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    return jieba


def by_jieba(text: str) -> list[str]:
    """The words as jieba cuts them, unknown ones guessed by its hidden Markov model."""
    found: list[str] = _jieba().lcut(text)
    return found


KINDS = {
    "n": "n",
    "nz": "n",
    "v": "v",
    "vn": "v",
    "vd": "v",
    "a": "a",
    "ad": "a",
    "an": "a",
    "d": "d",
    "i": "i",
    "l": "i",
    "z": "a",
}
"""Tags of jieba's dictionary and the kind of word they mean: nouns, verbs, adjectives, adverbs, set phrases. Names (nr, ns, nt),
pronouns, numerals, measure words, prepositions, conjunctions and words of time and place are none."""


@cache
def _tags() -> dict[str, str]:
    _jieba()
    from jieba.posseg import dt

    dt.initialize()
    found: dict[str, str] = dt.word_tag_tab
    return found


def kind_of(word: str) -> str:
    """What kind of word it mostly is, by jieba's dictionary; "" for one that has no synonyms.

    >>> kind_of("漂亮"), kind_of("自己")
    ('a', '')
    """
    return KINDS.get(_tags().get(word, ""), "")


def is_time(word: str) -> bool:
    """Whether it is a word of time by jieba's dictionary, such as 今天 or 以后: near to others in a corpus, and none of them.

    >>> is_time("今天"), is_time("漂亮")
    (True, False)
    """
    return _tags().get(word) == "t"


def by_longest(words: Collection[str]) -> Segment:
    """At each place the longest word of the list, else one character; only where cutting from behind gives the same word.

    >>> by_longest({"研究", "研究生", "生命", "命"})("研究生命")
    ['研', '究', '生', '命']
    """
    longest = max(map(len, words), default=1)

    def forward(text: str) -> list[tuple[int, int]]:
        at, found = 0, []
        while at < len(text):
            size = next((n for n in range(min(longest, len(text) - at), 1, -1) if text[at : at + n] in words), 1)
            found.append((at, at + size))
            at += size
        return found

    def backward(text: str) -> set[tuple[int, int]]:
        at, found = len(text), set()
        while at > 0:
            size = next((n for n in range(min(longest, at), 1, -1) if text[at - n : at] in words), 1)
            found.add((at - size, at))
            at -= size
        return found

    def segment(text: str) -> list[str]:
        both = backward(text)
        return [
            piece
            for start, end in forward(text)
            for piece in ([text[start:end]] if (start, end) in both else list(text[start:end]))
        ]

    return segment
