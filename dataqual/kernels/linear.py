"""A linear model over hashed runs of words: learnt one document after the other, and asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

LONGEST = 3
"""Words in a run: in Chinese, characters."""


@njit(cache=True, nogil=True, inline="always")
def mix(h: np.uint64, word: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """The hash of a run with one word more (the finaliser of splitmix64, Steele et al. 2014)."""
    h = (h * np.uint64(0x9E3779B97F4A7C15)) ^ word
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return h ^ (h >> np.uint64(27))


def hash_of(words: list[int]) -> int:
    """The hash of a whole run, in Python."""
    h, all_bits = 1, (1 << 64) - 1
    for word in words:
        h = ((h * 0x9E3779B97F4A7C15) & all_bits) ^ word
        h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) & all_bits
        h ^= h >> 27
    return h


@njit(cache=True, nogil=True)
def _sum(
    words: NDArray[np.uint64], first: int, end: int, weights: NDArray[np.float32], mask: np.uint64
) -> float:  # pragma: no cover - compiled
    total = 0.0
    for k in range(first, end):
        h = np.uint64(1)
        for j in range(k, min(k + LONGEST, end)):
            h = mix(h, words[j])
            total += weights[np.int64(h & mask)]
    return total


@njit(cache=True, nogil=True)
def score(
    words: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    weights: NDArray[np.float32],
    scores: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The log-odds of every document, (documents,): the weights of all its runs, through the root of how many words it has.

    `weights` has a power of two of entries, and the constant last.
    """
    mask = np.uint64(len(weights) - 2)
    for d in range(len(offsets) - 1):
        first, end = offsets[d], offsets[d + 1]
        size = np.sqrt(np.float64(max(end - first, 1)))
        scores[d] = weights[len(weights) - 1] + _sum(words, first, end, weights, mask) / size


@njit(cache=True, nogil=True)
def learn(
    words: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    good: NDArray[np.bool_],
    order: NDArray[np.int64],
    rates: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> None:  # pragma: no cover - compiled
    """Change `weights` by one step of logistic regression for each document of `order`, at its rate."""
    mask = np.uint64(len(weights) - 2)
    for step in range(len(order)):
        d = order[step]
        first, end = offsets[d], offsets[d + 1]
        size = np.sqrt(np.float64(max(end - first, 1)))
        odds = weights[len(weights) - 1] + _sum(words, first, end, weights, mask) / size
        change = np.float32(rates[step] * (np.float64(good[d]) - 1.0 / (1.0 + np.exp(-odds))) / size)
        weights[len(weights) - 1] += change * np.float32(0.1)
        for k in range(first, end):
            h = np.uint64(1)
            for j in range(k, min(k + LONGEST, end)):
                h = mix(h, words[j])
                weights[np.int64(h & mask)] += change


@njit(cache=True, nogil=True)
def count_runs(
    words: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    longest: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    flagged: NDArray[np.bool_],
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    which: NDArray[np.int64],
) -> int:  # pragma: no cover - compiled
    """Words of each document that lie in flagged runs, (documents,); from the left the longest known run wins.

    `longest` (4096,): words of the longest run that begins with a hash of these low bits, 0 for none. `keys`: hashes of runs in
    open addressing, 0 for none, and whether each is `flagged` or only known. `starts` and `ends` are filled with the words of
    flagged runs as far as they reach, and `which` with the places of their keys; how many there are is returned.
    """
    mask = len(keys) - 1
    n = np.int64(0)
    for d in range(len(offsets) - 1):
        k, end = offsets[d], offsets[d + 1]
        while k < end:
            most = np.int64(longest[np.int64(words[k] & np.uint64(4095))])
            found, counted, slot = np.int64(0), False, np.int64(0)
            h = np.uint64(1)
            for j in range(min(most, end - k)):
                h = mix(h, words[k + j])
                p = np.int64(h & np.uint64(mask))
                while keys[p] != 0:
                    if keys[p] == h:
                        found, counted, slot = np.int64(j + 1), flagged[p], p
                    p = (p + 1) & mask
            if found > 0 and counted:
                counts[d] += found
                if n < len(starts):
                    starts[n], ends[n], which[n] = k, k + found, slot
                n += 1
            k += max(found, 1)
    return n
