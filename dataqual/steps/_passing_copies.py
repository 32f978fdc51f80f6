"""Exact copies, each told as soon as it comes, so that a corpus is read once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.near_duplicates import NearDuplicates, Part, Signing
from dataqual.near_duplicates.firsts import ExactCopies, Firsts
from dataqual.steps._known_copies import Found, KnownCopies
from dataqual.steps._surveying_copies import Asked, Known, Looked
from dataqual.steps.dedup import Dedup


class Noting:
    """In the place of a survey: says of every part at once what are copies of what came before."""

    def __init__(self) -> None:
        self._firsts = Firsts()
        self.copy_of: list[NDArray[np.int64]] = []

    def add(self, part: Part) -> None:
        """The next documents."""
        self.copy_of.append(self._firsts.add(part.exact))


@dataclass
class PassingCopies:
    """What a `Dedup` of exact copies finds, of which the first stays: it never depends on what follows."""

    dedup: Dedup
    corpus: Corpus
    _noting: Noting = field(default_factory=Noting)

    def __post_init__(self) -> None:
        signing = Signing(NearDuplicates(), near=False, normalized=self.dedup.normalized)
        self._asked = Asked(self.corpus, signing, None, sources=True)
        self._known = Known(self._noting, len(self.corpus.files))

    def ahead(self, batch: Batch) -> Looked:
        """Hashes, addresses and groups of a batch; pure, in any thread."""
        return self._asked.of(batch)

    def step(self, looked: Looked) -> KnownCopies:
        """Drops the copies among the documents of the next batch."""
        self._known.add(looked)
        copy_of = self._noting.copy_of[-1]
        goes = np.flatnonzero(copy_of >= 0)
        similarity, near = np.ones(len(goes)), np.zeros(len(goes), np.bool_)
        kept = self._known.addresses_of(copy_of[goes])
        dedup = self.dedup
        return KnownCopies(looked.address[goes], kept, similarity, near, dedup.same, (), dedup.told_as)

    def found(self) -> Found:
        """All that were found, once the last batch has come."""
        copies = ExactCopies(np.concatenate([np.zeros(0, np.int64), *self._noting.copy_of]))
        return self.dedup.found(copies, self._known, self.corpus)
