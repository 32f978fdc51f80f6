"""The signal `response_ratio`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text
from dataqual.turns import ANSWERED, ASKED


@dataclass(frozen=True)
class ResponseRatio(Signal):
    """Characters of a chat's responses for each character of its prompts, as the record was read; may be above 1.

    Without a prompt it is the characters of the responses, and 0 for a document that is no chat.

    >>> from dataqual.corpus import Corpus
    >>> chats = [{"prompt": "Why?", "completion": "因为。"}, {"prompt": "Why?", "completion": ""}]
    >>> [batch] = Corpus.of(chats).batches()
    >>> ResponseRatio()(batch.text).tolist()
    [0.75, 0.0]
    """

    of_turns: ClassVar[bool] = True

    def measure(self, text: Text) -> NDArray[Any]:
        if text.turns is None:
            return np.zeros(len(text))
        return text.turns[:, ANSWERED] / text.turns[:, ASKED].clip(min=1)
