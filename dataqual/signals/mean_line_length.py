"""The signal `mean_line_length`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, lines
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class MeanLineLength(Signal):
    """Characters of a document, line feeds among them, per line; low in menus and verse, 0 for an empty document.

    >>> MeanLineLength()(["one\\ntwo", "我们在海边", ""]).tolist()
    [3.5, 5.0, 0.0]
    """

    unit: ClassVar[str] = "characters"
    profiled: ClassVar[bool] = False
    lines: LineCut = "newline"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.characters.total / lines(text, self.lines).counts.clip(min=1)
