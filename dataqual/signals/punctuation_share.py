"""The signal `punctuation_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class PunctuationShare(Signal):
    """Share of a document's characters that are punctuation (general category P); 0 for an empty document.

    >>> PunctuationShare()(["a,b。", ""]).tolist()
    [0.5, 0.0]
    """

    def measure(self, text: Text) -> NDArray[Any]:
        characters = text.characters
        return characters.punctuation / np.maximum(characters.total, 1)
