"""The pair signals `chrf`, `word_overlap`, `bigram_overlap`, `order_kept`, `similarity` and `length_ratio`: how near a child is to its parent."""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual import embeddings
from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.kernels.common_ngrams import common_ngrams

BETA = 2
"""How much more recall weighs than precision, as chrF2 has it."""


@dataclass(frozen=True)
class Chrf(PairSignal):
    """chrF2 of the child against its parent, 0 to 1: F2 of character n-grams, white space left out (Popović 2015).

    As sacrebleu's CHRF(word_order=0), whose orders are 1 to 6. Where most of the parent is Han characters the orders
    are 1 to `order_han`: a Han character says as much as two or three letters, and paraphrases share few runs of six.

    >>> Chrf().measure(Pairs.of(["The cat is on the mat."], ["The cat sat on the mat."])).round(4).tolist()
    [0.6717]
    """

    order: int = 6
    order_han: int = 2

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        orders = np.where(pairs.mostly_han, self.order_han, self.order)
        return _chrf(pairs.texts, orders)


@dataclass(frozen=True)
class WordOverlap(PairSignal):
    """F1 of the words of child and parent, as sets with repeats, in lower case; a Han character is a word. NaN without words.

    >>> WordOverlap().measure(Pairs.of(["a great film", "好吃", "…"], ["a good film", "好喝", "…"])).round(2).tolist()
    [0.67, 0.5, nan]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        both = np.array([(parent & child).total() for parent, child in pairs.words], np.float64)
        either = np.array([parent.total() + child.total() for parent, child in pairs.words], np.float64)
        with np.errstate(invalid="ignore"):
            return 2 * both / either


@dataclass(frozen=True)
class BigramOverlap(PairSignal):
    """F1 of the pairs of neighbouring words, in lower case: words in no order share few. NaN below `fewest` words.

    >>> texts = ["one two three four five six", "four two six one three five", "one two"]
    >>> BigramOverlap().measure(Pairs.of([texts[0], texts[0], texts[2]], texts)).tolist()
    [1.0, 0.0, nan]
    """

    fewest: int = 6

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        return np.array([self._overlap(*both) for both in pairs.worded], np.float64)

    def _overlap(self, one: list[str], two: list[str]) -> float:
        if min(len(one), len(two)) < self.fewest:
            return math.nan
        before, after = Counter(pairwise(one)), Counter(pairwise(two))
        return 2 * (before & after).total() / (before.total() + after.total())


@dataclass(frozen=True)
class OrderKept(PairSignal):
    """How many of the words that child and parent have in common stand in the parent's order, 0 to 1; NaN below `fewest` of them.

    The longest row of them that only goes forward in the parent, the second `the` being the parent's second. Two clauses that
    changed places keep the longer of the two; of words in no order few do, about 2√n of n (Logan and Shepp 1977).

    >>> texts = ["if it rains we stay at home", "we stay at home if it rains", "home it at we rains stay if", "one"]
    >>> OrderKept().measure(Pairs.of([texts[0]] * 4, texts)).round(2).tolist()
    [1.0, 0.57, 0.43, nan]
    """

    fewest: int = 6

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        return np.array([self._kept(*both) for both in pairs.worded], np.float64)

    def _kept(self, parent: list[str], child: list[str]) -> float:
        places: dict[str, list[int]] = {}
        for at in range(len(parent) - 1, -1, -1):
            places.setdefault(parent[at], []).append(at)
        met = [left.pop() for word in child if (left := places.get(word))]
        if len(met) < self.fewest:
            return math.nan
        ends: list[int] = []  # of the rows of each length, the least place at which one ends
        for at in met:
            longer = bisect(ends, at)
            ends[longer : longer + 1] = [at]
        return len(ends) / len(met)


@dataclass(frozen=True)
class Similarity(PairSignal):
    """Cosine of the sentence embeddings of child and parent by the model in a folder; NaN where it knows no token."""

    model: str

    def __post_init__(self) -> None:
        _opened(self.model)

    @property
    def rests_on(self) -> object:
        """The weights of the model."""
        return _opened(self.model).digest

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        model = _opened(self.model)
        parents, children = (model(list(side)) for side in zip(*pairs.texts, strict=True)) if len(pairs) else ((), ())
        cosines = np.einsum("ij,ij->i", parents, children, dtype=np.float64) if len(pairs) else np.empty(0)
        known = np.any(parents, axis=1) & np.any(children, axis=1) if len(pairs) else np.empty(0, bool)
        return np.where(known, np.round(cosines, 4), np.nan)


@lru_cache(maxsize=2)
def _opened(path: str) -> embeddings.Model:
    """A process opens a model once."""
    return embeddings.open_model(path)


@dataclass(frozen=True)
class LengthRatio(PairSignal):
    """Characters of the child over those of its parent, white space left out; NaN for a parent without any.

    >>> LengthRatio().measure(Pairs.of(["abcd", "好吃", " "], ["ab", "好 吃 吃", "a"])).tolist()
    [0.5, 1.5, nan]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        lengths = np.array([[len("".join(one.split())) for one in pair] for pair in pairs.texts], np.float64)
        parents, children = lengths.reshape(-1, 2).T
        return np.where(parents > 0, children / np.maximum(parents, 1), np.nan)


def _chrf(texts: list[tuple[str, str]], orders: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision and recall of every order are averaged over the orders that both texts have, then F."""
    parents, children = (_Characters.of([pair[side] for pair in texts]) for side in (0, 1))
    common = parents.common(children, orders)
    precision, recall, counted = np.zeros((3, len(texts)))
    for n, same in enumerate(common.T, 1):
        has, had = parents.counts(n), children.counts(n)
        applies = (has > 0) & (had > 0) & (n <= orders)
        precision += np.where(applies, same / np.maximum(had, 1), 0)
        recall += np.where(applies, same / np.maximum(has, 1), 0)
        counted += applies
    precision, recall = precision / np.maximum(counted, 1), recall / np.maximum(counted, 1)
    weight = BETA * BETA
    score = (1 + weight) * precision * recall / np.maximum(weight * precision + recall, 1e-300)
    empty = (parents.counts(1) == 0) & (children.counts(1) == 0)
    return np.where(empty, np.nan, score)


@dataclass(frozen=True, eq=False)
class _Characters:
    """The characters of some texts in a row, without white space."""

    points: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    """(texts + 1,): where each begins."""

    @classmethod
    def of(cls, texts: list[str]) -> _Characters:
        bare = ["".join(text.split()) for text in texts]
        points = np.frombuffer("".join(bare).encode("utf-32-le"), np.uint32)
        return cls(points, np.cumsum([0, *map(len, bare)], dtype=np.int64))

    def counts(self, n: int) -> NDArray[np.int64]:
        """N-grams of each text."""
        return np.maximum(np.diff(self.offsets) - n + 1, 0)

    def common(self, others: _Characters, orders: NDArray[np.int64]) -> NDArray[np.int64]:
        """(texts, highest order): n-grams of each text that the other one in its place has too, for n up to its order."""
        longest, other = (int(side.counts(1).max(initial=0)) for side in (self, others))
        room = 1 << max(4, (2 * longest).bit_length())
        hashes, other_hashes, keys = (np.empty(size, np.uint64) for size in (longest, other, room))
        counts, turns = np.empty(room, np.int64), np.zeros(room, np.int64)
        out = np.zeros((len(orders), int(orders.max(initial=0))), np.int64)
        common_ngrams(
            self.points,
            self.offsets,
            others.points,
            others.offsets,
            orders,
            hashes,
            other_hashes,
            keys,
            counts,
            turns,
            out,
        )
        return out
