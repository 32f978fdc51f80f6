"""The survey of children: in rounds they are made and kept on disk, and in the order in which they are made it is settled which stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.lazy import lazy
from dataqual.ledger import addresses
from dataqual.near_duplicates import NearDuplicates, Survey
from dataqual.operators import Engine
from dataqual.steps._asking import Asking, Pool, Round, first_round
from dataqual.steps._children_apart import Apart
from dataqual.steps._growing import Earlier
from dataqual.steps._kept_children import File, KeptChildren, Tried
from dataqual.steps._taking import Value
from dataqual.text import Text

Make = Callable[[Batch, NDArray[np.int64], int, Mapping[int, Earlier]], Sequence[Tried]]
"""Makes and judges so many children of each document of a batch, (documents,), in a round, the first being 0, after what was
tried of each address in earlier ones."""

First = Callable[[Batch], Sequence[Pool]]
"""Which documents of a batch may have children, and how many each is asked for in the first round."""


@dataclass(frozen=True, eq=False)
class MadeChildren:
    """What was tried: documents in the order of the corpus, and children that were accepted, numbered in that of their making."""

    kept: KeptChildren
    rounds: Sequence[Round]
    files: Sequence[File]
    """In the order of their making."""
    starts: NDArray[np.int64]
    """(files,): the number of the first child in each."""
    places: NDArray[np.uint64]
    """(documents,): their addresses, ascending."""
    batches: NDArray[np.int64]
    """(documents,): in files of which batch of `kept` each is."""
    parents: NDArray[np.int64]
    """(children,): whose each is."""
    apart: Apart

    @property
    def stay(self) -> NDArray[np.int64]:
        """(documents,): how many children of each are no near copies of those of others."""
        return np.bincount(self.parents[self.apart.stays], minlength=len(self.places))

    @property
    def stay_apart(self) -> NDArray[np.int64]:
        """(documents,): how many of these are no near copies of their siblings either."""
        return np.bincount(self.parents[self.apart.stays & ~self.apart.close], minlength=len(self.places))

    @lazy
    def _by_parent(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Children, those of one parent together, those apart first, and where those of each document begin."""
        order = np.lexsort((self.apart.close, self.parents))
        return order, np.searchsorted(self.parents[order], np.arange(len(self.places) + 1))

    @lazy
    def ranks(self) -> NDArray[np.int64]:
        """(children,): as which of those of its parent that stay each comes, from 1."""
        order, borders = self._by_parent
        stays = np.concatenate([[0], np.cumsum(self.apart.stays[order])])
        out = np.empty(len(order), np.int64)
        out[order] = stays[1:] - stays[borders[self.parents[order]]]
        return out

    def of(self, document: int) -> list[int]:
        """The numbers of the children of a document, in the order of their making."""
        order, borders = self._by_parent
        return sorted(order[borders[document] : borders[document + 1]].tolist())

    def at(self, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of a batch of which children may be made, and which document here each is."""
        own = addresses(batch.file, batch.record)
        found = np.searchsorted(self.places, own).clip(max=max(0, len(self.places) - 1))
        there = (self.places[found] == own) & ~batch.made if len(self.places) else np.zeros(len(batch), bool)
        rows = np.flatnonzero(there)
        return rows, found[rows]

    @lazy
    def _files_of(self) -> dict[int, list[File]]:
        found: dict[int, list[File]] = {}
        for file in self.files:
            found.setdefault(file.batch, []).append(file)
        return found

    def read(self, documents: NDArray[np.int64]) -> dict[int, list[Tried]] | None:
        """What was tried of these and their neighbours, by address, round after round; None where it is gone."""
        files = [
            file for batch in np.unique(self.batches[documents]).tolist() for file in self._files_of.get(batch, ())
        ]
        if not all(map(self.kept.has, files)):
            return None
        found: dict[int, list[Tried]] = {}
        for file in files:
            for one in self.kept.read(file):
                found.setdefault(one.place, []).append(one)
        return found

    def again(self, make: Make, batch: Batch) -> dict[int, list[Tried]]:
        """The same of a batch, made once more."""
        found: dict[int, list[Tried]] = {}
        for number, asked in enumerate(self.rounds):
            for one in make(batch, asked.of(batch), number, earlier(found)):
                found.setdefault(one.place, []).append(one)
        return found

    def texts(self, children: Sequence[int]) -> list[str]:
        """The texts of these children."""
        numbers = np.array(children, np.int64)
        files = np.searchsorted(self.starts, numbers, "right") - 1
        rows, out = numbers - self.starts[files], [""] * len(numbers)
        for at in np.unique(files).tolist():
            where = np.flatnonzero(files == at)
            for place, text in zip(where.tolist(), self.kept.texts(self.files[at], rows[where]), strict=True):
                out[place] = text.decode()
        return out

    def called(self, child: int) -> tuple[str, int]:
        """What the parent of a child is called, and as which of those that stay it comes, from 1."""
        file = self.files[int(np.searchsorted(self.starts, child, "right")) - 1]
        names = dict(self.kept.table(file, ["place", "called"]).iter_rows())
        return names[int(self.places[self.parents[child]])], int(self.ranks[child])


def earlier(tried: Mapping[int, Sequence[Tried]]) -> dict[int, Earlier]:
    """What must be known of what was tried, by address, to try more."""
    return {
        place: Earlier(
            max(one.asked for one in those),
            frozenset(child.text for one in those for child, _ in (*one.accepted, *one.refused)),
        )
        for place, those in tried.items()
    }


@dataclass(frozen=True, eq=False)
class _Done:
    """What was made of one batch in one round."""

    file: File
    pools: Sequence[Pool]
    places: NDArray[np.uint64]
    """(children,): of whom each is that was accepted."""


@dataclass(frozen=True, eq=False)
class _Making:
    """Makes the children of a batch in one round, unless an earlier run has; in any thread or process."""

    corpus: Corpus
    make: Make
    first: First
    kept: KeptChildren
    number: int
    asked: Round | None = None
    """Of rounds after the first."""

    def __call__(self, chunk: Chunk) -> _Done:
        file = File(self.number, chunk.index)
        pools: Sequence[Pool] = ()
        if self.asked is None:
            batch = self.corpus.parse(chunk)
            pools = self.first(batch)
            counts = first_round(pools).of(batch)
            if not self.kept.has(file):
                self.kept.write(file, self.make(batch, counts, 0, {}))
        elif not self.kept.has(file):
            batch = self.corpus.parse(chunk)
            found: dict[int, list[Tried]] = {}
            for number in range(self.number):
                if self.kept.has(File(number, chunk.index)):
                    for one in self.kept.read(File(number, chunk.index)):
                        found.setdefault(one.place, []).append(one)
            self.kept.write(file, self.make(batch, self.asked.of(batch), self.number, earlier(found)))
        rows = self.kept.table(file, ["place", "rule"])
        return _Done(file, pools, rows.filter(pl.col("rule").is_null())["place"].to_numpy())


@dataclass
class Rounds:
    """Makes children round after round, until as many are there as are wanted or nobody can give more."""

    make: Make
    first: First
    bounds: Bounds | None
    """How alike children of different parents may be."""
    corpus: Corpus
    engine: Engine

    def run(
        self, asking: Callable[[Sequence[Sequence[Pool]]], Asking], *, once: bool = False
    ) -> tuple[MadeChildren, Asking]:
        """All children; `once` with the first round alone. Of a child it takes 256 bytes of disk beside its text, and some 80 of memory."""
        kept = KeptChildren.at(self.engine.scratch)
        work = _Making(self.corpus, self.make, self.first, kept, 0)
        done = list(self.engine.map(work, self.corpus.chunks(), size=self.corpus.size))
        state = asking([one.pools for one in done])
        rounds = [state.last]
        files, found = [one.file for one in done], [one.places for one in done]
        while True:
            made = self._settled(kept, rounds, files, found, state)
            state.take(made.stay, made.stay_apart)
            asked = None if once else state.next()
            if asked is None:
                return made, state
            rounds.append(asked)
            batches = set(state.batches[state.counts > 0].tolist())
            chunks = (chunk for chunk in self.corpus.chunks() if chunk.index in batches)
            work = _Making(self.corpus, self.make, self.first, kept, len(rounds) - 1, asked)
            for one in self.engine.map(work, chunks, size=self.corpus.size):
                files.append(one.file)
                found.append(one.places)

    def _settled(
        self,
        kept: KeptChildren,
        rounds: Sequence[Round],
        files: Sequence[File],
        found: Sequence[NDArray[np.uint64]],
        state: Asking,
    ) -> MadeChildren:
        """All that is made so far, and which of it stays."""
        places = np.concatenate([np.zeros(0, np.uint64), *found])
        parents = np.searchsorted(state.places, places).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum([len(own) for own in found])])[:-1].astype(np.int64)
        none = Apart.all_stay(len(parents))
        made = MadeChildren(kept, tuple(rounds), tuple(files), starts, state.places, state.batches, parents, none)
        if self.bounds is None:
            return made
        with Survey(NearDuplicates(threshold=most_alike(self.bounds)), threads=self.engine.threads) as survey:
            for file, own in zip(files, found, strict=True):
                if len(own):
                    survey.add(survey.measure(Text.of_bytes(kept.texts(file))))
            apart = Apart.find(survey, made.texts, parents, self.bounds)
        return MadeChildren(kept, made.rounds, made.files, starts, state.places, state.batches, parents, apart)


def wanted_of(pools: Sequence[Sequence[Pool]], size: Callable[[Value, int], int]) -> dict[Value, int]:
    """Of each value how many children are wanted, where `size` tells that of a value and its number of documents."""
    there: dict[Value, int] = {}
    for those in pools:
        for pool in those:
            there[pool.value] = there.get(pool.value, 0) + len(pool.places)
    return {value: size(value, n) for value, n in there.items()}


def most_alike(bounds: Bounds) -> float:
    """From which similarity on a child is a near copy."""
    ends = [end for end in (bounds.below, bounds.max) if end is not None]
    return min([*ends, 1.0])
