"""The signal `sentence_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class SentenceCount(Signal):
    """Sentences of a document, by the terminal punctuation of its script.

    >>> SentenceCount()(["Mr. J. Smith is in. Is he?", "你好。再见！", ""]).tolist()
    [3, 2, 0]
    """

    unit: ClassVar[str] = "sentences"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.sentences.counts
