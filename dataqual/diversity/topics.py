"""What documents are about: clusters of their terms, and how evenly the documents spread over them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.function_words import is_function_word
from dataqual.diversity.whole_words import words_of
from dataqual.document_sample import DocumentSample
from dataqual.text import ALONE, Text
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
COMMON, TELLING = 0.1, 2.0
"""A word that a tenth of all documents have names a topic only if twice as many of the topic's documents have it as of the
others: so names of topics are no function words in any language, of which those of English and Chinese are known besides."""
OFTEN, SHORT = 0.3, 3
"""Nor does a word of so few letters that so many of the topic's documents have (Zipf 1935: what is used most is short): where a
topic is a language, the commonest words of that language would mark it."""
FIRST_UNSPACED = "\u0e00"
"""From Thai on scripts have words of one or two characters, which are no function words for that."""
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
        """That of a sample: TF-IDF over terms that two documents have, function words aside, and its largest singular directions."""
        return sample.once(cls._made)

    @classmethod
    def _made(cls, sample: DocumentSample) -> Space:
        terms = count(sample.text, alone=(2, 2), min_documents=2, most=MOST_TERMS)
        told = [at for at in range(len(terms.hashes)) if not is_function_word(terms.name(at))]
        terms = terms.keep(np.array(told, np.int64))
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
        names = names_of(sample, clusters.labels, len(clusters.centres))
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


def names_of(sample: DocumentSample, topic: NDArray[np.int64], topics: int) -> list[list[str]]:
    """Of each topic the words that most more of its documents have than of the others, by weighted log-odds.

    Where words are not spaced they are those of `whole_words`; of texts with too few of them, pairs of characters.
    """
    terms, words = Space.of(sample).terms, words_of(sample.text)
    pairs = _is_alone(sample.text, terms.starts)
    spaced = terms.keep(np.flatnonzero(~pairs)) if pairs.any() else terms
    pair = np.unique(words.document * max(len(words.starts), 1) + words.word)
    document, word = np.divmod(pair, max(len(words.starts), 1))
    raw = sample.text.data
    known = [raw[a:b].tobytes().decode() for a, b in zip(words.starts.tolist(), words.ends.tolist(), strict=True)]
    tables: list[Table] = [
        (topic[spaced.counts.rows], spaced.counts.indices.astype(np.int64), len(spaced.hashes), spaced.name),
        (topic[document], word, len(known), known.__getitem__),
    ]
    sizes = np.bincount(topic, minlength=topics)
    found = [_marking(tables, at, sizes) for at in range(topics)]
    if not pairs.any():
        return found
    counted = [(topic[terms.counts.rows], terms.counts.indices.astype(np.int64), len(terms.hashes), terms.name)]
    return [names or _marking(counted, at, sizes) for at, names in enumerate(found)]


Table = tuple[NDArray[np.int64], NDArray[np.int64], int, Callable[[int], str]]
"""For each document that has a term: its topic and the term's number; how many terms there are, and what each is called."""


def _marking(tables: Sequence[Table], at: int, sizes: NDArray[np.int64]) -> list[str]:
    """The terms of all tables that mark a topic, the most telling first, none of which is a part of another."""
    n, m = int(sizes[at]), int(sizes.sum() - sizes[at])
    ranked: list[tuple[float, str]] = []
    for topic, term, terms, name in tables:
        inside = np.bincount(term[topic == at], minlength=terms)
        outside = np.bincount(term, minlength=terms) - inside
        odds = [np.log((k + 0.5) / (total - k + 0.5)) for k, total in ((inside, n), (outside, m))]
        error = np.sqrt(sum(1 / (k + 0.5) + 1 / (total - k + 0.5) for k, total in ((inside, n), (outside, m))))
        z = (odds[0] - odds[1]) / error
        everywhere = (inside + outside >= COMMON * (n + m)) & (inside * m < TELLING * outside * n)
        z[everywhere] = 0
        best = np.argsort(-z, kind="stable")[: 12 * NAMED]
        named = [(float(z[column]), name(int(column))) for column in best.tolist() if z[column] > 1.0]
        often = {name(column) for column in best.tolist() if inside[column] >= OFTEN * n}
        ranked += [
            (score, word)
            for score, word in named
            if not is_function_word(word) and not (word in often and len(word) <= SHORT and word[0] < FIRST_UNSPACED)
        ]
    found: list[str] = []
    for _, name_of in sorted(ranked, key=lambda one: -one[0]):
        if not _COUNTS.fullmatch(name_of) and not any(name_of in other or other in name_of for other in found):
            found.append(name_of)
    return found[:NAMED]


_COUNTS = re.compile(r"\d{1,3}|[a-z]")
"""What is no name: single letters, and numbers of prices, lists and sizes; a year may be one."""


def _is_alone(text: Text, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the word that begins at each of these bytes is a character of a script without spaces."""
    cut = text.cut("unicode")
    if not len(starts):
        return np.zeros(0, bool)
    return np.asarray((cut.flags[np.searchsorted(cut.starts, starts)] & ALONE) != 0)
