"""Copies by meaning: documents whose embeddings have a cosine of a threshold or more, and the survey of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.embeddings import Model, open_model
from dataqual.errors import SpecError
from dataqual.kernels import minhash
from dataqual.lazy import lazy
from dataqual.near_duplicates.buckets import buckets_for, cosines_of, similar_pairs
from dataqual.near_duplicates.candidates import exact_copies
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.ranking import Before, Ranking
from dataqual.near_duplicates.signing import Part, Signing
from dataqual.near_duplicates.spilling import Vectors
from dataqual.near_duplicates.verification import Fetch
from dataqual.text import Text

MEMORY = 48 << 20
NEAREST = 4
"""Buckets a document is filed in: more than 0.99 of the pairs at the usual threshold meet, see docs/dedup.md."""


@dataclass(frozen=True)
class Semantic:
    """Documents are copies whose embeddings, by the `model` in a folder, have a cosine of at least `threshold`.

    They meet in `buckets` of k-means (None: one for 8,192 documents, beyond that one for every 1,024), each document
    being filed in its `nearest`; what shares none is not compared (Abbas et al. 2023, SemDeDup, which has one bucket for each).
    """

    model: str
    threshold: float = 0.95
    nearest: int = NEAREST
    buckets: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise SpecError(
                f"semantic.threshold: {self.threshold:g} is no cosine above 0 and at most 1 (0.95 is usual)"
            )
        if self.nearest < 1:
            raise SpecError(f"semantic.nearest: {self.nearest} buckets; at least 1, {NEAREST} is usual")
        if self.buckets is not None and self.buckets < 1:
            raise SpecError(f"semantic.buckets: {self.buckets}; at least 1, or leave it out")
        self.opened  # noqa: B018  a model that is not there is told at once

    @lazy
    def opened(self) -> Model:
        """The model; InputError where there is none."""
        return open_model(self.model)

    @property
    def told(self) -> str:
        """Threshold and model in a few words."""
        return f"cosine >= {self.threshold:g} ({self.opened.told})"


@dataclass(frozen=True, eq=False)
class SemanticCopies:
    """Exact copies and copies by meaning; the names are those of `NearCopies`."""

    exact_copy_of: NDArray[np.int64]
    near_copy_of: NDArray[np.int64]
    verified_pairs: NDArray[np.int64]
    """(copies, 2): each copy by meaning and what is kept for it."""
    verified_similarity: NDArray[np.float64]
    """(copies,): their cosine."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """What the survey measures of a batch: exact hashes, and an embedding in the place of a signature."""

    semantic: Semantic
    normalized: bool = False

    def of_batch(self, batch: Batch) -> Part:
        """Of its texts."""
        return self(batch.text)

    def __call__(self, text: Text) -> Part:
        part = Signing(NearDuplicates(), near=False, normalized=self.normalized)(text)
        vectors = self.semantic.opened([text[i] for i in range(len(text))])
        return replace(part, signatures=vectors, worded=(vectors != 0).any(axis=1))


class SemanticSurvey:
    """Exact copies and copies by meaning of a corpus that does not fit into memory; used as `Survey` is.

    On disk 4 bytes per dimension and document, and 8 per pair; in memory 21 bytes per document while it grows, 8 for
    each bucket a document is filed in, and the `memory` it is given.
    """

    def __init__(
        self, semantic: Semantic, *, normalized: bool = False, memory: int = MEMORY, directory: str | None = None
    ) -> None:
        self.signing = Embedding(semantic, normalized)
        self._semantic = semantic
        self._memory = memory
        self._directory = directory
        self._vectors = Vectors(semantic.opened.dimensions, directory)
        self._exact, self._worded = bytearray(), bytearray()

    def add(self, part: Part) -> None:
        """Take the next batch, in corpus order."""
        self._vectors.add(part.signatures)
        self._exact += part.exact.tobytes()
        self._worded += part.worded.tobytes()

    def finish(
        self,
        fetch: Fetch,
        *,
        verify: int | None = None,
        values: NDArray[np.float64] | None = None,
        before: Before | None = None,
    ) -> SemanticCopies:
        """Find the copies and close the survey; as in `Survey`, but that the vectors tell all, and no text is fetched."""
        ranking = Ranking.of(values, before or Before.kept(0))
        exact = exact_copies(np.frombuffer(self._exact, np.uint64).reshape(-1, 2), ranking)
        usable = np.frombuffer(self._worded, np.bool_) & (exact < 0)
        semantic = self._semantic
        buckets = semantic.buckets or buckets_for(int(usable.sum()))
        with similar_pairs(
            self._vectors, usable, ranking, semantic.threshold, buckets=min(buckets, max(1, int(usable.sum()))),
            nearest=semantic.nearest, seed=semantic.seed, memory=self._memory, directory=self._directory,
        ) as pairs:  # fmt: skip
            copy_of, matches = np.full(len(exact), -1, np.int64), np.zeros(len(exact), np.uint16)
            for block, agreement in pairs.blocks():
                minhash.choose(block, agreement, 1, copy_of, copy_of, matches)
        near = ranking.by_document(copy_of)
        gone = np.flatnonzero(near >= 0)
        similarity = cosines_of(self._vectors, gone, near[gone])
        return SemanticCopies(exact, near, np.stack([gone, near[gone]], axis=1), similarity)

    def __enter__(self) -> SemanticSurvey:
        return self

    def __exit__(self, *_: object) -> None:
        self._vectors.close()
