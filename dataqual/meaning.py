"""Documents beside each other by what they mean: the vectors of a model on disk instead of words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity import sets
from dataqual.diversity.topics import LEAST, MOST, effective, names_of
from dataqual.diversity.vendi import score_of_vectors
from dataqual.document_sample import DocumentSample
from dataqual.embeddings import Model
from dataqual.intervals import z_of
from dataqual.kernels import diversity as kernels
from dataqual.outliers import FEWEST, NEAREST, fence
from dataqual.reading import Reading, wilson
from dataqual.vectors.kmeans import kmeans

APART = 2**0.5
"""Distance of two vectors that have nothing in common; opposite ones, which hardly occur, are 2 apart."""


@dataclass(frozen=True, eq=False)
class Meaning:
    """The vectors of a sample; those of documents in which the model knows no token are no part of anything here.

    >>> from dataqual.embeddings.model import Model, unit
    >>> class Counted(Model):
    ...     def __call__(self, texts):
    ...         return unit(np.array([[text.count("a"), text.count("b")] for text in texts], np.float32))
    >>> meaning = Meaning.of(DocumentSample.of_texts(["a", "aa", "b", "?"]), Counted("m", "", 2))
    >>> round(meaning.vendi.value, 2), meaning.unknown, len(meaning.sample)
    (1.89, 1, 3)
    """

    sample: DocumentSample
    """The documents that have a vector."""
    vectors: NDArray[np.float64]
    """(documents, dimensions), of length 1."""
    unknown: int
    """Documents in which the model knows no token."""

    @classmethod
    def of(cls, sample: DocumentSample, model: Model) -> Meaning:
        """All documents of the sample in one call of the model, so that the same sample gives the same vectors."""
        vectors = np.asarray(model(sample.texts), np.float64).reshape(len(sample), -1)
        known = vectors.any(axis=1)
        return cls(sample.take(np.flatnonzero(known)), np.ascontiguousarray(vectors[known]), int((~known).sum()))

    @property
    def vendi(self) -> Reading:
        """The Vendi score (Friedman and Dieng 2023) by cosines of the vectors, as the metric `vendi` with a `model`."""
        over = sets.document_sets(self.sample, sets.DOCUMENTS, most=10)
        values = [score_of_vectors(self.vectors[a:b]) for a, b in over]
        return sets.reading(self.sample, "vendi", over, values, unit="documents", ends=(0, np.inf))

    @property
    def nearest(self) -> NDArray[np.float64]:
        """The mean distance of each document to its ten nearest others, (documents,)."""
        out = np.zeros(len(self.sample))
        neighbours = min(NEAREST, len(self.sample) - 1)
        if neighbours > 0:
            own = np.arange(len(self.sample))
            kernels.nearest_mean(self.vectors, self.vectors, own, np.empty(neighbours), out)
        return out

    def outliers(self) -> tuple[Reading, NDArray[np.int64], float | None]:
        """The share of documents farther from all others than a limit, all documents, the farthest first, and the limit.

        As `dataqual.outliers` has it: each text counts once for the limit, and of fewer than fifty none is called so. Nor is
        any where vectors are so evenly spread that the limit is beyond what vectors of length 1 can be apart; it is None then.
        """
        far = self.nearest
        _, once = np.unique(self.sample.parts, return_index=True)
        limit = fence(far[once]) if len(once) >= FEWEST else None
        if limit is not None and limit >= APART:
            limit = None
        n, hits = len(self.sample), int((far > limit).sum()) if limit is not None else 0
        share, ends = (hits / n, wilson(hits, n)) if limit is not None else (None, None)
        reading = self.sample.reading("outliers", share, ends, detail={"documents": hits})
        return reading, np.argsort(-far, kind="stable"), limit

    def groups(self) -> tuple[Reading, list[Group]]:
        """Clusters of the vectors (k-means), the largest first, and how many of equal size they are worth."""
        k = max(1, min(MOST, len(self.sample) // LEAST))
        clusters = kmeans(self.vectors, k, seed=self.sample.seed, starts=2, rounds=30)
        gaps, labels = clusters.distances(self.vectors), clusters.labels
        names = names_of(self.sample, labels, len(clusters.centres))
        found = []
        for at, words in enumerate(names):
            rows = np.flatnonzero(labels == at)
            found.append(Group(rows[np.argsort(gaps[rows], kind="stable")], words))
        value, error = effective(clusters.sizes)
        reach = z_of(0.95) * error
        ends = max(1.0, value - reach), min(float(len(found)), value + reach)
        detail = {"topics": len(found)}
        return self.sample.reading("topic_spread", value, ends, unit="topics", detail=detail), found


@dataclass(frozen=True, eq=False)
class Group:
    """Documents that mean much the same."""

    rows: NDArray[np.int64]
    """In the sample, the most typical first."""
    names: list[str]
    """The words that mark it."""
