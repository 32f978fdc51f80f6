"""The signal `uppercase_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class UppercaseShare(Signal):
    """Share of the letters that are capitals; 0 for scripts without case and without letters.

    >>> UppercaseShare()(["SALE now", "我们", ""]).round(2).tolist()
    [0.57, 0.0, 0.0]
    """

    def measure(self, text: Text) -> NDArray[Any]:
        characters = text.characters
        return characters.upper / np.maximum(characters.letters, 1)
