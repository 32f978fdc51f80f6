"""Words that one text uses more than another: log-odds with an informative Dirichlet prior, tested over documents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.intervals import t_of, t_tail

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR = 1000.0
"""Words that the prior is worth: enough to quiet words seen once or twice."""


@dataclass(frozen=True, eq=False)
class LogOdds:
    """For each word (words,): how much more the first text uses it than the second, and how sure that is."""

    delta: Floats
    """Difference of the log-odds (Monroe et al. 2008, equation 16)."""
    z_of_words: Floats
    """`delta` by Monroe's standard error (equations 20 and 22), which takes every word for an independent draw."""
    error: Floats
    """Standard error of `delta` if documents are the draws, or Monroe's where that is larger."""
    z: Floats
    """`delta` by that error."""
    p: Floats
    """Chance of a `z` as far from 0, by Student's t with one degree of freedom less than documents have the word."""
    documents: Ints
    """Documents that have the word in either text."""

    def interval(self, k: int, confidence: float = 0.95) -> tuple[float, float]:
        """Where the difference of a word lies."""
        spread = float(self.error[k]) * t_of(confidence, max(int(self.documents[k]) - 1, 1))
        return float(self.delta[k]) - spread, float(self.delta[k]) + spread


@dataclass(frozen=True, eq=False)
class Usage:
    """How often documents use words: for each pair that occurs its `document`, its `word` and how `often`."""

    document: Ints
    word: Ints
    often: Ints
    sizes: Ints
    """(documents,) words of each document in this text, those that are not among the `words` included."""

    @classmethod
    def of(cls, table: Any) -> Usage:
        """Of counts (documents, words), which are then all the words there are."""
        counts = np.asarray(table, np.int64)
        document, word = np.nonzero(counts)
        return cls(document, word, counts[document, word], counts.sum(axis=1))


def log_odds(first: Usage, second: Usage, background: Any, prior: float = PRIOR, total: int | None = None) -> LogOdds:
    """Monroe, Colaresi and Quinn (2008), "Fightin' Words": a word's use in two texts, drawn to its use in the background.

    `background`: (words,) how often each word is used at large; each word's prior is `prior` times its share of `total`, the
    words there are at large, None for the sum. The two texts have the same documents, of which either may have nothing.

    >>> one, other = Usage.of([[8, 1, 11], [7, 2, 11]]), Usage.of([[1, 5, 14], [2, 6, 12]])
    >>> found = log_odds(one, other, [18, 14, 48], prior=10)
    >>> found.delta.round(3).tolist(), found.z_of_words.round(2).tolist()
    ([1.502, -1.182, -0.334], [3.01, -2.2, -1.29])
    """
    alpha = np.asarray(background, np.float64)
    alpha = alpha * (prior / max(float(alpha.sum()) if total is None else total, 1.0))
    texts = [_Text.of(text, alpha, prior) for text in (first, second)]
    delta = texts[0].log_odds - texts[1].log_odds
    own = np.sqrt(1 / texts[0].posterior + 1 / texts[1].posterior)
    error = np.maximum(own, np.sqrt(_variance(texts[0], texts[1], first, second)))
    pairs = np.unique(np.concatenate([t.word * (len(first.sizes) + 1) + t.document for t in (first, second)]))
    documents = np.bincount(pairs // (len(first.sizes) + 1), minlength=len(alpha))
    z = delta / error
    return LogOdds(delta, delta / own, error, z, chances(z, documents - 1), documents)


def chances(z: Floats, freedom: Ints) -> Floats:
    """Two-sided chances of Student's t; of |z| below 1.9, which no control lets pass, those of the normal."""
    p = np.array([math.erfc(abs(x) / math.sqrt(2)) for x in z.tolist()])
    for k in np.flatnonzero(np.abs(z) >= 1.9).tolist():
        p[k] = t_tail(float(z[k]), max(int(freedom[k]), 1))
    return p


@dataclass(frozen=True, eq=False)
class _Text:
    posterior: Floats
    """Occurrences with the prior's."""
    others: Floats
    """Those of all other words, with the prior's."""

    @classmethod
    def of(cls, usage: Usage, alpha: Floats, prior: float) -> _Text:
        often = np.bincount(usage.word, usage.often, minlength=len(alpha))
        posterior = np.maximum(often + alpha, 1e-12)
        return cls(posterior, np.maximum(float(usage.sizes.sum()) + prior - posterior, 1e-12))

    @property
    def log_odds(self) -> Floats:
        return np.log(self.posterior) - np.log(self.others)

    @property
    def of_word(self) -> Floats:
        """How much the log-odds grow with one more occurrence."""
        return 1 / self.posterior + 1 / self.others

    @property
    def of_size(self) -> Floats:
        """How much they fall with one more word of any kind."""
        return 1 / self.others


def _variance(one: _Text, other: _Text, first: Usage, second: Usage) -> Floats:
    """The variance of the difference by the delta method, documents being the draws: the squares of what each adds to it."""
    clusters, words = len(first.sizes), len(one.posterior)
    n1, n2 = first.sizes.astype(np.float64), second.sizes.astype(np.float64)
    b1, b2 = one.of_size, other.of_size
    squares = b1 * b1 * (n1 @ n1) - 2 * b1 * b2 * (n1 @ n2) + b2 * b2 * (n2 @ n2)
    sums = -b1 * n1.sum() + b2 * n2.sum()
    keys = [usage.word * clusters + usage.document for usage in (first, second)]
    both, where = np.unique(np.concatenate(keys), return_inverse=True)
    often = np.zeros((2, len(both)))
    np.add.at(often[0], where[: len(keys[0])], first.often)
    np.add.at(often[1], where[len(keys[0]) :], second.often)
    word, document = both // clusters, both % clusters
    of_words = one.of_word[word] * often[0] - other.of_word[word] * often[1]
    of_sizes = -b1[word] * n1[document] + b2[word] * n2[document]
    squares = squares + np.bincount(word, (of_words + of_sizes) ** 2 - of_sizes**2, minlength=words)
    sums = sums + np.bincount(word, of_words, minlength=words)
    drawn = int(((n1 + n2) > 0).sum())
    if drawn < 2:
        return np.full(words, np.inf)
    return np.maximum(squares - sums * sums / drawn, 0.0) * (drawn / (drawn - 1))
