"""The signal `bullet_lines`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, begins_with, evident, lines
from dataqual.operators import Signal
from dataqual.text import Segments, Text


@dataclass(frozen=True)
class BulletLines(Signal):
    """Share of lines that begin with a bullet, after white space only if `indented`; 0 without lines.

    >>> BulletLines()(["• one\\n  - two\\nthree\\n* four", ""]).tolist()
    [0.5, 0.0]
    """

    marks: tuple[str, ...] = ("•", "-")
    lines: LineCut = "splitlines"
    indented: bool = True

    def measure(self, text: Text) -> NDArray[Any]:
        segments, mask = self._marked(text)
        return segments.share(mask)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines with a bullet."""
        return evident(document, *self._marked(Text.of([document])), "bullet")

    def _marked(self, text: Text) -> tuple[Segments, NDArray[np.bool_]]:
        segments = lines(text, self.lines)
        segments = segments.stripped if self.indented else segments
        return segments, begins_with(segments, *self.marks)
