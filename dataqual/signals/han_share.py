"""The signal `han_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import SCRIPTS, Text

HAN = SCRIPTS.index("Han")


@dataclass(frozen=True)
class HanShare(Signal):
    """Share of a document's characters that are Han, as Chinese is written in and Japanese in part; 0 for an empty one.

    >>> HanShare()(["我们的book", "これは本です", "prose", ""]).round(2).tolist()
    [0.43, 0.17, 0.0, 0.0]
    """

    def measure(self, text: Text) -> NDArray[Any]:
        characters = text.characters
        return characters.scripts[:, HAN] / np.maximum(characters.total, 1)
