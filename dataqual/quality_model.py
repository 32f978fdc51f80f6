"""A classifier of good and bad texts: logistic regression over hashed runs of one to three words, as fastText's is linear.

A word is one of the cut `tokens` in lower case, so a run of Chinese is one of characters (Joulin et al. 2016 for hashed
n-grams; Brown et al. 2020, appendix A, for a linear classifier that filters a corpus).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual import model_file
from dataqual.errors import InputError
from dataqual.kernels import linear
from dataqual.text import Text

FORMAT = "dataqual.quality/1"
BITS = 20
"""A million weights, 4 MB: fewer collide than matter below some ten million different runs."""
EPOCHS = 5
RATE = 0.5
"""At the first document; it falls to nothing at the last."""


@dataclass(frozen=True, eq=False)
class QualityModel:
    """Weights, and what they were learnt from."""

    weights: NDArray[np.float32]
    """(2**bits + 1,): one for each hash of a run, and the constant."""
    about: str = ""

    @classmethod
    def fit(cls, text: Text, good: NDArray[np.bool_], *, seed: int = 0, about: str = "") -> QualityModel:
        """Learn from documents and whether each is good; the same input and seed give the same weights.

        >>> text = Text.of(["clear prose that says something", "BUY cheap pills now"] * 20)
        >>> model = QualityModel.fit(text, np.array([True, False] * 20))
        >>> model.probabilities(Text.of(["prose that says something", "cheap pills", ""])).round().tolist()
        [1.0, 0.0, 0.0]
        """
        words = text.cut("tokens")
        weights = np.zeros((1 << BITS) + 1, np.float32)
        random = np.random.default_rng(seed)
        order = np.concatenate([random.permutation(len(text)) for _ in range(EPOCHS)]).astype(np.int64)
        rates = np.linspace(RATE, 0, len(order), endpoint=False).astype(np.float32)
        linear.learn(words.folded, words.offsets, good, order, rates, weights)
        return cls(weights, about)

    def probabilities(self, text: Text) -> NDArray[np.float64]:
        """How likely each document is good, (documents,), from 0 to 1; below one half where they are equally likely."""
        words = text.cut("tokens")
        scores = np.empty(len(text))
        linear.score(words.folded, words.offsets, self.weights, scores)
        chances: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        return chances

    def save(self, path: Path) -> None:
        """Write it as .npz (arrays and text alone), the same bytes for the same model."""
        told = {"format": FORMAT, "about": self.about, "weights": self.weights}
        model_file.save(path, told, compressed=True)

    @classmethod
    def load(cls, path: str | Path) -> QualityModel:
        """InputError where the file is not there, or is no such model of this version; nothing in it is run."""
        return _load(*model_file.found(path))


@lru_cache(maxsize=8)
def _load(path: str, changed: int, size: int) -> QualityModel:
    try:
        with model_file.opened(path, FORMAT) as content:
            weights = np.ascontiguousarray(content["weights"], np.float32)
            about = str(content["about"])
    except model_file.DAMAGED:
        raise InputError(f"{path}: no quality model; dataqual train-quality makes one") from None
    if weights.ndim != 1 or (len(weights) - 1).bit_count() != 1 or not np.isfinite(weights).all():
        raise InputError(f"{path}: its weights are damaged; train it again")
    return QualityModel(weights, about)


def area(scores: NDArray[np.float64], good: NDArray[np.bool_]) -> tuple[float, tuple[float, float]]:
    """The area under the ROC curve with its 95 % interval (Hanley and McNeil 1982); half a point for ties.

    >>> area(np.array([0.9, 0.4, 0.6, 0.1]), np.array([True, True, False, False]))[0]
    0.75
    """
    order = np.argsort(scores, kind="stable")
    _, inverse, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = np.empty(len(scores))
    ranks[order] = ((ends - counts + 1 + ends) / 2)[inverse]
    n, m = int(good.sum()), int((~good).sum())
    a = float((ranks[good].sum() - n * (n + 1) / 2) / (n * m))
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    error = np.sqrt(max(0.0, a * (1 - a) + (n - 1) * (q1 - a * a) + (m - 1) * (q2 - a * a)) / (n * m))
    return a, (max(0.0, a - 1.96 * float(error)), min(1.0, a + 1.96 * float(error)))


def joined(texts: Sequence[Text]) -> Text:
    """Several columns as one."""
    data = np.concatenate([text.data for text in texts] or [np.zeros(0, np.uint8)])
    sizes = np.concatenate([text.byte_counts for text in texts] or [np.zeros(0, np.int64)])
    return Text(data, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
