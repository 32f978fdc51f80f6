"""The metric `homogenization`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from dataqual.diversity.overlap import rouge_l
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.intervals import ratio
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class Homogenization(SampleMetric):
    """How alike documents are (Padmakumar and He 2024): the mean ROUGE-L F1 of two of them; 0 where no two share a word.

    Over `pairs` of which none share a document, or over all where there are no more. Of each document the first 400 words.
    None of fewer than two documents.

    >>> Homogenization()(["a b c d", "a b x y"]).value, Homogenization()(["a b", "c d"]).value
    (0.5, 0.0)
    """

    pairs: int = 400

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, pairs=self.pairs)

    def estimate(self, sample: DocumentSample) -> Reading:
        words, n = Words.of(sample), len(sample)
        borders = words.offsets.tolist()
        documents = [words.codes[a:b] for a, b in pairwise(borders)]
        every = sample.complete and n * (n - 1) // 2 <= max(self.pairs, 1000)
        chosen = (
            list(combinations(range(n), 2)) if every else [(2 * i, 2 * i + 1) for i in range(min(self.pairs, n // 2))]
        )
        value, interval = ratio([rouge_l(documents[a], documents[b]) for a, b in chosen], np.ones(len(chosen)))
        detail = {"pairs": len(chosen)}
        if every:
            return Reading("homogenization", value, n, detail=detail)
        if interval is not None:
            interval = (max(0.0, interval[0]), min(1.0, interval[1]))
        return Reading("homogenization", value, n, method="sample", interval=interval, detail=detail)
