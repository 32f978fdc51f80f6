"""Can a classifier tell two corpora apart? The area under its ROC curve on documents it never saw, and the band of chance."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.drift import tails
from dataqual.near_duplicates import NearDuplicates, Survey
from dataqual.near_duplicates.signing import unsigned
from dataqual.reading import Z
from dataqual.text import Text
from dataqual.vectors.cross_validation import folds, held_out
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.text_classifier import terms_of
from dataqual.vectors.tfidf import tfidf

LEAST = 20
"""Documents on either side from which a classifier is tried: four in each of five folds."""
SHOWN = 5
TWICE = 2.0
"""How many times the variance of Mann-Whitney's statistic that of a cross-validated area is where nothing can be learnt: that two
documents are alike pushes the score of the first, in one fold, and that of the second, in another, to the same side. In
320 pairs of random halves (benchmarks/compare.py) it was 2.0 times."""


@dataclass(frozen=True)
class Alike:
    """A document that is typical of one side, and the most similar one of the other."""

    document: int
    score: float
    """The classifier's chance that it is of the second side."""
    nearest: int
    """The document of the other side with the highest cosine."""
    cosine: float


@dataclass(frozen=True)
class DomainClassifier:
    """How well two corpora can be told apart; 0.5 is not at all, 1 always."""

    auc: float
    interval: tuple[float, float]
    """95 % (Newcombe 2006, method 5, its variance raised to that of DeLong et al. 1988 with copies as clusters: Obuchowski 1997)."""
    null: tuple[float, float]
    """Where 95 % of classifiers lie that know nothing."""
    p: float
    """One-sided, that one which knows nothing is as good."""
    documents: tuple[int, int]
    typical: tuple[tuple[Alike, ...], tuple[Alike, ...]]
    """Of either side the documents that are told best."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values, without documents."""
        return {
            "auc": self.auc,
            "interval": list(self.interval),
            "null": list(self.null),
            "p": self.p,
            "documents": list(self.documents),
        }


def domain_classifier(first: Text, second: Text, *, shown: int = SHOWN) -> DomainClassifier | None:
    """A logistic regression on the TF-IDF of words, Han characters and their pairs learns which side a document is of; None where too few of them differ.

    Five folds; copies and near copies, on whichever side, are in one fold, so none is known by its copy.
    """
    if min(len(first), len(second)) < LEAST:
        return None
    text = Text.of_bytes([part for one in (first, second) for part in _parts(one)])
    labels = np.repeat([0, 1], [len(first), len(second)])
    together = _clusters(text)
    if len(np.unique(together)) < LEAST:
        return None
    vectors = tfidf(terms_of(text).counts)
    keys = unsigned(text, NearDuplicates()).exact[:, 0]
    fold = folds(keys, labels, together=together)
    if not any(len(np.unique(labels[fold == one])) == 2 for one in np.unique(fold)):
        return None
    score = held_out(vectors, labels, 2, fold)[:, 1]
    auc, inflation, null = _auc(score, labels, fold, together)
    return DomainClassifier(
        auc,
        _interval(auc, inflation, len(first), len(second)),
        (max(0.0, 0.5 - Z * null), min(1.0, 0.5 + Z * null)),
        tails.normal((auc - 0.5) / null) / 2 if auc > 0.5 else 1 - tails.normal((auc - 0.5) / null) / 2,
        (len(first), len(second)),
        tuple(_typical(vectors, score, labels, together, side, shown) for side in (0, 1)),  # type: ignore[arg-type]
    )


def _parts(text: Text) -> list[bytes]:
    data, borders = text.data, text.offsets.tolist()
    return [data[a:b].tobytes() for a, b in itertools.pairwise(borders)]


def _clusters(text: Text) -> NDArray[np.int64]:
    """For each document the first of those it is a copy or near copy of, itself where there is none."""
    survey = Survey(NearDuplicates())
    survey.add(survey.measure(text))
    return survey.clusters(lambda numbers: [text[number] for number in numbers])


