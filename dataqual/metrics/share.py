"""The metric `share`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataqual.bounds import Bounds
from dataqual.examples import Examples, choose, merge
from dataqual.measured import Measured
from dataqual.operators import Metric, Signal
from dataqual.reading import Reading


@dataclass(frozen=True)
class Hits:
    """How many documents of how many, what the signal adds up to, and a few of them."""

    hits: int = 0
    n: int = 0
    total: int = 0
    examples: Examples = ()


@dataclass(frozen=True)
class Share(Metric[Hits]):
    """The share of documents on which a signal lies within bounds; None of an empty corpus.

    `detail` holds the number of documents and the signal's sum over them (whole numbers only).

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> from dataqual.signals.word_count import WordCount
    >>> read(Share(WordCount(), Bounds(max=1)), Corpus.of(["one two", "three", ""])).detail
    {'documents': 2, 'total': 1}
    """

    signal: Signal
    bounds: Bounds

    def measure(self, measured: Measured) -> Hits:
        values = measured[self.signal]
        hit = self.bounds.accept(values)
        total = int(np.floor(values[hit]).sum())
        return Hits(int(hit.sum()), len(values), total, choose(measured, hit, values))

    def merge(self, first: Hits, second: Hits) -> Hits:
        return Hits(
            first.hits + second.hits,
            first.n + second.n,
            first.total + second.total,
            merge(first.examples, second.examples),
        )

    def read(self, state: Hits) -> Reading:
        value = state.hits / state.n if state.n else None
        return Reading("share", value, state.n, detail={"documents": state.hits, "total": state.total})
