"""The signal `duplicate_paragraph_fraction`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evident, paragraphs, repeats
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class DuplicateParagraphFraction(Signal):
    """How much of a document is copies of its earlier paragraphs, in paragraphs or in characters of the text.

    Paragraphs are what lies between two or more line feeds in a row; 0 where nothing is repeated.

    >>> DuplicateParagraphFraction()(["one\\n\\ntwo\\n\\none\\n\\n\\none", ""]).tolist()
    [0.5, 0.0]
    """

    of: Literal["paragraphs", "characters"] = "paragraphs"

    def measure(self, text: Text) -> NDArray[Any]:
        if self.of == "paragraphs":
            return repeats(text, "paragraphs")[:, 0] / paragraphs(text).counts
        return repeats(text, "paragraphs")[:, 1] / np.maximum(text.characters.total, 1)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every copy after the first."""
        segments = paragraphs(Text.of([document]))
        mask = np.ones(len(segments), np.bool_)
        mask[np.unique(segments.hashes, return_index=True)[1]] = False
        return evident(document, segments, mask, "repeated paragraph")