def _auc(
    score: NDArray[np.float64], labels: NDArray[np.int64], fold: NDArray[np.int64], together: NDArray[np.int64]
) -> tuple[float, float, float]:
    """The area, how many times its variance is Newcombe's, and the standard error of one that knows nothing.

    Documents are compared within their fold alone: scores of different folds are of different models.
    """
    parts = [np.flatnonzero(fold == one) for one in np.unique(fold)]
    sizes = np.array([[(labels[rows] == side).sum() for side in (0, 1)] for rows in parts], np.float64)
    weights = sizes.prod(axis=1)
    weights /= weights.sum()
    push, auc, null = np.zeros(len(score)), 0.0, 0.0
    for rows, (n, m), weight in zip(parts, sizes, weights, strict=True):
        if not n or not m:
            continue
        place = _placements(score[rows], labels[rows])
        area = float(place[labels[rows] == 1].mean())
        auc = min(1.0, auc + float(weight) * area)
        null += weight**2 * (n + m + 1) / (12 * n * m)
        push[rows] = weight * np.where(labels[rows] == 1, (place - area) / m, (place - area) / n)
    of_cluster = np.bincount(together, push)
    _, size = np.unique(together, return_counts=True)
    count = len(size)
    spoiled = float((size**2).sum() / len(score))  # copies count once: as if there were so many fewer documents
    chance = math.sqrt(null * max(1.0, spoiled) * TWICE)
    drawn = count / (count - 1) * float((of_cluster**2).sum())
    sides = int((labels == 0).sum()), int((labels == 1).sum())
    own = _variance(auc, *sides)
    learning = chance**2 * (1 - 1 / TWICE) / _variance(0.5, *sides)
    return auc, max(1.0, drawn / own if own > 1e-15 else 1.0) + learning, chance


def _placements(score: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each document, the share of the other side that is on the right side of it; ties are half."""
    out = np.empty(len(score))
    for side in (0, 1):
        other = np.sort(score[labels != side])
        own = score[labels == side]
        below = (np.searchsorted(other, own, "left") + np.searchsorted(other, own, "right")) / 2 / len(other)
        out[labels == side] = below if side else 1 - below
    return out


def _variance(area: float, n: int, m: int) -> float:
    """Of an area by its value and the sizes of both sides alone (Newcombe 2006, method 5; at 0.5 Mann-Whitney's).

    >>> round(_variance(0.5, 10, 20) * 12 * 10 * 20, 6), _variance(1.0, 10, 20)
    (31.0, 0.0)
    """
    of_pairs = (n + m) / 2 - 1
    inner = 1 + of_pairs * (1 - area) / (2 - area) + of_pairs * area / (1 + area)
    return area * (1 - area) * inner / (n * m)


def _interval(auc: float, inflation: float, n: int, m: int) -> tuple[float, float]:
    """The areas that the one found is within 1.96 of their own standard errors of: a score interval (Newcombe 2006, method 5).

    So it lies in [0, 1], holds the area, and is narrow near 1, also where all are told. `inflation` is how many times the
    variance is Newcombe's.
    """
    return _end(auc, 0.0, inflation, n, m), _end(auc, 1.0, inflation, n, m)


def _end(auc: float, end: float, inflation: float, n: int, m: int) -> float:
    """Between the area and `end`, where the distance is just as many standard errors; by halving."""
    inside, outside = auc, end
    for _ in range(60):
        middle = (inside + outside) / 2
        if abs(auc - middle) <= Z * math.sqrt(inflation * _variance(middle, n, m)):
            inside = middle
        else:
            outside = middle
    return inside


def _typical(
    vectors: Sparse,
    score: NDArray[np.float64],
    labels: NDArray[np.int64],
    together: NDArray[np.int64],
    side: int,
    shown: int,
) -> tuple[Alike, ...]:
    """The documents of a side that are told best, one of each cluster, with what comes nearest on the other."""
    other = np.flatnonzero(labels != side)
    first = np.flatnonzero(labels == 1)[0] if side else 0
    order = np.argsort(-score if side else score, kind="stable")
    found: list[Alike] = []
    seen: set[int] = set()
    for row in order[labels[order] == side].tolist():
        if len(found) == shown or (score[row] <= 0.5) == bool(side):
            break
        if int(together[row]) in seen:
            continue
        seen.add(int(together[row]))
        cosines = _cosines(vectors, row)[other]
        best = int(np.argmax(cosines))
        nearest = int(other[best]) - (0 if side else int((labels == 0).sum()))
        found.append(Alike(int(row - first), float(score[row]), nearest, float(cosines[best])))
    return tuple(found)


def _cosines(vectors: Sparse, row: int) -> NDArray[np.float64]:
    """With every document."""
    own = slice(int(vectors.indptr[row]), int(vectors.indptr[row + 1]))
    query = np.zeros(vectors.shape[1])
    query[vectors.indices[own]] = vectors.values[own]
    return vectors @ query
