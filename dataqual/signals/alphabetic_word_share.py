"""The signal `alphabetic_word_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import LETTER, Cut, Text


@dataclass(frozen=True)
class AlphabeticWordShare(Signal):
    """Share of words (under cut "tokens", of punctuation marks too) with a letter of any script; 0 without words.

    >>> AlphabeticWordShare()(["page 2 of 3.", "我们", ""]).tolist()
    [0.4, 1.0, 0.0]
    """

    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut(self.cut)
        return words.share((words.flags & LETTER) > 0)
