"""The words of a text, as the gate reads them in any script."""

from __future__ import annotations

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, as the inside of a character class."""

_WORD = re.compile(rf"[{HAN}]|[^\W\d_{HAN}]+(?:['’][^\W\d_{HAN}]+)*")
_HAN = re.compile(f"[{HAN}]")


def words(text: str) -> list[str]:
    """The words of a text in lower case, with straight apostrophes; a Han character is a word, and `don't` is one.

    >>> words("Don’t go. 不要")
    ["don't", 'go', '不', '要']
    """
    return _WORD.findall(text.lower().replace("’", "'"))


def has_han(text: str) -> bool:
    """Whether there is a Han character in it."""
    return not text.isascii() and _HAN.search(text) is not None


def mostly_han(text: str) -> bool:
    """Whether at least half of the words are Han characters, each counted as one.

    >>> mostly_han("我的 iPhone"), mostly_han("a 的 b c"), mostly_han("")
    (True, False, False)
    """
    return has_han(text) and 2 * len(_HAN.findall(text)) >= len(_WORD.findall(text))
