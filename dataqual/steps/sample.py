"""The step `sample`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heapreplace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.drawing import document_keys, uniform
from dataqual.errors import SpecError
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step, ViewName
from dataqual.steps._taking import By, Quota, Taken, Value, tallied


@dataclass(frozen=True)
class Sample(Step):
    """Keep a `share` of the documents, or so many `documents`, by hash of the address; a larger take has all of a smaller.

    A share is of the addresses: of many documents about so many. A number is exact, and all where there are fewer;
    `by` group or label spreads it over the values, and the documents without one, as they are in the corpus.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of([str(n) for n in range(1000)]).batches()
    >>> kept, [dropped] = Sample(share=0.1)(batch)
    >>> len(kept), len(dropped), dropped.threshold
    (115, 885, 'share 0.1')
    """

    view: ClassVar[ViewName | None] = None
    idempotent: ClassVar[bool] = False
    """A share of a share is smaller."""

    share: float | None = None
    documents: int | None = None
    by: By | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if (self.share is None) == (self.documents is None):
            raise SpecError("needs a share or a number of documents, and not both")
        if self.share is not None and not 0 <= self.share <= 1:
            raise SpecError(f"share is {self.share:g}, not from 0 to 1")
        if self.documents is not None and self.documents < 1:
            raise SpecError(f"documents is {self.documents}; it is at least 1")
        if self.by is not None and self.documents is None:
            raise SpecError("by goes with a number of documents; a share is the same of every value as it is")

    def prepare(self, corpus: Corpus, engine: Engine) -> Step:
        """A share needs no survey; for a number the smallest hashes are looked for."""
        if self.documents is None:
            return self
        tallies = tallied(corpus, engine, "sample", self.by, self.seed, self.documents)
        parts = proportional({value: tally.count for value, tally in tallies.items()}, self.documents)
        return Taken("sample", self.by, self.seed, {value: Quota.of(tallies[value], n) for value, n in parts.items()})

    def within(self, file: NDArray[np.int32], record: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which addresses are in the share."""
        if self.share is None:
            raise TypeError("a number of documents must see the corpus first: call prepare, and then what it returns")
        return uniform(document_keys(file, record, "sample", self.seed)) < self.share

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        stays = self.within(batch.file, batch.record)
        if stays.all():
            return batch, []
        return batch.where(stays), [Dropped(batch.where(~stays), "sample", "sample", threshold=f"share {self.share:g}")]


def proportional(counts: Mapping[Value, int], n: int) -> dict[Value, int]:
    """`n` spread over values as they are frequent, by Webster's method, which takes nothing away when `n` grows.

    >>> proportional({"en": 60, "zh": 30, None: 10}, 5)
    {'en': 3, 'zh': 2, None: 0}
    >>> proportional({"en": 2, "zh": 1}, 9)
    {'en': 2, 'zh': 1}
    """
    total = sum(counts.values())
    n = min(n, total)
    if not n:
        return dict.fromkeys(counts, 0)
    certain = max(n - len(counts), 0)  # of these fewer, no value can have more than half a document too many
    taken = {value: (2 * certain * count + total) // (2 * total) for value, count in counts.items()}
    order = {value: at for at, value in enumerate(counts)}

    def turn(value: Value) -> tuple[Fraction, int, Value]:
        """When a value has its next document."""
        return Fraction(2 * taken[value] + 1, 2 * counts[value]), order[value], value

    waiting = [turn(value) for value in counts if counts[value]]
    heapify(waiting)
    for _ in range(n - sum(taken.values())):
        value = waiting[0][2]
        taken[value] += 1
        heapreplace(waiting, turn(value))
    return taken
