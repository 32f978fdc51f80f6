"""What documents are about: clusters of their terms, and how evenly the documents spread over them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.document_sample import DocumentSample
from dataqual.vectors.kmeans import Clusters, kmeans
from dataqual.vectors.svd import truncated
from dataqual.vectors.tfidf import Terms, count, tfidf

DIRECTIONS = 30
"""Of latent semantic analysis: enough to tell a dozen topics apart, few enough to be quick."""
MOST = 12
"""Topics: as many as a page can show."""
MOST_TERMS = 20_000
NAMED = 6
"""Terms by which a topic is named."""
LEAST = 20
"""Documents per topic, on average, below which there are fewer topics."""


@dataclass(frozen=True, eq=False)
class Space:
    """Documents in the space of latent semantic analysis (Deerwester et al. 1990)."""

    terms: Terms
    points: NDArray[np.float64]
    """(documents, directions), of length 1, or 0 for a document without terms that others have."""

    @classmethod
    def of(cls, sample: DocumentSample) -> Space:
        """That of a sample: TF-IDF over terms that two documents have, and its largest singular directions."""
        return sample.once(cls._made)

    @classmethod
    def _made(cls, sample: DocumentSample) -> Space:
        terms = count(sample.text, alone=(2, 2), min_documents=2, most=MOST_TERMS)
        points = truncated(tfidf(terms.counts), DIRECTIONS, seed=sample.seed, rounds=2).coordinates
        lengths = np.linalg.norm(points, axis=1, keepdims=True)
        return cls(terms, points / np.where(lengths > 1e-12, lengths, 1.0))


@dataclass(frozen=True, eq=False)
class Topics:
    """Clusters of a sample's documents, the largest first, with the terms that mark them."""

    clusters: Clusters
    names: list[list[str]]
    distances: NDArray[np.float64]
    """From each document to the middle of its topic, (documents,)."""

    @classmethod
    def of(cls, sample: DocumentSample, most: int = MOST) -> Topics:
        """At most `most` topics, fewer where there are not documents enough."""
        return sample.once(cls._made) if most == MOST else cls._made(sample, most)

    @classmethod
    def _made(cls, sample: DocumentSample, most: int = MOST) -> Topics:
        space = Space.of(sample)
        k = max(1, min(most, len(sample) // LEAST))
        clusters = kmeans(space.points, k, seed=sample.seed, starts=2, rounds=30)
        names = [_names(space.terms, clusters.labels == at) for at in range(len(clusters.centres))]
        return cls(clusters, names, clusters.distances(space.points))


def effective(sizes: NDArray[np.int64]) -> tuple[float, float]:
    """The exponential of the entropy of shares: how many topics of equal size would be as varied; and its standard error.

    The error is that of shares of documents drawn, the topics themselves taken as given (Basharin 1959).

    >>> effective(np.array([10, 10]))[0]
    2.0
    """
    total = max(int(sizes.sum()), 1)
    shares = sizes[sizes > 0] / total
    entropy = float(-(shares * np.log(shares)).sum())
    spread = float((shares * np.log(shares) ** 2).sum()) - entropy**2
    return math.exp(entropy), math.exp(entropy) * math.sqrt(max(spread, 0.0) / total)


def _names(terms: Terms, within: NDArray[np.bool_]) -> list[str]:
    """Terms that most more of the documents within have than of those without, by weighted log-odds."""
    counts = terms.counts
    inside = np.bincount(counts.indices[within[counts.rows]], minlength=counts.shape[1])
    outside = counts.column_counts() - inside
    n, m = int(within.sum()), int((~within).sum())
    odds = [np.log((k + 0.5) / (total - k + 0.5)) for k, total in ((inside, n), (outside, m))]
    error = np.sqrt(sum(1 / (k + 0.5) + 1 / (total - k + 0.5) for k, total in ((inside, n), (outside, m))))
    z = (odds[0] - odds[1]) / error
    best = np.argsort(-z, kind="stable")[:NAMED]
    return [terms.name(int(column)) for column in best if z[column] > 1.0]
