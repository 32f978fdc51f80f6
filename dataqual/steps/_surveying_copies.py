"""What a survey of copies takes of every batch, and what it gathers of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.ledger import addresses
from dataqual.near_duplicates import Before
from dataqual.operators import Engine, Signal
from dataqual.steps._known_copies import AnyPart, AnySigning, Earlier, moved


@dataclass(frozen=True)
class Looked:
    """What is taken from one batch."""

    part: AnyPart
    address: NDArray[np.uint64]
    values: NDArray[np.float64]
    groups: Sequence[str | None] | None
    files: NDArray[np.int32]


@dataclass(frozen=True)
class Asked:
    """What is asked of a batch: pure, in any thread."""

    corpus: Corpus
    signing: AnySigning
    judge: Signal | None
    sources: bool

    def __call__(self, chunk: Chunk) -> Looked:
        return self.of(self.corpus.parse(chunk))

    def of(self, batch: Batch) -> Looked:
        """Of a batch that is there."""
        values = self.judge.of_batch(batch).astype(np.float64) if self.judge else np.zeros(0)
        groups = batch.columns["group"].to_list() if self.sources and "group" in batch.columns.columns else None
        files = batch.file if self.sources else batch.file[:0]
        return Looked(self.signing.of_batch(batch), addresses(batch.file, batch.record), values, groups, files)


@dataclass
class Known:
    """What is gathered of all documents while they are surveyed."""

    survey: Any
    """`Survey`, `SemanticSurvey` or `PictureSurvey`, whose parts are its own."""
    files: int
    counts: list[int] = field(default_factory=list)
    others: tuple[str, ...] = ()
    names: dict[str | None, int] = field(default_factory=dict)
    _before: list[Before] = field(default_factory=list)
    _address: list[NDArray[np.uint64]] = field(default_factory=list)
    _values: list[NDArray[np.float64]] = field(default_factory=list)
    _sources: list[NDArray[np.int64]] = field(default_factory=list)

    def take(self, one: Earlier, engine: Engine) -> None:
        """All of what came earlier."""
        count = 0
        for part, where in one.parts(self.survey.signing, engine):
            self.survey.add(part)
            self._address.append(moved(where, self.files + len(self.others)))
            count += len(part)
        known, first = one.before(count), sum(self.counts)
        self._before.append(Before(np.where(known.copy_of >= 0, known.copy_of + first, -1), known.similarity))
        self._values.append(np.zeros(count))
        self.counts.append(count)
        self.others += one.paths

    def add(self, looked: Looked) -> None:
        """A batch of the corpus."""
        self.survey.add(looked.part)
        self._address.append(looked.address)
        self._values.append(looked.values)
        if looked.groups is not None:
            codes = [self.names.setdefault(name, len(self.names)) for name in looked.groups]
            self._sources.append(np.array(codes, np.int64))
        else:
            self._sources.append(looked.files.astype(np.int64))

    def addresses_of(self, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Where these documents are, by their numbers."""
        ends = np.cumsum([len(part) for part in self._address])
        at = np.searchsorted(ends, numbers, side="right")
        begins = ends - [len(part) for part in self._address]
        found = [
            self._address[part][place] for part, place in zip(at.tolist(), (numbers - begins[at]).tolist(), strict=True)
        ]
        return np.array(found, np.uint64)

    @property
    def address(self) -> NDArray[np.uint64]:
        return np.concatenate([np.zeros(0, np.uint64), *self._address])

    @property
    def values(self) -> NDArray[np.float64]:
        return np.concatenate([np.zeros(0), *self._values])

    @property
    def sources(self) -> NDArray[np.int64]:
        return np.concatenate([np.zeros(0, np.int64), *self._sources])

    @property
    def before(self) -> Before:
        """What is known of all that came earlier."""
        none = Before.kept(0)
        return Before(
            np.concatenate([none.copy_of, *(one.copy_of for one in self._before)]),
            np.concatenate([none.similarity, *(one.similarity for one in self._before)]),
        )
