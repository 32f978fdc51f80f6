"""The metric `documents`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.reading import Reading


@dataclass(frozen=True)
class Documents(Metric[int]):
    """How many documents were read; empty ones are documents.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> read(Documents(), Corpus.of(["a", ""])).value
    2
    """

    def measure(self, measured: Measured) -> int:
        return len(measured)

    def merge(self, first: int, second: int) -> int:
        return first + second

    def read(self, state: int) -> Reading:
        return Reading("documents", state, n=state, unit="documents")
