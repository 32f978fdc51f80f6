"""The signal `empty_responses`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text
from dataqual.turns import UNANSWERED


@dataclass(frozen=True)
class EmptyResponses(Signal):
    """Responses of a chat that are empty, and one more where it ends with a prompt; 0 for a document that is no chat.

    >>> from dataqual.corpus import Corpus
    >>> chats = [{"prompt": "Why?", "completion": text} for text in ("Because.", " ", None)]
    >>> [batch] = Corpus.of(chats).batches()
    >>> EmptyResponses()(batch.text).tolist()
    [0, 1, 1]
    """

    unit: ClassVar[str] = "turns"
    of_turns: ClassVar[bool] = True

    def measure(self, text: Text) -> NDArray[Any]:
        return text.turns[:, UNANSWERED] if text.turns is not None else np.zeros(len(text), np.int64)
