"""The words of a corpus of pictures: what is said of documents and characters, said of pictures and their pixels.

Pages, sums and findings are the same for both views and have their sentences in the words of texts; `PictureWords` makes
of these those of pictures. `with_pictures` makes the Chinese of such sentences in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

ENGLISH = {"document": "picture", "documents": "pictures", "character": "pixel", "characters": "pixels"}
"""Words, each whole, and what stands for them; those with a capital likewise."""

CHINESE = {"篇文档": "张图片", "个文档": "张图片", "文档": "图片", "个字符": "个像素", "字符": "像素"}
"""The longer before the shorter."""

_ENGLISH = re.compile(
    rf"(?<![\w./-])(?:{'|'.join(sorted(ENGLISH, key=len, reverse=True))})(?![\w/-]|\.\w)", re.IGNORECASE
)
_CHINESE = re.compile("|".join(CHINESE))
_HOLE = re.compile(r"(\{\w+(?:\?|:[t1])?\})")


@dataclass(frozen=True)
class PictureWords:
    """Called with a sentence of ours, English or Chinese, it gives the same of pictures; a part of a path or of a longer name is no word.

    >>> PictureWords()("Documents that went: 2 documents with 10 characters, of old/documents.npz")
    'Pictures that went: 2 pictures with 10 pixels, of old/documents.npz'
    >>> PictureWords("documents")("documents: 2 documents")
    'documents: 2 pictures'
    """

    name: str = ""
    """Of the corpus, which stays as it is at the beginning of a title, whatever it is."""
    stops: ClassVar[bool] = False
    """Of another language: there are none."""

    def __call__(self, text: str) -> str:
        """`text` in words of pictures."""
        own = f"{self.name}: " if self.name and text.startswith(f"{self.name}: ") else ""
        return own + _CHINESE.sub(_chinese, _ENGLISH.sub(_word, text[len(own) :]))

    def find(self, text: str) -> str | None:
        """Nothing is known of a sentence as a whole: a page is told piece by piece."""
        return None


def with_pictures(sentences: Mapping[str, str]) -> dict[str, str]:
    """Chinese sentences, and behind them the same of pictures, where these are not there by themselves.

    >>> with_pictures({"{n} document{s?}": "{n} 篇文档", "none": "无"})
    {'{n} document{s?}': '{n} 篇文档', 'none': '无', '{n} picture{s?}': '{n} 张图片'}
    """
    made: dict[str, str] = {}
    for key, says in sentences.items():
        own = "".join(part if part[:1] == "{" else _ENGLISH.sub(_word, part) for part in _HOLE.split(key))
        if own != key and own not in sentences:
            parts = _HOLE.split(says)
            made[own] = "".join(p if p[:1] == "{" else _CHINESE.sub(_chinese, p) for p in parts)
    return {**sentences, **made}


def _chinese(found: re.Match[str]) -> str:
    return CHINESE[found[0]]


def _word(found: re.Match[str]) -> str:
    said = ENGLISH[found[0].lower()]
    return said.capitalize() if found[0][0].isupper() else said
