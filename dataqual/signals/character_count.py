"""The signal `character_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class CharacterCount(Signal):
    """Characters (Unicode code points) of a document.

    >>> CharacterCount()(["Zoë", "我们", ""]).tolist()
    [3, 2, 0]
    """

    unit: ClassVar[str] = "characters"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.characters.total
