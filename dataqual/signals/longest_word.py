"""The signal `longest_word`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class LongestWord(Signal):
    """Characters of the longest word: very long ones are glued text, base64 or URLs; 0 without words.

    Words are runs of letters, digits and marks, so a Chinese character counts one.

    >>> LongestWord()(["a bcd", "我们", ""]).tolist()
    [3, 1, 0]
    """

    unit: ClassVar[str] = "characters"

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut("unicode")
        return words.largest(words.chars)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The longest word, the first of several; none where there is no word."""
        text = Text.of([document])
        words = text.cut("unicode")
        if not len(words.chars):
            return []
        longest = int(np.argmax(words.chars))
        start = len(text.data[: words.starts[longest]].tobytes().decode())
        return [(start, start + int(words.chars[longest]), "longest word")]
