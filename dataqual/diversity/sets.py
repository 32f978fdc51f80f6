"""Sets of equal size: what falls or rises with the size of a corpus is told of ten thousand words, or of a hundred documents.

A statistic such as the share of different words is no property of a corpus alone: a sample of it, or its next release, has
another because it is smaller or larger. Its mean over sets of a fixed size is one: any fair sample estimates it without
bias, and the sets, which share no document, say how surely (simulated in benchmarks/interval_coverage.py). The
standardised type-token ratio of corpus linguistics is the oldest of the kind (Scott 1996).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.intervals import t_of
from dataqual.reading import Interval, Reading, wilson

WORDS = 10_000
"""Words of a set: twenty pages, in which phrases begin to repeat."""
DOCUMENTS = 100
"""Documents of a set, for what compares all pairs."""
LEAST, MOST = 5, 40
"""How many sets: with fewer the spread is hardly known; with more nothing is learnt that is worth the time."""
STEPS = (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2)
"""Smaller sets, where there are not enough large ones."""


@dataclass(frozen=True)
class Sets:
    """Consecutive ranges of words, documents or bytes of a sample."""

    unit: str
    among: int
    """Size of each set."""
    count: int
    whole: bool
    """Whether the one set is all of a complete corpus."""

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Where each begins and ends."""
        return ((i * self.among, (i + 1) * self.among) for i in range(self.count))


def sets(sample: DocumentSample, total: int, among: int, unit: str, most: int = MOST) -> Sets:
    """The sets of `among` of `total` units; smaller ones where there are fewer than `LEAST`."""
    if total <= among and sample.complete:
        return Sets(unit, total, int(total > 0), whole=True)
    for size in (among, *(step for step in STEPS if step < among)):
        if total // size >= LEAST:
            return Sets(unit, size, min(most, total // size), whole=False)
    return Sets(unit, 1, 0, whole=False)


def word_sets(sample: DocumentSample, among: int = WORDS) -> Sets:
    """Of so many words in a row, across the borders of documents."""
    return sets(sample, len(Words.of(sample)), among, "words")


def document_sets(sample: DocumentSample, among: int = DOCUMENTS, most: int = MOST) -> Sets:
    """Of so many documents."""
    return sets(sample, len(sample), among, "documents", most=most)


def reading(
    sample: DocumentSample,
    name: str,
    over: Sets,
    values: Sequence[float],
    *,
    unit: str = "",
    ends: Interval = (-math.inf, math.inf),
    share: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> Reading:
    """The mean of a statistic over sets as a reading, `detail["among"]` the size of a set; `ends`: what it can be at all.

    Of a `share` of documents the interval is at least Wilson's, for sets that are all 0 do not prove that it is none.
    """
    more = {"among": over.among, "unit": over.unit, "sets": len(values), **(detail or {})}
    if not values:
        return sample.reading(name, None, unit=unit)
    value = float(np.mean(values))
    if over.whole:
        return Reading(name, value, len(sample), unit=unit, detail=more)
    interval = None
    if len(values) > 1:
        reach = t_of(0.95, len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
        interval = (max(ends[0], value - reach), min(ends[1], value + reach))
        seen = over.among * len(values)
        if share and (around := wilson(round(value * seen), seen)):
            interval = (min(interval[0], around[0]), max(interval[1], around[1]))
    return Reading(name, value, len(sample), unit=unit, method="sample", interval=interval, detail=more)
