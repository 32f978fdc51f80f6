"""The signal `digit_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class DigitShare(Signal):
    """Share of a document's characters that are decimal digits of any script; 0 for an empty document.

    >>> DigitShare()(["a1२ ", ""]).tolist()
    [0.5, 0.0]
    """

    def measure(self, text: Text) -> NDArray[Any]:
        characters = text.characters
        return characters.digits / np.maximum(characters.total, 1)
