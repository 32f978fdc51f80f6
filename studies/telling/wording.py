"""What a study of pictures calls things: its sentences are those of a study of text, in other words.

Laws, controls and verdicts are the same for both, and so are the sentences that tell them. A study of pictures says
picture where one of text says token, document or text, and FID, or whatever its learner is judged by, where it says loss
or bits per byte. `tools/picture_words.py` makes the Chinese of these sentences in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

TEXT = {"kind": "text", "loss": "bits per byte", "metric": "bits per byte"}
"""The part `task` of the facts of a study of text."""

SPOKEN = ("says", "claim", "reason")
"""Keys of facts that hold sentences."""

ENGLISH = {
    r"[Ll]oss \(bits per byte\)": "{loss}",
    "bits per byte": "{loss}",
    "Losses": "{loss}",
    "losses": "{loss}",
    "Loss": "{loss}",
    "loss": "{loss}",
    "Tokens": "Pictures",
    "tokens": "pictures",
    "token": "picture",
    "documents": "pictures",
    "document": "picture",
    "windows": "pictures",
    "window": "picture",
    "text": "pictures",
}
"""Words, each whole, the longer before the shorter, and what stands for them."""

CHINESE = {
    "损失（比特/字节）": "{loss}",
    "比特/字节": "{loss}",
    "损失": "{loss}",
    "个词元": "张图片",
    "个不重复词元": "张不重复图片",
    "个基准词元": "张基准图片",
    "篇文档": "张图片",
    "个窗口": "张图片",
    "词元": "图片",
    "文档": "图片",
    "文本": "图片",
    "窗口": "图片",
}

LOSSES = {"FID": "FID", "bits per dimension": "比特/维"}
"""What learners of pictures are judged by, with its Chinese."""

_ENGLISH = re.compile(rf"(?<![\w-])({'|'.join(ENGLISH)})(?![\w-])")
_CHINESE = re.compile("|".join(sorted(CHINESE, key=len, reverse=True)))
_HAN = "[\u4e00-\u9fff]"


@dataclass(frozen=True)
class Wording:
    """The words of one study of pictures; called with a sentence, it gives the same in these."""

    loss: str
    stops: ClassVar[bool] = False
    """Of another language: there are none."""

    names: tuple[str, ...] = ()
    """Of grades and sets, which stay as they are, whatever they are called."""

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Wording | None:
        """That of a study by its facts; None of text, which has the words as they are."""
        task = facts.get("task") or TEXT
        if task["kind"] == "text":
            return None
        names = sorted((facts.get("data") or {}).get("grades") or {}, key=len, reverse=True)
        return cls(task["loss"], tuple(names))

    def __call__(self, text: str) -> str:
        """A sentence in these words.

        >>> Wording("FID", ("text",))("A token of text is worth 0.5, 0.1 bits per byte on raw text")
        'A picture of text is worth 0.5, 0.1 FID on raw pictures'
        """
        for name in self.names:
            for before in ("of ", "grade "):
                text = text.replace(f"{before}{name} ", f"{before}\ue100{name}\ue101 ")
        pieces = re.split("(\ue100.*?\ue101)", text)
        return "".join(piece[1:-1] if piece[:1] == "\ue100" else self._said(piece) for piece in pieces)

    def _said(self, text: str) -> str:
        def word(found: re.Match[str]) -> str:
            own = next(value for key, value in ENGLISH.items() if re.fullmatch(key, found[1]))
            return own.format(loss=self.loss)

        return _ENGLISH.sub(word, text)

    def find(self, text: str) -> str | None:
        """Nothing is known of a sentence as a whole: a page is told piece by piece."""
        return None

    def facts(self, value: Any, key: str = "") -> Any:
        """Nested facts with the sentences in them in these words."""
        if isinstance(value, Mapping):
            return {name: self.facts(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self.facts(part, key) for part in value]
        return self(value) if isinstance(value, str) and key in SPOKEN else value

    def each(self, lines: Iterable[str]) -> list[str]:
        """Sentences in these words."""
        return [self(line) for line in lines]


def in_chinese(text: str, loss: str) -> str:
    """A Chinese sentence in the words of pictures.

    >>> in_chinese("差值 {amount:t} 比特/字节", "FID"), in_chinese("降低损失", "FID")
    ('差值 {amount:t} FID', '降低 FID')
    """
    said = _CHINESE.sub(lambda found: CHINESE[found[0]].format(loss=loss), text)
    return (
        re.sub(f"(?<={_HAN})(?={re.escape(loss)})|(?<={re.escape(loss)})(?={_HAN})", " ", said)
        if loss.isascii()
        else said
    )
