"""The signal `word_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class WordCount(Signal):
    """Words of a document under a cut; a character of a script without spaces is one word.

    >>> WordCount()(["It's here", "我们", ""]).tolist()
    [3, 2, 0]
    >>> WordCount(cut="whitespace")(["It's here", "我们", ""]).tolist()
    [2, 1, 0]
    """

    unit: ClassVar[str] = "words"
    cut: Cut = "unicode"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.cut(self.cut).counts
