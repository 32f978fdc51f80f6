"""The signal `line_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class LineCount(Signal):
    """Lines of a document that are not blank.

    >>> LineCount()(["one\\n\\ntwo\\n", ""]).tolist()
    [2, 0]
    """

    unit: ClassVar[str] = "lines"

    def measure(self, text: Text) -> NDArray[Any]:
        lines = text.lines.stripped
        return lines.total(lines.chars > 0)
