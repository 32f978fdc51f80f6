"""The signal `word_entropy`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.published_words import WordCut, ngrams
from dataqual.text import Text


@dataclass(frozen=True)
class WordEntropy(Signal):
    """Entropy of a document's word frequencies in bits; 0 for fewer than two different words.

    >>> WordEntropy()(["a b c d", "no no no", ""]).tolist()
    [2.0, 0.0, 0.0]
    """

    unit: ClassVar[str] = "bits"
    cut: WordCut = "tokens"

    def measure(self, text: Text) -> NDArray[Any]:
        return ngrams(text, self.cut).word_entropy
