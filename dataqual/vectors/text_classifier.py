"""`TextClassifier`: how likely each label is for a text, learnt from labelled ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dataqual.text import Text
from dataqual.vectors.logistic import STRENGTH, Logistic
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.tfidf import Terms, count, inverse_frequency, tfidf

WORDS, ALONE = (1, 2), (1, 3)
"""Runs of words, and of the Han characters that are words: three of them take in most Chinese words."""
LEAST = 2
"""Documents a term must be in: what one alone has tells nothing of another, and is most of all terms."""


def terms_of(text: Text, most: int | None = None) -> Terms:
    """The terms by which labels are learnt, those of the `most` documents where there are more."""
    return count(text, words=WORDS, alone=ALONE, min_documents=min(LEAST, max(1, len(text))), most=most)


def coded(labels: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The different labels, sorted, and the number of each.

    >>> coded(["b", "a", "b"])
    (('a', 'b'), array([1, 0, 1]))
    """
    classes = sorted(set(labels))
    number = {name: i for i, name in enumerate(classes)}
    return tuple(classes), np.array([number[name] for name in labels], np.int64)


@dataclass(frozen=True, eq=False)
class TextClassifier:
    """Softmax regression on the TF-IDF of runs of words or Han characters.

    >>> text = Text.of(["good food", "good", "bad food", "bad", "好吃", "好", "难吃", "难"])
    >>> model = TextClassifier.fit(text, ["+", "+", "-", "-"] * 2)
    >>> model.classes, model.probabilities(Text.of(["good", "难", ""])).round(1).tolist()
    (('+', '-'), [[0.9, 0.1], [0.1, 0.9], [0.5, 0.5]])
    """

    classes: tuple[str, ...]
    terms: Terms
    idf: NDArray[np.float64]
    model: Logistic

    @classmethod
    def fit(cls, text: Text, labels: Sequence[str], *, strength: float = STRENGTH) -> Self:
        """Learn from documents and the label of each."""
        classes, codes = coded(labels)
        terms = terms_of(text)
        idf = inverse_frequency(terms.counts)
        return cls(classes, terms, idf, Logistic.fit(tfidf(terms.counts, idf), codes, len(classes), strength=strength))

    def vectors(self, text: Text) -> Sparse:
        """The TF-IDF of documents, (documents, terms)."""
        return tfidf(self.terms.of(text), self.idf)

    def probabilities(self, text: Text) -> NDArray[np.float64]:
        """How likely each label is, (documents, classes); of a text without known words as often as each label is."""
        return self.model.probabilities(self.vectors(text))
