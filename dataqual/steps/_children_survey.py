"""The survey of children: all are made once and kept on disk, and in the order of the corpus it is settled which stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.ledger import addresses
from dataqual.near_duplicates import NearDuplicates, Part, Signing, Survey
from dataqual.operators import Engine
from dataqual.steps._children_apart import Apart
from dataqual.steps._kept_children import KeptChildren, Tried
from dataqual.text import Text

Try = Callable[[Batch], Sequence[Tried]]
"""Makes and judges the children of a batch."""


@dataclass(frozen=True, eq=False)
class MadeChildren:
    """What was tried, in the order of the corpus: documents, and their children that were accepted, which are numbered."""

    kept: KeptChildren
    places: NDArray[np.uint64]
    """(documents,): their addresses, ascending."""
    batches: NDArray[np.int64]
    """(documents,): in which file of `kept` each is."""
    first: NDArray[np.int64]
    """(documents,): the number of the first child of each."""
    parents: NDArray[np.int64]
    """(children,): whose each is."""
    starts: NDArray[np.int64]
    """(files,): the number of the first child in each."""
    apart: Apart

    @property
    def stay(self) -> NDArray[np.int64]:
        """(documents,): how many children of each are no near copies of others'."""
        return np.bincount(self.parents[self.apart.like < 0], minlength=len(self.places))

    def at(self, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of a batch of which children were tried, and which document here each is."""
        own = addresses(batch.file, batch.record)
        found = np.searchsorted(self.places, own).clip(max=max(0, len(self.places) - 1))
        there = (self.places[found] == own) & ~batch.made if len(self.places) else np.zeros(len(batch), bool)
        rows = np.flatnonzero(there)
        return rows, found[rows]

    def can_have(self, batch: Batch) -> NDArray[np.int64]:
        """How many children of each document of a batch stay, (documents,)."""
        rows, documents = self.at(batch)
        out = np.zeros(len(batch), np.int64)
        out[rows] = self.stay[documents]
        return out

    def read(self, documents: NDArray[np.int64]) -> dict[int, Tried] | None:
        """What was tried of these and their neighbours, by address; None where it is gone."""
        files = np.unique(self.batches[documents]).tolist()
        if not all(map(self.kept.has, files)):
            return None
        return {one.place: one for number in files for one in self.kept.read(number)}

    def texts(self, children: Sequence[int]) -> list[str]:
        """The texts of these children."""
        numbers = np.array(children, np.int64)
        files = self.batches[self.parents[numbers]]
        return self.kept.texts(files, numbers - self.starts[files])

    def called(self, children: NDArray[np.int64]) -> list[tuple[str, int]]:
        """What the parents of these children are called, and as which of those that stay each comes, from 1."""
        documents = self.parents[children]
        names: dict[int, str] = {}
        for number in np.unique(self.batches[documents]).tolist():
            names |= dict(self.kept.table(number, ["place", "called"]).iter_rows())
        stays = np.concatenate([[0], np.cumsum(self.apart.like < 0)])
        ranks = stays[children + 1] - stays[self.first[documents]]
        return [
            (names[place], rank) for place, rank in zip(self.places[documents].tolist(), ranks.tolist(), strict=True)
        ]


@dataclass(frozen=True, eq=False)
class _Made:
    """What was made of one batch."""

    batch: int
    places: NDArray[np.uint64]
    counts: NDArray[np.int64]
    part: Part


@dataclass(frozen=True, eq=False)
class _Making:
    """Makes the children of a batch, unless an earlier run has; in any thread or process."""

    corpus: Corpus
    make: Try
    kept: KeptChildren
    signing: Signing

    def __call__(self, chunk: Chunk) -> _Made:
        if not self.kept.has(chunk.index):
            self.kept.write(chunk.index, self.make(self.corpus.parse(chunk)))
        rows = self.kept.table(chunk.index, ["place", "text", "rule"])
        each = rows.group_by("place", maintain_order=True).agg(pl.col("rule").is_null().sum().cast(pl.Int64).alias("n"))
        texts = rows.filter(pl.col("rule").is_null())["text"].to_list()
        part = self.signing(Text.of_bytes(texts))
        return _Made(chunk.index, each["place"].to_numpy(), each["n"].to_numpy(), part)


@dataclass
class _Documents:
    """What is remembered of each while the survey goes on."""

    places: list[NDArray[np.uint64]] = field(default_factory=lambda: [np.zeros(0, np.uint64)])
    batches: list[NDArray[np.int64]] = field(default_factory=lambda: [np.zeros(0, np.int64)])
    counts: list[NDArray[np.int64]] = field(default_factory=lambda: [np.zeros(0, np.int64)])
    starts: list[int] = field(default_factory=list)
    children: int = 0

    def add(self, made: _Made) -> None:
        self.starts += [self.children] * (made.batch + 1 - len(self.starts))
        self.places.append(made.places)
        self.batches.append(np.full(len(made.places), made.batch, np.int64))
        self.counts.append(made.counts)
        self.children += int(made.counts.sum())


def made_children(make: Try, bounds: Bounds | None, corpus: Corpus, engine: Engine) -> MadeChildren:
    """Make all, and find those that are near copies, outside of the bounds, of children of other parents.

    Of a child it takes 256 bytes of disk beside its text, and some 80 of memory.
    """
    kept, seen = KeptChildren.at(engine.scratch), _Documents()
    near = NearDuplicates() if bounds is None else NearDuplicates(threshold=most_alike(bounds))
    with Survey(near, near=bounds is not None, threads=engine.threads) as survey:
        for made in engine.map(_Making(corpus, make, kept, survey.signing), corpus.chunks(), size=corpus.size):
            survey.add(made.part)
            seen.add(made)
        counts = np.concatenate(seen.counts)
        parents = np.repeat(np.arange(len(counts)), counts)
        none = Apart(np.full(len(parents), -1, np.int64), np.zeros(len(parents)))
        found = MadeChildren(
            kept,
            np.concatenate(seen.places),
            np.concatenate(seen.batches),
            np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)[: len(counts)],
            parents,
            np.array(seen.starts, np.int64),
            none,
        )
        if bounds is None:
            return found
        return replace(found, apart=Apart.find(survey, found.texts, parents, bounds))


def most_alike(bounds: Bounds) -> float:
    """From which similarity on a child is a near copy."""
    ends = [end for end in (bounds.below, bounds.max) if end is not None]
    return min([*ends, 1.0])
