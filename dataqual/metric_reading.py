"""`read`: what a metric says of a whole corpus, for tests and small corpora; a profile reads many in one pass."""

from __future__ import annotations

from typing import Any

from dataqual.corpus import Batch, Corpus
from dataqual.measured import Measured
from dataqual.metric import Metric
from dataqual.reading import Reading


def read(metric: Metric[Any], corpus: Corpus) -> Reading:
    """The reading of a metric on a whole corpus, in one pass and one thread; defined on the empty corpus.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metrics.documents import Documents
    >>> read(Documents(), Corpus.of(["a", ""])).value
    2
    """
    state = metric.measure(Measured(Batch.empty(corpus.columns, corpus.view)))
    for batch in corpus.batches():
        state = metric.merge(state, metric.measure(Measured(batch)))
    return metric.read(state)
