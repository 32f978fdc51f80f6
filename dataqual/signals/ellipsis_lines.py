"""The signal `ellipsis_lines`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, ends_with, evident, in_lower_case, lines
from dataqual.operators import Signal
from dataqual.text import Segments, Text


@dataclass(frozen=True)
class EllipsisLines(Signal):
    """Share of lines that end with an ellipsis, white space after it allowed if `before_space`; 0 without lines.

    With `any_case` the marks, to be given in lower case, are met by ASCII capitals too: "Read More" ends with "read more".

    >>> EllipsisLines()(["Read more...\\nand on… \\nThe end.", ""]).round(2).tolist()
    [0.67, 0.0]
    """

    marks: tuple[str, ...] = ("...", "…")
    lines: LineCut = "splitlines"
    before_space: bool = True
    any_case: bool = False

    def measure(self, text: Text) -> NDArray[Any]:
        segments, mask = self._marked(text)
        return segments.share(mask)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines that end with an ellipsis."""
        return evident(document, *self._marked(Text.of([document])), "ends with an ellipsis")

    def _marked(self, text: Text) -> tuple[Segments, NDArray[np.bool_]]:
        segments = lines(text, self.lines)
        segments = segments.stripped if self.before_space else segments
        return segments, ends_with(in_lower_case(segments) if self.any_case else segments, *self.marks)
