"""Confident learning: which labels are probably wrong, by what a model says that never saw the document.

Northcutt, Jiang and Chuang, *Confident Learning: Estimating Uncertainty in Dataset Labels* (2021); the numbers are those of
cleanlab's `count`, `filter` (`confident_learning`) and `rank`, against which they are tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.labels.chances import blocks, rowwise

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
Ranking = Literal["self_confidence", "normalized_margin", "confidence_weighted_entropy"]
RANKINGS: tuple[Ranking, ...] = get_args(Ranking)

SLACK = 1e-6
"""Below a threshold by less is not below it, as cleanlab compares."""
ABSENT = 2.0
"""The threshold of a class that no document has: no chance reaches it."""


def thresholds(labels: Codes, probabilities: Floats) -> Floats:
    """The mean chance of each class among the documents with that label, (classes,).

    >>> thresholds(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])).round(2).tolist()
    [0.7, 0.8]
    """
    counts = np.bincount(labels, minlength=probabilities.shape[1])
    sums = np.zeros(len(counts))
    for start, block in blocks(probabilities):
        own = labels[start : start + len(block)]
        sums += np.bincount(own, block[np.arange(len(own)), own], minlength=len(counts))
    means = np.divide(sums, counts, out=np.full(len(counts), ABSENT), where=counts > 0)
    return np.maximum(means, 2 * SLACK)


@dataclass(frozen=True, eq=False)
class Confidence:
    """What the chances of all documents say of their labels; it judges each document on its own."""

    thresholds: Floats
    """(classes,)"""
    counts: Codes
    """Documents with each label, (classes,)."""
    joint: Codes
    """(classes, classes): documents with one label that confidently belong to another, the diagonal at least 1."""

    @classmethod
    def of(cls, labels: Codes, probabilities: Floats) -> Self:
        """From labels, (documents,), and chances that no model gave that learnt from the document, (documents, classes)."""
        limits = thresholds(labels, probabilities)
        classes = probabilities.shape[1]
        belongs = confident(limits, probabilities)
        sure = belongs >= 0
        cells = np.bincount(labels[sure] * classes + belongs[sure], minlength=classes * classes)
        joint = cells.reshape(classes, classes)
        np.fill_diagonal(joint, joint.diagonal().clip(min=1))
        return cls(limits, np.bincount(labels, minlength=classes), joint)

    def suspects(self, labels: Codes, probabilities: Floats) -> NDArray[np.bool_]:
        """Which labels are probably wrong: the document confidently belongs to another class, which is its likeliest too."""
        return rowwise(self._suspects, probabilities, labels)

    def _suspects(self, probabilities: Floats, labels: Codes) -> NDArray[np.bool_]:
        belongs = confident(self.thresholds, probabilities)
        favoured = probabilities.copy()
        favoured[np.arange(len(labels)), labels] += SLACK
        return np.asarray((belongs >= 0) & (belongs != labels) & (favoured.argmax(axis=1) != labels))

    @property
    def calibrated(self) -> Codes:
        """`joint` in whole documents, with as many of each label as there are."""
        rows = self.joint / self.joint.sum(axis=1, keepdims=True).clip(min=1e-100) * self.counts[:, None]
        return np.array([_rounded(row) for row in rows], np.int64).reshape(self.joint.shape)

    @property
    def distribution(self) -> Floats:
        """How likely a document has one label and belongs to another class, (classes, classes), of sum 1."""
        calibrated = self.calibrated
        return calibrated / max(int(calibrated.sum()), 1)

    @property
    def errors(self) -> float:
        """The share of wrong labels by the calibrated joint, as cleanlab's `off_diagonal_calibrated`."""
        return float(1 - self.distribution.trace()) if self.counts.sum() else 0.0


def confident(limits: Floats, probabilities: Floats) -> Codes:
    """The likeliest class of those whose threshold is reached, (documents,); -1 where none is."""
    return rowwise(lambda block: _confident(limits, block), probabilities)


def _confident(limits: Floats, probabilities: Floats) -> Codes:
    reached = probabilities >= limits - SLACK
    several = reached.sum(axis=1) > 1
    belongs = np.where(several, probabilities.argmax(axis=1), reached.argmax(axis=1))
    return np.where(reached.any(axis=1), belongs, -1)


def quality(labels: Codes, probabilities: Floats, by: Ranking = "self_confidence") -> Floats:
    """How far each label can be trusted, (documents,), 0 to 1: the lowest are looked at first.

    >>> labels, chances = np.array([0, 1]), np.array([[0.7, 0.3], [0.6, 0.4]])
    >>> [quality(labels, chances, by).round(2).tolist() for by in RANKINGS]
    [[0.7, 0.4], [0.7, 0.4], [0.65, 0.51]]
    """
    return rowwise(lambda block, given: _quality(given, block, by), probabilities, labels)


def _quality(labels: Codes, probabilities: Floats, by: Ranking) -> Floats:
    rows = np.arange(len(labels))
    own = probabilities[rows, labels]
    if by == "self_confidence":
        return own
    if by == "normalized_margin":
        others = probabilities.copy()
        others[rows, labels] = -np.inf
        return np.asarray((own - others.max(axis=1, initial=-np.inf) + 1) / 2)
    logs = np.log(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    entropy = -(probabilities * logs).sum(axis=1) / np.log(probabilities.shape[1])
    weighted = entropy / own.clip(min=1e-6)
    return np.asarray(np.log(weighted + 1) / weighted.clip(min=1e-6))


def _rounded(row: Floats) -> Floats:
    """Whole numbers of the same sum, those changed that were rounded the most."""
    whole = row.round()
    while missing := int(round(row.sum()) - whole.sum()):
        step = 1 if missing > 0 else -1
        order = np.argsort(row - whole, kind="stable")[::-step]
        whole[order[: abs(missing)]] += step
    return whole
