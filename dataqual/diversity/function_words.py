"""Words that tell nothing of what a text is about, English and Chinese."""

from __future__ import annotations

from functools import cache
from pathlib import Path

LISTS = Path(__file__).parents[1] / "lexicons"


PARTICLES = frozenset("的了吗嗎呢吧啊呀嘛我你您他她它们們这這那哪谁誰很也还還没沒")
"""Han characters that are hardly a part of a word with content: a run that has one is a piece of a sentence."""


@cache
def function_words() -> frozenset[str]:
    """The words of both lists, in lower case."""
    lines = (LISTS / f"function.{language}.txt" for language in ("en", "zh"))
    texts = [line for path in lines for line in path.read_text(encoding="utf-8").splitlines()]
    return frozenset(word for line in texts if not line.startswith("#") for word in line.split())


def is_function_word(word: str) -> bool:
    """Whether a word in lower case says nothing of a subject.

    >>> [word for word in ("the", "doesn", "hotel", "我们", "这套书", "酒店", "不错", "了") if is_function_word(word)]
    ['the', 'doesn', '我们', '这套书', '了']
    """
    return word in function_words() or not PARTICLES.isdisjoint(word)
