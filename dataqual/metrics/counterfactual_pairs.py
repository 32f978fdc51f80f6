"""The metric `counterfactual_pairs`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.people.counterfactuals import Gendered, gendered_sentences
from dataqual.people.mentions import Mentions
from dataqual.people.words import OURS, lexicon
from dataqual.reading import Reading

SIZE = 20_000


@dataclass(frozen=True)
class CounterfactualPairs(Metric[Gendered]):
    """The share of sentences with a gendered word that are there a second time with every gender changed; None of none.

    From `size` sentences drawn by a hash of what a pair has in common, so that pairs stay together; exact below that.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> read(CounterfactualPairs(), Corpus.of(["He is a nurse. She left the house.", "She is a nurse.", "她是护士"])).value
    0.5
    """

    size: int = SIZE
    lexicons: tuple[str, ...] = OURS

    def measure(self, measured: Measured) -> Gendered:
        _, key, sign = gendered_sentences(Mentions.of(measured.text, lexicon(*self.lexicons)))
        return Gendered.of(key, sign, np.ones(len(key), np.int64)).first(self.size + 1)

    def merge(self, first: Gendered, second: Gendered) -> Gendered:
        return first.merge(second).first(self.size + 1)

    def read(self, state: Gendered) -> Reading:
        complete = len(np.unique(state.key)) <= self.size
        sums = state.first(self.size).sums()
        detail = {"paired": sums.part, "clusters": sums.clusters}
        interval = None if complete else sums.interval()
        method = "exact" if complete else "sample"
        name = "counterfactual_pairs"
        return Reading(name, sums.value, sums.whole, "sentences", "", method, interval, detail)  # type: ignore[arg-type]
