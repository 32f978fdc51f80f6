"""What a survey of copies found, told of the records of a corpus, and the step that drops them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.images.perceptual import PictureCopies, PicturePart, PictureSigning
from dataqual.lazy import lazy
from dataqual.ledger import RECORD_BITS, Dropped, Originals, addresses, places
from dataqual.near_duplicates import Before, Embedding, Part, Signing
from dataqual.operators import Engine, Step

AnySigning = Signing | Embedding | PictureSigning
AnyPart = Part | PicturePart


class Earlier(Protocol):
    """Documents that come before those of a corpus: copies of them go, and they themselves are never written."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files they are in."""

    def before(self, documents: int) -> Before:
        """What is known of them, once their number is."""

    def parts(self, signing: AnySigning, engine: Engine) -> Iterator[tuple[AnyPart, NDArray[np.uint64]]]:
        """They, in order, with the address of each in `paths`."""

    def fetch(self, numbers: NDArray[np.int64], where: NDArray[np.uint64]) -> Sequence[str]:
        """The texts of kept ones among them, ascending, by number and address."""

    def ids(self, numbers: NDArray[np.int64], where: NDArray[np.uint64], engine: Engine) -> Sequence[str | None]:
        """Their ids, likewise."""


@dataclass(frozen=True)
class OtherCorpus:
    """Every document of another corpus, whether they are copies of each other or not."""

    corpus: Corpus

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.corpus.files)

    def before(self, documents: int) -> Before:
        return Before.kept(documents)

    def parts(self, signing: AnySigning, engine: Engine) -> Iterator[tuple[AnyPart, NDArray[np.uint64]]]:
        def look(chunk: Chunk) -> tuple[AnyPart, NDArray[np.uint64]]:
            batch = self.corpus.parse(chunk)
            return signing.of_batch(batch), addresses(batch.file, batch.record)

        yield from engine.map(look, self.corpus.chunks())

    def fetch(self, numbers: NDArray[np.int64], where: NDArray[np.uint64]) -> Sequence[str]:
        return fetched(self.corpus, where)

    def ids(self, numbers: NDArray[np.int64], where: NDArray[np.uint64], engine: Engine) -> Sequence[str | None]:
        return ids_in(self.corpus, where, engine)


class Copies(Protocol):
    """What a survey says of documents numbered in order: `NearCopies`, or `SemanticCopies`."""

    @property
    def exact_copy_of(self) -> NDArray[np.int64]:
        """(documents,): the first with the same bytes, or words; -1 for that one itself."""

    @property
    def near_copy_of(self) -> NDArray[np.int64]:
        """(documents,): the kept document that is similar enough; -1 where there is none."""

    @property
    def verified_pairs(self) -> NDArray[np.int64]:
        """(pairs, 2): documents and what they were compared with, each near copy with what is kept for it among them."""

    @property
    def verified_similarity(self) -> NDArray[np.float64]:
        """(pairs,): their exact similarity."""


@dataclass(frozen=True, eq=False)
class Found:
    """Copies among documents numbered in order, of which the first `earlier` are not the corpus's own."""

    copies: Copies
    address: NDArray[np.uint64]
    """(documents,); the files of earlier ones are numbered on from those of the corpus."""
    counts: tuple[int, ...]
    """How many documents each of what came earlier has."""
    others: tuple[str, ...]
    """The files of the earlier ones."""
    exact: bool
    """Whether copies with the same bytes, or words, go."""
    same: str
    """What they are called."""
    sources: NDArray[np.int64]
    """(documents of the corpus,): which of `source_names` each is from; empty where nobody asked."""
    source_names: Sequence[str | None] = ()
    rules: tuple[str, ...] = ()
    """What the step that found them tells."""
    alike: str = "near_copies"
    """What those that are similar, not the same, are called."""
    threshold: str | None = None
    """How similar they must be, and by what, where the ledger is to say so."""

    @property
    def earlier(self) -> int:
        """How many documents came earlier."""
        return sum(self.counts)

    @lazy
    def original(self) -> NDArray[np.int64]:
        """(documents,): the document that is kept in the place of each; its own number where that is itself.

        A document of the corpus that is kept may be an earlier one's copy only if exact copies stay.
        """
        first = self._first
        near = self.copies.near_copy_of[first]
        original: NDArray[np.int64] = np.where(near >= 0, near, first if self.exact else np.arange(len(first)))
        original[: self.earlier] = np.arange(self.earlier)
        return original

    @lazy
    def goes(self) -> NDArray[np.bool_]:
        """(documents,): which are copies."""
        return self.original != np.arange(len(self.original))

    @lazy
    def near(self) -> NDArray[np.bool_]:
        """(documents,): which are similar to what is kept, not the same."""
        return self.goes & (self.copies.near_copy_of[self._first] >= 0)

    @lazy
    def similarity(self) -> NDArray[np.float64]:
        """(documents,): the exact similarity with what is kept; 1 for the same."""
        similarity = np.ones(len(self.goes))
        similarity[self.near] = _verified(self.copies, self._first[self.near])
        return similarity

    @lazy
    def known(self) -> KnownCopies:
        """The step that drops them."""
        goes = np.flatnonzero(self.goes)
        arrays = self.address[goes], self.address[self.original[goes]], self.similarity[goes], self.near[goes]
        digest = hashlib.blake2b(b"".join(array.tobytes() for array in arrays), digest_size=16).hexdigest()
        known = KnownCopies(*arrays, self.same, self.others, self.rules, digest, self.alike, self.threshold)
        if not isinstance(self.copies, PictureCopies):
            return known
        return replace(known, distance=np.nan_to_num(self.copies.distance[self._first[goes]]))

    @lazy
    def _first(self) -> NDArray[np.int64]:
        """The first with the same bytes, or words."""
        same = self.copies.exact_copy_of
        return np.where(same >= 0, same, np.arange(len(same)))

    def texts(self, numbers: Sequence[int], corpus: Corpus, earlier: Sequence[Earlier]) -> list[str]:
        """The texts of these documents, ascending; of earlier ones those that were kept are to be had."""
        return texts_of(np.array(numbers, np.int64), self.address, self.counts, corpus, earlier)


