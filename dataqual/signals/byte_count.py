"""The signal `byte_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class ByteCount(Signal):
    """Bytes of a document as UTF-8.

    >>> ByteCount()(["Zoë", "我们", ""]).tolist()
    [4, 6, 0]
    """

    unit: ClassVar[str] = "bytes"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.byte_counts
