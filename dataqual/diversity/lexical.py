"""How varied the words of one stretch of text, or of each document, are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.words import Words
from dataqual.kernels import diversity as kernels

DRAWS = 42
"""Words drawn for HD-D: what McCarthy and Jarvis (2007) chose for the size of the samples of voc-D."""
THRESHOLD = 0.72
"""Where a factor of MTLD ends: between 0.660 and 0.750, say McCarthy and Jarvis (2010, p. 385), and 0.720 is the usual."""


def distinct_in_sets(words: Words, n: int, size: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Different n-grams, and all, of each of the first `count` sets of `size` words in a row, both (count,).

    >>> distinct_in_sets(Words(np.array([0, 1, 0, 0], np.int32), np.array([0, 4])), 1, 2, 2)[0].tolist()
    [2, 1]
    """
    different, total = np.empty(count, np.int64), np.empty(count, np.int64)
    kernels.distinct_in_sets(words.ngrams(n), size, np.zeros(words.kinds(n), np.int64), different, total)
    return different, total


def moving_ratios(words: Words, window: int) -> NDArray[np.float64]:
    """MATTR of each document (Covington and McFall 2010), (documents,); 0 without words."""
    out = np.empty(len(words.counts))
    kernels.moving_ratios(words.codes, words.offsets, window, np.zeros(words.kinds(1), np.int64), out)
    return out


def distinct(codes: NDArray[np.int32]) -> int:
    """How many different numbers, those below 0 aside.

    >>> distinct(np.array([3, 3, -1, 5], np.int32))
    2
    """
    return len(np.unique(codes[codes >= 0]))


def entropy(codes: NDArray[np.int32]) -> float:
    """Shannon entropy of the words, in bits per word.

    >>> entropy(np.array([0, 1, 2, 3], np.int32))
    2.0
    """
    shares = np.unique(codes, return_counts=True)[1] / max(len(codes), 1)
    return abs(float(-(shares * np.log2(shares)).sum()))


def yules_k(codes: NDArray[np.int32]) -> float:
    """10,000 (sum of squared frequencies - words) / words² (Yule 1944): how often two words drawn are the same.

    >>> yules_k(np.array([0, 0, 1, 2], np.int32))
    1250.0
    """
    counts = np.unique(codes, return_counts=True)[1].astype(np.float64)
    words = float(len(codes))
    return 1e4 * (float((counts**2).sum()) - words) / words**2


def growth(codes: NDArray[np.int32]) -> float:
    """Heaps' exponent from the first half to the whole: 1 if every word is new, 0 if none in the second half is.

    >>> growth(np.array([0, 1, 2, 3], np.int32)), growth(np.array([0, 1, 0, 1], np.int32))
    (1.0, 0.0)
    """
    return math.log2(distinct(codes) / max(distinct(codes[: len(codes) // 2]), 1))


def mtld_factors(words: Words, threshold: float = THRESHOLD) -> NDArray[np.float64]:
    """Factors of each document forwards and backwards, (documents, 2) (McCarthy and Jarvis 2010).

    A factor ends where the share of different words in it is at most `threshold`; the words left at the end are a part of one.
    """
    factors = np.zeros((len(words.offsets) - 1, 2))
    kernels.mtld_factors(words.codes, words.offsets, np.array([threshold]), np.zeros(words.kinds(1), np.int64), factors)
    return factors


def hd_d(words: Words, draws: int = DRAWS) -> NDArray[np.float64]:
    """HD-D of each document, (documents,): the share of different words among so many drawn from it; NaN for a shorter one.

    The sum over its words of the chance to be drawn, through the draws (McCarthy and Jarvis 2007).
    """
    table = words.table(1)
    size = words.counts
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, max(int(size.max(initial=0)), draws) + 1)))])
    n, f = size[table.rows], table.values.astype(np.int64)
    left = np.maximum(n - f - draws, 0)  # below 0 some of the draws are the word for certain
    n_left = np.maximum(n - draws, 0)
    never = np.exp(logs[n - f] - logs[left] - logs[n] + logs[n_left])
    chance = np.where(n - f >= draws, 1 - never, 1.0)
    sums = np.bincount(table.rows, chance, len(size)) / draws
    return np.where(size >= draws, sums, np.nan)