@dataclass(frozen=True, eq=False)
class KnownCopies(Step):
    """Drop the documents at these addresses; arrays are (copies,), sorted by `place`."""

    light: ClassVar[bool] = True

    place: NDArray[np.uint64]
    kept: NDArray[np.uint64]
    similarity: NDArray[np.float64]
    near: NDArray[np.bool_]
    """Whether it is similar to the kept document, not the same."""
    same: str = "exact_copies"
    """What those that are the same are told as."""
    others: tuple[str, ...] = ()
    """Files beyond those of the corpus, in which kept documents may be."""
    rules: tuple[str, ...] = ("exact_copies", "near_copies")
    """What is told, of no document too."""
    digest: str = ""
    """Of all that the arrays hold: what tells two of these steps apart."""
    alike: str = "near_copies"
    """What those that are similar are told as."""
    threshold: str | None = None
    """Of these, how similar they must be, and by what."""
    step: str = "dedup"
    """The step of the recipe that this is of."""
    distance: NDArray[np.float64] | None = None
    """(copies,): of pictures, in how many bits the hashes differ; 0 for the same pixels."""

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the step that found them."""
        return self.rules

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        wanted = addresses(batch.file, batch.record)
        at = np.searchsorted(self.place, wanted).clip(max=max(len(self.place) - 1, 0))
        hit = self.place[at] == wanted if len(self.place) else np.zeros(len(batch), bool)
        near = hit & self.near[at] if hit.any() else hit
        kinds = ((self.same, None, hit & ~near), (self.alike, self.threshold, near))
        dropped = [
            self._dropped(batch.where(mask), rule, bounds, at[mask]) for rule, bounds, mask in kinds if mask.any()
        ]
        return batch.where(~hit), dropped

    def _dropped(self, batch: Batch, rule: str, bounds: str | None, at: NDArray[np.int64]) -> Dropped:
        originals = Originals(*places(self.kept[at]), self.similarity[at], self.others)
        values = self.distance[at] if self.distance is not None else None
        return Dropped(batch, self.step, rule, values=values, threshold=bounds, originals=originals)


def texts_of(
    numbers: NDArray[np.int64],
    address: NDArray[np.uint64],
    counts: Sequence[int],
    corpus: Corpus,
    earlier: Sequence[Earlier],
) -> list[str]:
    """The texts of documents numbered in order, ascending, each from where it is: first come those of `earlier`."""
    texts: list[str] = []
    first, files = 0, len(corpus.files)
    for one, count in zip(earlier, counts, strict=True):
        own = numbers[(first <= numbers) & (numbers < first + count)]
        texts += one.fetch(own - first, moved(address[own], -files)) if len(own) else []
        first, files = first + count, files + len(one.paths)
    return texts + fetched(corpus, address[numbers[numbers >= first]])


def fetched(corpus: Corpus, where: NDArray[np.uint64]) -> list[str]:
    """The documents at these addresses."""
    file, record = places(where)
    return corpus.fetch(list(zip(file.tolist(), record.tolist(), strict=True)))


def ids_in(corpus: Corpus, where: NDArray[np.uint64], engine: Engine) -> list[str | None]:
    """The ids of the documents at these addresses, ascending; the corpus is read again for them, if it has any."""
    if corpus.columns.id is None:
        return [None] * len(where)
    return _column_in(corpus, "id", where, engine)


def labels_in(corpus: Corpus, where: NDArray[np.uint64], engine: Engine) -> list[str | None]:
    """The labels of the documents at these addresses, ascending; the corpus is read again for them, if it has any."""
    if corpus.columns.label is None:
        return [None] * len(where)
    return _column_in(corpus, "label", where, engine)


def _column_in(corpus: Corpus, role: str, where: NDArray[np.uint64], engine: Engine) -> list[str | None]:
    if not len(where):
        return []

    def look(chunk: Chunk) -> list[str | None]:
        batch = corpus.parse(chunk)
        own = addresses(batch.file, batch.record)
        at = np.searchsorted(where, own)  # np.isin would sort all of them anew for every batch
        wanted = where[at.clip(max=len(where) - 1)] == own
        if role not in batch.columns.columns:
            return [None] * int(wanted.sum())
        found: list[str | None] = batch.columns[role].filter(pl.Series(wanted)).to_list()
        return found

    return [name for names in engine.map(look, corpus.chunks()) for name in names]


def moved(address: NDArray[np.uint64], files: int) -> NDArray[np.uint64]:
    """The same addresses with `files` files before theirs."""
    shift = np.uint64(abs(files)) << RECORD_BITS
    return address + shift if files >= 0 else address - shift


def _verified(copies: Copies, documents: NDArray[np.int64]) -> NDArray[np.float64]:
    """The verified similarity of near copies with what they are copies of."""
    shift = np.int64(32)
    pairs = (copies.verified_pairs[:, 0] << shift) | copies.verified_pairs[:, 1]
    order = np.argsort(pairs)
    wanted = (documents << shift) | copies.near_copy_of[documents]
    at = order[np.searchsorted(pairs, wanted, sorter=order)] if len(wanted) else np.zeros(0, np.int64)
    if not np.array_equal(pairs[at], wanted):
        raise AssertionError("a near copy was not verified")
    return copies.verified_similarity[at]
