"""The signal `symbol_to_word_ratio`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import Phrases, evident, hashes_of
from dataqual.operators import Signal
from dataqual.text import Cut, Text


@dataclass(frozen=True)
class SymbolToWordRatio(Signal):
    """Symbols per word: all "occurrences", the "words" that have one, or the "whole" words that are one; 0 without words.

    Occurrences of one symbol do not overlap: `......` is two times `...`.

    >>> SymbolToWordRatio()(["#one two ## three", ""]).tolist()
    [0.5, 0.0]
    >>> SymbolToWordRatio(symbols=("#", "…"), count="words", cut="whitespace")(["#one two ## three…"]).tolist()
    [0.75]
    >>> SymbolToWordRatio(symbols=("#", "…"), count="whole", cut="whitespace")(["# one #two …"]).tolist()
    [0.5]
    """

    symbols: tuple[str, ...] = ("#",)
    count: Literal["occurrences", "words", "whole"] = "occurrences"
    cut: Cut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        words = text.cut(self.cut)
        if self.count == "whole":
            return words.share(np.isin(words.hashes, hashes_of(self.symbols)))
        found = Phrases.of(text, self.symbols)
        if self.count == "words":
            return words.share(found.within(words, *self.symbols))
        return np.where(words.counts > 0, found.counts(*self.symbols) / np.maximum(words.counts, 1), 0.0)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The symbols."""
        if self.count == "whole":
            words = Text.of([document]).cut(self.cut)
            return evident(document, words, np.isin(words.hashes, hashes_of(self.symbols)), "symbol")
        return Phrases.evidence(document, self.symbols, "symbol")
