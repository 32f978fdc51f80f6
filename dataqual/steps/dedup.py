"""The step `dedup`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.corpus import Address, Batch, Chunk, Corpus
from dataqual.errors import SpecError
from dataqual.ledger import RECORD_BITS, Dropped, Originals, addresses
from dataqual.near_duplicates import NearCopies, NearDuplicates, Part, Survey
from dataqual.operators import Engine, Step

SURVEY_SHARE = 8
"""An eighth of the memory is for comparing signatures, as in a profile; batches in flight take the most of the rest."""


@dataclass(frozen=True)
class Dedup(Step):
    """Keep the first of each: drop `exact` copies, the same bytes, and `near` ones, similar as its parameters say.

    Whatever is dropped as a near copy was compared, as text, with the document that is kept in its place; exact copies
    of it go with it. Nothing is transitive. `near` None: near copies stay.
    """

    idempotent: ClassVar[bool] = False
    """But nearly so: among more than nine documents that look alike not every pair is compared, and once some of them
    are gone others meet. Measured on 194,605 documents: 6,113 near copies went at first, 1 the second time."""

    exact: bool = True
    near: NearDuplicates | None = None

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Dedup:
        """Of `{exact: true, near: {threshold: 0.8, …}}`; `near: true` takes the usual parameters."""
        specs.check_keys(parameters, where, required=(), optional=("exact", "near"))
        exact, near = parameters.get("exact", True), parameters.get("near", False)
        if not isinstance(exact, bool):
            raise SpecError(f"{where}.exact: expected true or false, got {exact!r}")
        if near is None or near is False:
            if not exact:
                raise SpecError(f"{where}: neither exact nor near copies are to go; set one of them")
            return cls(exact)
        fields = {} if near is True else specs.mapping(near, f"{where}.near")
        return cls(exact, specs.construct(NearDuplicates, fields, f"{where}.near", "near_duplicates"))

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the findings of a profile."""
        return ("exact_copies",) * self.exact + ("near_copies",) * (self.near is not None)

    def prepare(self, corpus: Corpus, engine: Engine) -> KnownCopies:
        """Survey the corpus; every pair is verified."""
        survey = Survey(self.near or NearDuplicates(), near=self.near is not None, memory=engine.memory // SURVEY_SHARE)
        places = [np.zeros(0, np.uint64)]

        def look(chunk: Chunk) -> tuple[Part, NDArray[np.uint64]]:
            batch = corpus.parse(chunk)
            return survey.measure(batch.text), addresses(batch.file, batch.record)

        with survey:
            for part, where in engine.map(look, corpus.chunks()):
                survey.add(part)
                places.append(where)
            known = np.concatenate(places)
            copies = survey.finish(lambda numbers: corpus.fetch(_split(known[numbers])), verify=None)
        return KnownCopies.of(copies, known, exact=self.exact, near=self.near is not None)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        """Only a survey can tell what is a copy."""
        raise TypeError("dedup must see the corpus first: call prepare, and then what it returns")


@dataclass(frozen=True, eq=False)
class KnownCopies(Step):
    """Drop the documents at these addresses; arrays are (copies,), sorted by `place`."""

    place: NDArray[np.uint64]
    kept: NDArray[np.uint64]
    similarity: NDArray[np.float64]
    near: NDArray[np.bool_]
    """Whether it is similar to the kept document, not the same."""

    @classmethod
    def of(cls, copies: NearCopies, places: NDArray[np.uint64], *, exact: bool, near: bool) -> KnownCopies:
        """What goes of the surveyed documents, and what each is told to be a copy of: always a document that stays."""
        numbers = np.arange(len(copies))
        first = np.where(copies.exact_copy_of >= 0, copies.exact_copy_of, numbers)
        similar = copies.near_copy_of[first] if near else np.full(len(copies), -1)
        goes = (similar >= 0) | ((first != numbers) & exact)
        similarity = np.ones(len(copies))
        similarity[similar >= 0] = _similarity(copies, first[similar >= 0])
        kept = np.where(similar >= 0, similar, first)
        return cls(places[goes], places[kept[goes]], similarity[goes], (similar >= 0)[goes])

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        wanted = addresses(batch.file, batch.record)
        at = np.searchsorted(self.place, wanted).clip(max=max(len(self.place) - 1, 0))
        hit = self.place[at] == wanted if len(self.place) else np.zeros(len(batch), bool)
        kinds = (("exact_copies", hit & ~self.near[at]), ("near_copies", hit & self.near[at])) if hit.any() else ()
        dropped = [self._dropped(batch.where(mask), rule, at[mask]) for rule, mask in kinds if mask.any()]
        return batch.where(~hit), dropped

    def _dropped(self, batch: Batch, rule: str, at: NDArray[np.int64]) -> Dropped:
        file, record = (self.kept[at] >> RECORD_BITS).astype(np.int64), (self.kept[at] & _RECORD).astype(np.int64)
        return Dropped(batch, "dedup", rule, originals=Originals(file, record, self.similarity[at]))


_RECORD = (np.uint64(1) << RECORD_BITS) - np.uint64(1)


def _split(places: NDArray[np.uint64]) -> list[Address]:
    return list(zip((places >> RECORD_BITS).tolist(), (places & _RECORD).tolist(), strict=True))


def _similarity(copies: NearCopies, documents: NDArray[np.int64]) -> NDArray[np.float64]:
    """The verified similarity of near copies with what they are copies of."""
    shift = np.int64(32)
    pairs = (copies.verified_pairs[:, 0] << shift) | copies.verified_pairs[:, 1]
    order = np.argsort(pairs)
    wanted = (documents << shift) | copies.near_copy_of[documents]
    at = order[np.searchsorted(pairs, wanted, sorter=order)] if len(wanted) else np.zeros(0, np.int64)
    if not np.array_equal(pairs[at], wanted):
        raise AssertionError("a near copy was not verified")
    return copies.verified_similarity[at]
