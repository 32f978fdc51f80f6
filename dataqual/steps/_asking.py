"""Which documents are asked for how many children: each for its own share, and those that give some for the shares of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.ledger import addresses
from dataqual.steps._taking import Value

MOST = 10
"""Children of one document at most, where nothing else is said: of more, each says little that its siblings do not."""

LARGEST = 100
"""What may be said."""


def most_for(factor: float, most: int | None) -> int:
    """Children of one document at most: as many as are said, else ten, or twice its share where that is more.

    >>> most_for(2.0, None), most_for(100.0, None), most_for(100.0, 3)
    (10, 198, 3)
    """
    return most or max(MOST, 2 * ceil(factor - 1))


@dataclass(frozen=True, eq=False)
class Round:
    """How many children each document is asked for."""

    places: NDArray[np.uint64]
    """Their addresses, ascending."""
    counts: NDArray[np.int64]

    def of(self, batch: Batch) -> NDArray[np.int64]:
        """The number for each document of a batch, (documents,); 0 of a child, which has the address of its parent."""
        places = addresses(batch.file, batch.record)
        if not len(self.places):
            return np.zeros(len(batch), np.int64)
        at = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where((self.places[at] == places) & ~batch.made, self.counts[at], 0)


@dataclass(frozen=True, eq=False)
class Pool:
    """Documents of one batch that may have children, of one value: what the first round tells of them."""

    value: Value
    places: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]
    """How many children each is asked for in that round."""


def first_round(pools: Sequence[Pool]) -> Round:
    """The first, of the pools of one batch."""
    places = np.concatenate([np.zeros(0, np.uint64), *(pool.places for pool in pools)])
    counts = np.concatenate([np.zeros(0, np.int64), *(pool.counts for pool in pools)])
    order = np.argsort(places)
    return Round(places[order], counts[order])


class Asking:
    """Documents that may have children, in the order of the corpus, and what came of asking them; 80 bytes for each.

    Those with the fewest children are asked first, in the order of their keys. Children that are apart from their siblings
    are asked for as long as somebody gives any, and only then such as are near copies of these.

    >>> own = Pool("rare", np.arange(3, dtype=np.uint64), np.array([3, 1, 2], np.uint64), np.ones(3, np.int64))
    >>> asking = Asking([[own]], {"rare": 3}, most=10)
    >>> asking.take(np.array([0, 1, 1]), np.array([0, 1, 1]))  # the first gave none
    >>> (again := asking.next()).places.tolist(), again.counts.tolist()
    ([1], [1])
    >>> asking.take(np.array([0, 2, 1]), np.array([0, 2, 1]))
    >>> asking.next(), asking.gets.tolist()
    (None, [0, 2, 1])
    """

    def __init__(
        self, batches: Sequence[Sequence[Pool]], wanted: Mapping[Value, int], *, most: int, exactly: bool = False
    ) -> None:
        """Of what the first round said of each batch, in their order.

        `exactly`: no more are asked for than are missing, because each is dear; else as many as make up for those that will fail.
        """
        self.values, self.wanted, self.most, self.exactly = list(wanted), wanted, most, exactly
        number = {value: at for at, value in enumerate(self.values)}
        pools = [(at, pool) for at, those in enumerate(batches) for pool in those if pool.value in number]
        sizes = [len(pool.places) for _, pool in pools]
        places = np.concatenate([np.zeros(0, np.uint64), *(pool.places for _, pool in pools)])
        order = np.argsort(places, kind="stable")
        n = len(places)
        self.places: NDArray[np.uint64] = places[order]
        """(documents,): ascending, as all others in this order."""
        self.value: NDArray[np.int32] = np.repeat(np.array([number[pool.value] for _, pool in pools], np.int32), sizes)[
            order
        ]
        """(documents,): the number of its value."""
        self.batches: NDArray[np.int64] = np.repeat(np.array([at for at, _ in pools], np.int64), sizes)[order]
        self.keys: NDArray[np.uint64] = np.concatenate([np.zeros(0, np.uint64), *(pool.keys for _, pool in pools)])[
            order
        ]
        self.shares: NDArray[np.int64] = np.concatenate([np.zeros(0, np.int64), *(pool.counts for _, pool in pools)])[
            order
        ]
        """(documents,): asked for in the first round."""
        self.counts = self.shares
        """(documents,): asked for in the last round."""
        self.tried = np.zeros(n, bool)
        """(documents,): whether each was asked for any."""
        self.stay, self.apart = np.zeros(n, np.int64), np.zeros(n, np.int64)
        """(documents,): children that each has, and those of them that are no near copies of their siblings."""
        self.gives, self.gives_apart = np.ones(n, bool), np.ones(n, bool)
        """(documents,): whether each has given all that it was asked for, and all of them apart."""
        self.odds = np.ones(len(self.values))
        """(values,): how many were asked for in the last round for each that came."""

    @property
    def last(self) -> Round:
        """Who was asked last, or is to be."""
        rows = np.flatnonzero(self.counts)
        return Round(self.places[rows], self.counts[rows])

    def take(self, stay: NDArray[np.int64], apart: NDArray[np.int64]) -> None:
        """What came of the round: how many children each document has now, and how many of these are apart, (documents,)."""
        asked, came, came_apart = self.counts > 0, stay - self.stay, apart - self.apart
        if self.tried.any():  # the first round says of its documents, not of those that are asked again
            self._learn(came)
        self.gives &= ~asked | (came >= self.counts)
        self.gives_apart &= ~asked | (came_apart >= self.counts)
        self.tried |= asked
        self.stay, self.apart = stay, apart

    def _learn(self, came: NDArray[np.int64]) -> None:
        """How many are asked for next: twice as many where none came, so that the last one is not looked for one by one."""
        for at in range(len(self.values)):
            own = self.value == at
            asked, there = int(self.counts[own].sum()), int(came[own].sum())
            if asked and there <= 0:
                self.odds[at] *= 2
            elif asked:
                self.odds[at] = 1.0 if self.exactly else max(1.0, asked / there)

    def next(self) -> Round | None:
        """Who is asked now; None where enough are there, or nobody gives more."""
        self.counts = np.zeros(len(self.places), np.int64)
        for at, value in enumerate(self.values):
            if self.wanted[value] > 0:
                self._ask(at, self.wanted[value])
        return self.last if self.counts.any() else None

    def _ask(self, at: int, wanted: int) -> None:
        own = np.flatnonzero(self.value == at)
        below = self.stay[own] < self.most
        for there, gives in ((self.apart, self.gives_apart), (self.stay, self.gives)):
            short, able = wanted - int(there[own].sum()), own[gives[own] & below]
            if short <= 0:
                return
            if len(able):
                need = ceil(short * self.odds[at])
                able = able[np.lexsort((self.keys[able], self.stay[able]))][:need]
                each = np.minimum(need // len(able), np.maximum(1, self.stay[able]))
                self.counts[able] = np.minimum(each, self.most - self.stay[able])
                return

    @property
    def gets(self) -> NDArray[np.int64]:
        """How many children each document gets, (documents,): those that are apart, and as many others as are missing.

        Where these are too many, documents with most give up theirs; where others are needed, those with fewest come first.
        """
        out = self.apart.copy()
        for at, value in enumerate(self.values):
            own = np.flatnonzero(self.value == at)
            while (over := int(out[own].sum()) - self.wanted[value]) > 0:
                rows = own[out[own] == out[own].max()]
                out[rows[np.argsort(self.keys[rows], kind="stable")][::-1][:over]] -= 1
            while over < 0 and len(rows := own[out[own] < self.stay[own]]):
                rows = rows[out[rows] == out[rows].min()]
                out[rows[np.argsort(self.keys[rows], kind="stable")][:-over]] += 1
                over = int(out[own].sum()) - self.wanted[value]
        return out

    def at_most(self, at: int) -> int:
        """How many documents of a value, by its number, would be asked for more were they not to have `most` at most."""
        return int((self.gives & self.tried & (self.stay >= self.most) & (self.value == at)).sum())
