"""How much documents repeat each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.words import Words
from dataqual.kernels import diversity as kernels
from dataqual.vectors.sparse import Sparse

LONGEST = 400
"""Words of a document that are aligned: the work grows with their square."""
EPSILON = 0.1
"""What stands for no match of an n-gram (method 1 of Chen and Cherry 2014)."""


def rouge_l(first: NDArray[np.int32], second: NDArray[np.int32]) -> float:
    """ROUGE-L F1: the longest common subsequence of two documents' words by their mean length (Lin 2004); 0 where disjoint.

    >>> rouge_l(np.array([0, 1, 2, 3], np.int32), np.array([0, 2, 9, 3], np.int32))
    0.75
    """
    first, second = first[:LONGEST], second[:LONGEST]
    if not len(first) or not len(second):
        return 0.0
    return (
        2 * kernels.common_subsequence(first, second, np.empty(len(second) + 1, np.int64)) / (len(first) + len(second))
    )


def self_repetition(table: Sparse) -> NDArray[np.float64]:
    """For each document ln(1 + n-grams it has, each as often as other documents have it) (Salkar et al. 2022), (documents,)."""
    others = table.column_counts() - 1
    return np.log1p(np.bincount(table.rows, others[table.indices], len(table)))


def self_bleu(words: Words, first: int, end: int, longest: int = 4) -> NDArray[np.float64]:
    """BLEU of each document from `first` to before `end` against all others of them, (documents,) (Zhu et al. 2018).

    Papineni et al. (2002) over n-grams up to `longest`, the reference nearest in length, smoothed by method 1 of Chen
    and Cherry (2014): no match counts as a tenth of one, but no word in common is 0.
    """
    lengths = words.counts[first:end]
    logs = np.zeros(end - first)
    none = np.zeros(end - first, bool)
    for n in range(1, longest + 1):
        matched = _matched(words.table(n, first, end), words.room(n, 3))
        total = np.maximum(lengths - n + 1, 1)
        none |= (matched == 0) & (n == 1)
        logs += np.log(np.where(matched > 0, matched, EPSILON) / total) / longest
    brief = np.minimum(0.0, 1 - _nearest(lengths) / np.maximum(lengths, 1))
    return np.where(none, 0.0, np.exp(logs + brief))


def _matched(table: Sparse, room: NDArray[np.float64]) -> NDArray[np.float64]:
    matched = np.zeros(len(table))
    kernels.clipped(table.indptr, table.indices, table.values, room, matched)
    return matched


def _nearest(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each document the length of another that is nearest to its own, the shorter of two."""
    gaps = np.abs(lengths[:, None] - lengths[None, :]) * 2 + (lengths[None, :] > lengths[:, None])
    np.fill_diagonal(gaps, np.iinfo(np.int64).max)
    return lengths[gaps.argmin(axis=1)] if len(lengths) > 1 else lengths
