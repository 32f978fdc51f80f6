"""The signal `duplicate_paragraph_fraction`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import ParagraphCut, evident, paragraphs, repeats
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class DuplicateParagraphFraction(Signal):
    """How much of a document is paragraphs it has more than once; 0 where nothing is repeated.

    `count` is "later" copies only, or "all" members of repeated paragraphs. They are counted as paragraphs, out of
    paragraphs, or in characters, out of the text's ("characters") or those of the paragraphs ("own_characters").
    Paragraphs are what lies between two or more line feeds in a row ("runs"); "stripped": without the white space around
    them, blank ones left out; "pairs": what two line feeds part, empty ones too.

    >>> DuplicateParagraphFraction()(["one\\n\\ntwo\\n\\none\\n\\n\\none", ""]).tolist()
    [0.5, 0.0]
    >>> DuplicateParagraphFraction(count="all", cut="stripped")(["one\\n\\ntwo\\n\\none\\n\\n\\none"]).tolist()
    [0.75]
    """

    of: Literal["paragraphs", "characters", "own_characters"] = "paragraphs"
    count: Literal["later", "all"] = "later"
    cut: ParagraphCut = "runs"

    def measure(self, text: Text) -> NDArray[Any]:
        column = (0 if self.count == "later" else 2) + (self.of != "paragraphs")
        return repeats(text, ("paragraphs", self.cut))[:, column] / np.maximum(self._whole(text), 1)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every copy after the first."""
        segments = paragraphs(Text.of([document]), self.cut)
        mask = np.ones(len(segments), np.bool_)
        mask[np.unique(segments.hashes, return_index=True)[1]] = False
        return evident(document, segments, mask & (segments.chars > 0), "repeated paragraph")

    def _whole(self, text: Text) -> NDArray[np.int64]:
        if self.of == "characters":
            return text.characters.total
        segments = paragraphs(text, self.cut)
        return segments.counts if self.of == "paragraphs" else segments.total_chars
