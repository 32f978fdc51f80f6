"""The signal `paragraph_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class ParagraphCount(Signal):
    """Paragraphs of a document: runs of lines between blank ones.

    >>> ParagraphCount()(["one\\nstill one\\n\\ntwo", " "]).tolist()
    [2, 0]
    """

    unit: ClassVar[str] = "paragraphs"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.paragraphs.counts
