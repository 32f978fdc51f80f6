"""Who says that a label is wrong: models that never saw the document, nor a copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataqual.embeddings import Model
from dataqual.labels.chances import rowwise
from dataqual.labels.confident_learning import Codes, Confidence, Floats, quality
from dataqual.labels.copies import Copied
from dataqual.labels.error_share import label_errors
from dataqual.lazy import lazy
from dataqual.reading import Reading
from dataqual.text import Text
from dataqual.vectors.cross_validation import FOLDS, folds
from dataqual.vectors.logistic import Logistic
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.text_classifier import terms_of
from dataqual.vectors.tfidf import Terms, inverse_frequency, tfidf

RARE = 10
"""Documents a label must have: two for each fold, or there is nothing to learn it from."""
MOST = 50
"""Labels at most, the commonest: each costs as much again, and a column with more is seldom one of classes."""

STRENGTH = 5.0
"""Of the data against the ridge, half of what is best for labels that are right: with one in twenty flipped it lowers the loss on
held-out documents from 0.552 to 0.534 (10,662 sentences, four draws)."""

WEIGHTS = 1 << 20
"""Terms times labels at most: learning holds about two dozen arrays of so many numbers, 200 MB for each fold at work."""

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, eq=False)
class Classes:
    """The labels that are judged, and the number of each."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, counts: dict[str, int], most: int = MOST) -> Self:
        """The `most` commonest of those that are not rare, sorted.

        >>> Classes.of({"a": 30, "b": 10, "typo": 1}).names
        ('a', 'b')
        """
        common = sorted(counts, key=lambda name: (-counts[name], name))
        return cls(tuple(sorted(name for name in common[:most] if counts[name] >= RARE)))

    def codes(self, labels: Sequence[str | None]) -> Codes:
        """(documents,): -1 for what is not judged."""
        number: dict[str | None, int] = {name: code for code, name in enumerate(self.names)}
        return np.array([number.get(label, -1) for label in labels], np.int64)

    def apart(self, labels: Sequence[str | None], copied: Copied, rows: NDArray[np.int64]) -> Self:
        """Without those whose documents are all copies of one; `labels` are those of `rows`."""
        left = copied.learnable([1] * len(self), self.codes(labels), rows)
        return type(self)(tuple(name for name, count in zip(self.names, left, strict=True) if count))

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class FoldModels:
    """A model for each fold, which learnt from all others."""

    terms: Terms
    idf: Floats
    models: tuple[Logistic, ...]
    embed: Model | None = None
    """Whose vectors stand beside the terms, as long as theirs."""

    @classmethod
    def fit(
        cls, text: Text, codes: Codes, classes: int, fold: Codes, run: Run = map, embed: Model | None = None
    ) -> tuple[Self, Sparse]:
        """Learn from documents with a code of 0 or more, by their terms and what `embed` makes of them; their vectors too."""
        terms = terms_of(text, WEIGHTS // classes)
        idf = inverse_frequency(terms.counts)
        vectors = _beside(tfidf(terms.counts, idf), text, embed)
        rows = [np.flatnonzero((codes >= 0) & (fold != held)) for held in range(FOLDS)]
        learn = partial(_learn, vectors, codes, classes)
        empty = replace(terms.counts, values=np.zeros(0), indices=np.zeros(0, np.int32), indptr=np.zeros(1, np.int64))
        lean = replace(terms, counts=empty, text=Text.of_bytes([]))  # other processes are handed no documents
        return cls(lean, idf, tuple(run(learn, rows)), embed), vectors

    def of(self, vectors: Sparse, fold: Codes) -> Floats:
        """The chance of each class by the model that did not learn from the fold of the document, (documents, classes)."""
        out = np.zeros((len(vectors), self.models[0].weights.shape[1]))
        for held, model in enumerate(self.models):
            own = np.flatnonzero(fold == held)
            out[own] = model.probabilities(vectors, own)
        return out

    def __call__(self, text: Text, fold: Codes) -> Floats:
        """The same for documents that are not cut yet."""
        return self.of(_beside(tfidf(self.terms.of(text), self.idf), text, self.embed), fold)


def _beside(terms: Sparse, text: Text, embed: Model | None) -> Sparse:
    return terms if embed is None else terms.beside(embed([text[at] for at in range(len(text))]))


def _learn(vectors: Sparse, codes: Codes, classes: int, rows: NDArray[np.int64]) -> Logistic:
    return Logistic.fit(vectors, codes, classes, rows=rows, strength=STRENGTH)


@dataclass(frozen=True, eq=False)
class Judged:
    """What models say of the labels of some documents; rows are the documents with a label that is judged."""

    classes: tuple[str, ...]
    rows: NDArray[np.int64]
    """The numbers of these documents among all."""
    labels: Codes
    probabilities: Floats
    """(rows, classes), by models that learnt neither from the document nor from a copy of it."""

    @lazy
    def confidence(self) -> Confidence:
        """Confident learning on them."""
        return Confidence.of(self.labels, self.probabilities)

    @lazy
    def suspects(self) -> NDArray[np.bool_]:
        """Which labels are probably wrong, (rows,)."""
        return self.confidence.suspects(self.labels, self.probabilities)

    @lazy
    def quality(self) -> Floats:
        """The chance of the given label, (rows,)."""
        return quality(self.labels, self.probabilities)

    @lazy
    def suggested(self) -> Codes:
        """The likeliest class, (rows,)."""
        return rowwise(lambda block: block.argmax(axis=1), self.probabilities)

    @lazy
    def likeliest(self) -> Floats:
        """The chance of the likeliest class, (rows,)."""
        return rowwise(lambda block: block.max(axis=1, initial=0.0), self.probabilities)

    @lazy
    def accuracy(self) -> float | None:
        """How often the likeliest class is the label."""
        return float((self.suggested == self.labels).mean()) if len(self.rows) else None

    def errors(self, seed: int = 0) -> Reading:
        """The share of wrong labels."""
        return label_errors(self.labels, self.probabilities, seed=seed)

    def suspected(self, most: int) -> list[tuple[int, dict[str, Any]]]:
        """Row of the sample, given and suggested label with their chances, of the most suspect ones, at most so many."""
        order = self.ranked()[: min(most, int(self.suspects.sum()))]
        return [
            (
                int(self.rows[at]),
                {
                    "given": self.classes[self.labels[at]],
                    "suggested": self.classes[self.suggested[at]],
                    "probability": float(self.quality[at]),
                    "suggested_probability": float(self.probabilities[at, self.suggested[at]]),
                },
            )
            for at in order.tolist()
        ]

    def ranked(self) -> NDArray[np.int64]:
        """Suspects first, then by how little the label is trusted; of equals in the order they came. (rows,)"""
        return np.lexsort((self.rows, self.quality, ~self.suspects))


def judge(
    text: Text, labels: Sequence[str | None], *, seed: int = 0, run: Run = map, embed: Model | None = None
) -> Judged | None:
    """The labels of documents in memory; None where there are not two labels with `RARE` documents each.

    >>> text = Text.of([f"good {i}" for i in range(12)] + [f"bad {i}" for i in range(12)])
    >>> found = judge(text, ["+"] * 11 + ["-"] * 13)
    >>> found.rows[found.ranked()[0]].tolist(), found.classes[found.suggested[found.ranked()[0]]]
    (11, '+')
    """
    counts: dict[str, int] = {}
    for label in labels:
        if label is not None:
            counts[label] = counts.get(label, 0) + 1
    classes = Classes.of(counts)
    if len(classes) < 2:
        return None
    copied = Copied.of(text)
    classes = classes.apart(labels, copied, np.arange(len(labels)))
    if len(classes) < 2:
        return None
    codes = classes.codes(labels)
    fold = folds(copied.keys, codes, together=copied.cluster, seed=seed)
    models, vectors = FoldModels.fit(text, codes, len(classes), fold, run, embed)
    rows = np.flatnonzero(codes >= 0)
    return Judged(classes.names, rows, codes[rows], models.of(vectors.take(rows), fold[rows]))
