"""The signal `whitespace_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class WhitespaceShare(Signal):
    """Share of a document's characters that are white space; 0 for an empty document.

    >>> WhitespaceShare()(["a b\\n", ""]).tolist()
    [0.5, 0.0]
    """

    def measure(self, text: Text) -> NDArray[Any]:
        characters = text.characters
        return characters.space / np.maximum(characters.total, 1)
