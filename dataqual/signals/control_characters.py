"""The signal `control_characters`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class ControlCharacters(Signal):
    """Control characters that are no white space (NUL, escape, C1 and the like).

    >>> ControlCharacters()(["a\\x00b\\x1b", "tab\\tis fine\\n"]).tolist()
    [2, 0]
    """

    unit: ClassVar[str] = "characters"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.characters.control
