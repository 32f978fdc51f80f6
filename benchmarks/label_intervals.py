"""Intervals of label errors and of agreement in populations whose values are known; for interval_coverage.py."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dataqual.labels.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from dataqual.labels.balance import balance
from dataqual.labels.error_share import label_errors
from dataqual.labels.ratings import Ratings
from dataqual.reading import Interval, Reading
from dataqual.vectors.cross_validation import folds, held_out
from dataqual.vectors.sparse import Sparse

Case = Callable[[np.random.Generator], tuple[float, Interval | None]]


def errors(apart: float, rate: float, documents: int = 600, classes: int = 3) -> Case:
    """The share of labels that were changed: classes are normal clouds so far `apart`, models are ours, out of five folds."""

    def case(rng: np.random.Generator) -> tuple[float, Interval | None]:
        true = rng.integers(0, classes, documents)
        points = rng.normal(size=(documents, classes))
        points[np.arange(documents), true] += apart
        wrong = rng.random(documents) < rate
        labels = np.where(wrong, (true + rng.integers(1, classes, documents)) % classes, true)
        fold = folds(np.arange(documents, dtype=np.uint64), labels)
        chances = held_out(Sparse.of(points), labels, classes, fold)
        return float(wrong.mean()), label_errors(labels, chances, seed=int(rng.integers(1 << 30))).interval

    return case


ITEMS, ANNOTATORS = 150, 3


def rated(rng: np.random.Generator, items: int, right: float = 0.75) -> np.ndarray:
    """Four values, of which each annotator gives the right one so often, and else any: (items, annotators)."""
    true = rng.choice(4, items, p=(0.4, 0.3, 0.2, 0.1))
    any_value = rng.choice(4, (items, ANNOTATORS), p=(0.4, 0.3, 0.2, 0.1))
    return np.where(rng.random((items, ANNOTATORS)) < right, true[:, None], any_value)


def ratings(codes: np.ndarray) -> Ratings:
    """As they are given."""
    names = tuple(map(str, range(codes.shape[1])))
    return Ratings(tuple(map(str, range(len(codes)))), names, ("1", "2", "3", "4"), codes)


def _alpha(level: str) -> Case:
    """Both values agree beyond chance as often as both are right, 0.75²; which is alpha at every level, for errors are
    drawn as the values are."""

    def case(rng: np.random.Generator) -> tuple[float, Interval | None]:
        codes = rated(rng, ITEMS)
        codes[rng.random(codes.shape) < 0.15] = -1
        return 0.75**2, krippendorff_alpha(ratings(codes), level, draws=400, seed=int(rng.integers(1 << 30))).interval  # type: ignore[arg-type]

    return case


def _fleiss(rng: np.random.Generator) -> tuple[float, Interval | None]:
    return 0.75**2, fleiss_kappa(ratings(rated(rng, ITEMS)), draws=400, seed=int(rng.integers(1 << 30))).interval


def _cohen(rng: np.random.Generator) -> tuple[float, Interval | None]:
    codes = rated(rng, ITEMS)[:, :2]
    return 0.75**2, cohen_kappa(ratings(codes), draws=400, seed=int(rng.integers(1 << 30))).interval


def _rare(measure: Callable[..., Reading], annotators: int, right: float = 0.99) -> Case:
    """Thirty items, of which half of the samples or so show no disagreement at all: there is nothing to draw again then."""

    def case(rng: np.random.Generator) -> tuple[float, Interval | None]:
        codes = rated(rng, 30, right)[:, :annotators]
        return right**2, measure(ratings(codes), draws=400, seed=int(rng.integers(1 << 30))).interval

    return case


def _evenness(rng: np.random.Generator) -> tuple[float, Interval | None]:
    shares = np.array([0.5, 0.25, 0.15, 0.1])
    truth = float(-(shares * np.log(shares)).sum() / np.log(4))
    counts = rng.multinomial(400, shares)
    return truth, balance(dict(zip("abcd", counts.tolist(), strict=True)), sampled=True).interval


CASES: dict[str, Case] = {
    "label_errors, classes apart, 5 % wrong": errors(4, 0.05),
    "label_errors, classes apart, 20 % wrong": errors(4, 0.2),
    "label_errors, classes overlap (7 % beyond telling), 5 % wrong": errors(2, 0.05),
    "label_errors, classes overlap (7 % beyond telling), none wrong": errors(2, 0.0),
    "label_balance, 400 of a sample": _evenness,
    "krippendorff_alpha, nominal, values missing": _alpha("nominal"),
    "krippendorff_alpha, ordinal, values missing": _alpha("ordinal"),
    "krippendorff_alpha, interval, values missing": _alpha("interval"),
    "krippendorff_alpha, ratio, values missing": _alpha("ratio"),
    "fleiss_kappa": _fleiss,
    "cohen_kappa": _cohen,
    "krippendorff_alpha, 30 items, hardly a disagreement": _rare(krippendorff_alpha, 3),
    "fleiss_kappa, 30 items, hardly a disagreement": _rare(fleiss_kappa, 3),
    "cohen_kappa, 30 items, hardly a disagreement": _rare(cohen_kappa, 2),
}
