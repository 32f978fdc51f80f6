"""The pair signal `label_agreement`: what classifiers of the originals say of a child's label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.near_duplicates import NearDuplicates, Signing
from dataqual.text import Text
from dataqual.vectors.logistic import Logistic
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.text_classifier import terms_of
from dataqual.vectors.tfidf import Terms, inverse_frequency, tfidf

FOLDS = 5
SUREST = 1e6
"""What is told at most: beyond, the classifier knows no other label."""
FEWEST = 10
"""Originals of each of two labels at least: with fewer a classifier tells nothing."""


@dataclass(frozen=True, eq=False)
class LabelModels:
    """Five classifiers, each of which learnt from the originals of all folds but one."""

    labels: tuple[str, ...]
    terms: Terms
    idf: NDArray[np.float64]
    models: tuple[Logistic, ...]
    shares: NDArray[np.float64]
    """Of each label among those it learnt from: where one is rare, a document that hardly speaks for either is of the other."""

    @classmethod
    def fit(cls, text: Text, labels: Sequence[str | None]) -> LabelModels | None:
        """Learn from the documents that have a label; None where fewer than two labels have `FEWEST`.

        A fold is told by the text alone, so that copies share one and a parent's is known when its child is judged.
        """
        names, counts = np.unique([label for label in labels if label is not None], return_counts=True)
        known = tuple(names[counts >= FEWEST].tolist())
        if len(known) < 2:
            return None
        number = {label: at for at, label in enumerate(known)}
        own = np.array([number.get(label, -1) if label is not None else -1 for label in labels], np.int64)
        terms, fold = terms_of(text), folds_of(text)
        idf = inverse_frequency(terms.counts)
        vectors = tfidf(terms.counts, idf)
        models = [
            Logistic.fit(vectors, own, len(known), rows=np.flatnonzero((own >= 0) & (fold != held)))
            for held in range(FOLDS)
        ]
        bare = replace(terms, counts=Sparse.of(np.zeros((0, len(terms.hashes)))), text=Text.of_bytes([]))
        shares = np.bincount(own[own >= 0], minlength=len(known)) / max(1, int((own >= 0).sum()))
        return cls(known, bare, idf, tuple(models), shares)

    def agreement(self, text: Text, labels: Sequence[str | None], fold: NDArray[np.int64]) -> NDArray[np.float64]:
        """The chance of each document's label over that of the likeliest other, were all labels as frequent, by the model that
        did not learn from its fold; `SUREST` at most."""
        number = {label: at for at, label in enumerate(self.labels)}
        own = np.array([number.get(label, -1) if label is not None else -1 for label in labels], np.int64)
        vectors = tfidf(self.terms.of(text), self.idf)
        out = np.full(len(text), np.nan)
        for held, model in enumerate(self.models):
            rows = np.flatnonzero((fold == held) & (own >= 0))
            if len(rows):
                found = model.probabilities(vectors, rows) / self.shares
                at = np.arange(len(rows)), own[rows]
                kept = found[at]
                found[at] = 0
                out[rows] = np.minimum(kept / np.maximum(found.max(1), 1e-12), SUREST)
        return out


@dataclass(frozen=True, eq=False)
class LabelAgreement(PairSignal):
    """The chance of the kept label over that of the likeliest other, by a classifier of the originals; NaN without a label.

    1 or more where the label is the likeliest, a rare one as readily as a frequent one; the more, the surer the classifier is,
    which learnt from other originals than the parent.
    """

    models: LabelModels

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        if not pairs.labels:
            return np.full(len(pairs), np.nan)
        return np.round(self.models.agreement(pairs.children, pairs.labels, folds_of(pairs.parents)), 4)


def folds_of(text: Text) -> NDArray[np.int64]:
    """The fold of each document, 0 to `FOLDS` - 1, the same wherever its words stand."""
    exact = Signing(NearDuplicates(), near=False, normalized=True)(text).exact
    return ((exact[:, 0] >> np.uint64(11)) % np.uint64(FOLDS)).astype(np.int64)


LEAST_RIGHT = 0.75
"""Share of originals that never seen models must tell right: who is wrong at one in four refuses as many good children."""


def share_right(models: LabelModels, text: Text, labels: Sequence[str | None]) -> float:
    """On what share of the originals of a label the models that did not see them are right, the mean over labels; 0 of none.

    Each label counts alike (balanced accuracy): a rare one is what is augmented most, and a frequent one may hide that it is told badly.
    """
    found = models.agreement(text, labels, folds_of(text))
    known = ~np.isnan(found)
    at = np.unique([label or "" for label in labels], return_inverse=True)[1][known]
    if not len(at):
        return 0.0
    right, many = np.bincount(at, found[known] >= 1), np.bincount(at)
    return float((right[many > 0] / many[many > 0]).mean())
