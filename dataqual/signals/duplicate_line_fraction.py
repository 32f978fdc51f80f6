"""The signal `duplicate_line_fraction`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, evident, lines, repeats
from dataqual.operators import Signal, Worse
from dataqual.text import Text


@dataclass(frozen=True)
class DuplicateLineFraction(Signal):
    """How much of a document is lines it has more than once; 0 where nothing is repeated.

    `count` is "later" copies only, or "all" members of repeated lines. They are counted as lines, out of lines,
    or in characters, out of the text's ("characters"), those of its whitespace-separated words
    ("word_characters", which can exceed 1), those that are no line feed ("line_characters") or those of the lines as they
    are cut ("own_characters").

    >>> DuplicateLineFraction()(["a\\nb\\na\\nc", ""]).tolist()
    [0.25, 0.0]
    >>> DuplicateLineFraction(count="all", lines="newline")(["a\\nb\\na\\nc", ""]).tolist()
    [0.5, 0.0]
    """

    worse: ClassVar[Worse | None] = "high"

    count: Literal["later", "all"] = "later"
    lines: LineCut = "newline_runs"
    of: Literal["lines", "characters", "word_characters", "line_characters", "own_characters"] = "lines"

    def measure(self, text: Text) -> NDArray[Any]:
        column = (0 if self.count == "later" else 2) + (self.of != "lines")
        return repeats(text, self.lines)[:, column] / np.maximum(self._whole(text), 1)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every copy after the first."""
        segments = lines(Text.of([document]), self.lines)
        mask = np.ones(len(segments), np.bool_)
        mask[np.unique(segments.hashes, return_index=True)[1]] = False
        return evident(document, segments, mask & (segments.chars > 0), "repeated line")

    def _whole(self, text: Text) -> NDArray[np.int64]:
        if self.of == "lines":
            return lines(text, self.lines).counts
        if self.of == "word_characters":
            words = text.cut("whitespace")
            return words.total_chars
        if self.of == "own_characters":
            segments = lines(text, self.lines)
            return segments.total_chars
        line_feeds = text.characters.ascii[:, 10] if self.of == "line_characters" else 0
        return text.characters.total - line_feeds
