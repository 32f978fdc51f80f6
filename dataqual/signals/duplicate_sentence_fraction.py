"""The signal `duplicate_sentence_fraction`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evident, repeats_among
from dataqual.operators import Signal
from dataqual.text import Segments, Text


@dataclass(frozen=True)
class DuplicateSentenceFraction(Signal):
    """How much of a document is copies of its earlier sentences, of at least `min_chars` characters; 0 where nothing is repeated.

    It finds what repeats itself within one line, as generated text and pages in Chinese do. Counted in sentences, or in
    characters out of those of all its sentences.

    >>> DuplicateSentenceFraction()(["We sell shoes. We sell shoes. Call us now!", "今天天气很好。今天天气很好。", "Yes! Yes!"]).round(2).tolist()
    [0.33, 0.5, 0.0]
    """

    profiled: ClassVar[bool] = False
    of: Literal["sentences", "characters"] = "sentences"
    min_chars: int = 5

    def measure(self, text: Text) -> NDArray[Any]:
        repeated, sentences = repeats_among(self._long(text)), text.sentences
        whole = sentences.counts if self.of == "sentences" else sentences.total_chars
        return repeated[:, int(self.of == "characters")] / np.maximum(whole, 1)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every copy after the first."""
        sentences = self._long(Text.of([document]))
        mask = np.ones(len(sentences), np.bool_)
        mask[np.unique(sentences.hashes, return_index=True)[1]] = False
        return evident(document, sentences, mask, "repeated sentence")

    def _long(self, text: Text) -> Segments:
        return text.sentences.where(text.sentences.chars >= self.min_chars)
