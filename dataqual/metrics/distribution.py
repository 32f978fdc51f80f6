"""The metric `distribution`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.measured import Measured
from dataqual.operators import Metric, Signal
from dataqual.reading import Reading
from dataqual.sketch import Sketch

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Distribution(Metric[Sketch]):
    """How a signal is distributed over the documents; the value is its median, within one per cent.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> from dataqual.signals.word_count import WordCount
    >>> reading = read(Distribution(WordCount()), Corpus.of(["one two", "three", "four five six"]))
    >>> round(reading.value), reading.detail["max"], reading.detail["total"]
    (2, 3.0, 6.0)
    """

    signal: Signal

    def measure(self, measured: Measured) -> Sketch:
        return Sketch.of(measured[self.signal])

    def merge(self, first: Sketch, second: Sketch) -> Sketch:
        return first.merge(second)

    def read(self, state: Sketch) -> Reading:
        median = state.quantile(0.5)
        detail = {
            "min": state.low,
            "max": state.high,
            "mean": state.mean,
            "total": state.total,
            "quantiles": {str(q): state.quantile(q) for q in QUANTILES},
            "histogram": state.histogram(),
        }
        around = state.around(0.5)
        return Reading(
            "distribution", median, state.n, unit=self.signal.unit, method="sketch", interval=around, detail=detail
        )
