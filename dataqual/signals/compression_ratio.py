"""The signal `compression_ratio`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class CompressionRatio(Signal):
    """How many times smaller zlib makes a document: about 2 to 3 for prose, far above for what repeats itself, 0 for an empty one.

    Bytes of the text over bytes compressed (Shaib et al. 2024, for corpora). It grows with length, and short documents may lie
    below 1; it takes 15 to 30 ns a byte, so a profile does not measure it by itself.

    >>> CompressionRatio()(["over and over " * 100, "a short one", ""]).round().tolist()
    [44.0, 1.0, 0.0]
    """

    profiled: ClassVar[bool] = False

    level: int = 6

    def measure(self, text: Text) -> NDArray[Any]:
        sizes = text.byte_counts
        data = text.data.tobytes()
        borders = text.offsets.tolist()
        packed = [len(zlib.compress(data[a:b], self.level)) for a, b in pairwise(borders)]
        ratios: NDArray[Any] = sizes / np.maximum(np.array(packed, np.int64), 1)
        return ratios
