"""The signal `non_symbol_word_count`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import phrases as kernels
from dataqual.line_cuts import shared
from dataqual.operators import Signal
from dataqual.signals.terminal_punctuation_lines import TERMINAL
from dataqual.text import LETTER, Cut, Text

SYMBOLS = (
    f"{TERMINAL} 0-8 B-1F 21-2F 3A-40 5B-60 7B-9F AB B4 BB 2013-2014 2019 201C-201E 2026 2236 2501 25BA "
    "3001-3002 3008-300B 300C-300D 3010-3011 FF01 FF05 FF08-FF09 FF0C FF0E FF11 FF1A-FF1B FF1F FF5E"
)
"""What datatrove 0.10.1 calls punctuation, by code point: ASCII's, some of Chinese and typographic, controls.
Bullets, currency signs, emoji and the left single quotation mark are not among it; the digit １ (U+FF11) is."""


@dataclass(frozen=True)
class NonSymbolWordCount(Signal):
    """Words with a character that is not punctuation as datatrove lists it; 0 for an empty document.

    >>> NonSymbolWordCount()(["Well, 2 of 3 …", "我们。", ""]).tolist()
    [4, 2, 0]
    """

    unit: ClassVar[str] = "words"
    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        return non_symbol_words(text, self.cut)[0]


def non_symbol_words(text: Text, cut: Cut) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many words of the cut count in each document, and their characters."""

    def make() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        words = text.cut(cut)
        sure = (words.flags & LETTER) > 0  # no letter is listed
        counts, totals = np.empty(len(text), np.int64), np.empty(len(text), np.int64)
        kernels.count_others(
            words.data, words.starts, words.ends, sure, words.chars, words.offsets, _symbols(), counts, totals
        )
        return counts, totals

    return shared(text, ("non-symbol words", cut), make)


@cache
def _symbols() -> NDArray[np.bool_]:
    listed = np.zeros(0x110000, np.bool_)
    for span in SYMBOLS.split():
        first, _, last = span.partition("-")
        listed[int(first, 16) : int(last or first, 16) + 1] = True
    return listed
