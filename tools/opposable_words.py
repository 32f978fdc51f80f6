"""Makes dataqual/lexicons/opposable.zh.txt from the dictionary of jieba 0.42.1 (© 2013 Sun Junyi, MIT): python tools/opposable_words.py

Its adjectives and verbs of two characters or more that its corpus has at least `LEAST` times: words that may have an opposite.
"""

from __future__ import annotations

import re
from pathlib import Path

import jieba

OUT = Path(__file__).parent.parent / "dataqual" / "lexicons" / "opposable.zh.txt"
TAGS = frozenset(("a", "ad", "an", "b", "z", "v", "vn"))
"""Adjectives, words of distinction and of state, verbs (the tags of ICTCLAS)."""
LEAST = 20
"""Rarer ones are names and phrases for the most part."""


def words() -> list[str]:
    """In order."""
    lines = (
        line.split(" ") for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    )
    return sorted(
        word
        for word, count, tag in lines
        if tag in TAGS and int(count) >= LEAST and re.fullmatch("[\u4e00-\u9fff]{2,4}", word)
    )


if __name__ == "__main__":
    OUT.write_text(" ".join(words()) + "\n", encoding="utf-8")
