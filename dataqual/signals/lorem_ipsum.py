"""The signal `lorem_ipsum`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.line_cuts import Phrases
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class LoremIpsum(Signal):
    """How often a document says "lorem ipsum", in any case: filler text.

    >>> LoremIpsum()(["Lorem ipsum dolor sit amet", ""]).tolist()
    [1, 0]
    """

    unit: ClassVar[str] = "places"

    def measure(self, text: Text) -> NDArray[Any]:
        return Phrases.of(text, ("lorem ipsum",)).counts("lorem ipsum")

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every place."""
        return Phrases.evidence(document, ("lorem ipsum",), "filler text")
