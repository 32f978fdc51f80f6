"""The signal `turn_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text
from dataqual.turns import TURNS


@dataclass(frozen=True)
class TurnCount(Signal):
    """Turns of a chat, or fields of an instruction, empty ones too, as the record was read; 0 for a document that is none.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of([{"prompt": "Why?", "completion": ""}]).batches()
    >>> TurnCount()(batch.text).tolist(), TurnCount()(["Why?"]).tolist()
    ([2], [0])
    """

    unit: ClassVar[str] = "turns"
    of_turns: ClassVar[bool] = True

    def measure(self, text: Text) -> NDArray[Any]:
        return text.turns[:, TURNS] if text.turns is not None else np.zeros(len(text), np.int64)
