"""A batch and the signals measured on it so far: each is computed once, by whoever asks first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.operators import Signal
from dataqual.text import Text


class Measured:
    """Looks like a table of signals: `measured[WordCount()]` is the array for this batch.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.signals.word_count import WordCount
    >>> [batch] = Corpus.of(["two words", ""]).batches()
    >>> Measured(batch)[WordCount()].tolist()
    [2, 0]
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._values: dict[Signal, NDArray[Any]] = {}

    @property
    def text(self) -> Text:
        """The batch's documents."""
        return self.batch.text

    def __len__(self) -> int:
        return len(self.batch)

    def __getitem__(self, signal: Signal) -> NDArray[Any]:
        values = self._values.get(signal)
        if values is None:
            values = self._values[signal] = signal.measure(self.batch.text)
        return values
