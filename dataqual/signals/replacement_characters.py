"""The signal `replacement_characters`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class ReplacementCharacters(Signal):
    """U+FFFD: what a decoder left where it could not read; the text behind it is lost.

    >>> ReplacementCharacters()(["caf\\ufffd", "café"]).tolist()
    [1, 0]
    """

    unit: ClassVar[str] = "characters"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.characters.replacement

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every run of them."""
        return [(*run.span(), "replacement characters") for run in re.finditer("\ufffd+", document)]
