"""The signal `han_share`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import SCRIPTS, Text

HAN = SCRIPTS.index("Han")


@dataclass(frozen=True)
class HanShare(Signal):
    """Share of a document's characters that are Han, as Chinese is written in and Japanese in part; 0 for an empty one.

    `characters` "basic": only U+4E00 to U+9FA5, the Han characters of Unicode 1.1, as regular expressions often have them.

    >>> HanShare()(["我们的book", "これは本です", "prose", ""]).round(2).tolist()
    [0.43, 0.17, 0.0, 0.0]
    """

    characters: Literal["han", "basic"] = "han"

    def measure(self, text: Text) -> NDArray[Any]:
        counts = text.characters
        found = counts.scripts[:, HAN] if self.characters == "han" else _count_basic(text)
        return found / np.maximum(counts.total, 1)


def _count_basic(text: Text) -> NDArray[np.int64]:
    """Characters from U+4E00 (E4 B8 80) to U+9FA5 (E9 BE A5) of each document."""
    lead = np.flatnonzero((text.data >= 0xE4) & (text.data <= 0xE9))
    middle, last = text.data[lead + 1], text.data[lead + 2]
    late = (text.data[lead] == 0xE9) & ((middle > 0xBE) | ((middle == 0xBE) & (last > 0xA5)))
    early = (text.data[lead] == 0xE4) & (middle < 0xB8)
    return np.diff(np.searchsorted(lead[~(late | early)], text.offsets))
