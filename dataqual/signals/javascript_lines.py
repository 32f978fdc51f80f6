"""The signal `javascript_lines`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, Phrases, evident, lines
from dataqual.operators import Signal
from dataqual.text import Segments, Text


@dataclass(frozen=True)
class JavascriptLines(Signal):
    """Lines that mention "javascript" in any case, mostly requests to switch it on.

    >>> JavascriptLines()(["Please enable JavaScript.\\nThank you.", ""]).tolist()
    [1, 0]
    """

    unit: ClassVar[str] = "lines"
    lines: LineCut = "splitlines"

    def measure(self, text: Text) -> NDArray[Any]:
        segments, mask = self._marked(text)
        return segments.total(mask)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines."""
        return evident(document, *self._marked(Text.of([document])), "mentions javascript")

    def _marked(self, text: Text) -> tuple[Segments, NDArray[np.bool_]]:
        segments = lines(text, self.lines)
        return segments, Phrases.of(text, ("javascript",)).within(segments, "javascript")
