"""The signal `control_characters`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
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

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every one of them."""
        counted = Text.of(list(document)).characters.control
        return [(int(at), int(at) + 1, "control character") for at in np.flatnonzero(counted)]
