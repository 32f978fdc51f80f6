"""Word n-grams as hashes, and how probable words are by tables of them; see `dataqual.ngram_model`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.linear import mix

BEGIN = 0x5BD1E9955BD1E995
"""The word that stands before the first one of a document."""


@njit(cache=True, nogil=True)
def keys_of(
    words: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    order: int,
    contexts: NDArray[np.uint64],
    keys: NDArray[np.uint64],
) -> None:  # pragma: no cover - compiled
    """The hash of the `order` words that end at each word, (words,), and of those without the last, its context."""
    for d in range(len(offsets) - 1):
        first = offsets[d]
        for i in range(first, offsets[d + 1]):
            h = np.uint64(order)
            for j in range(i - order + 1, i):
                h = mix(h, words[j] if j >= first else np.uint64(BEGIN))
            contexts[i] = h
            keys[i] = mix(h, words[i])


@njit(cache=True, nogil=True, inline="always")
def _find(
    keys: NDArray[np.uint64], index: NDArray[np.int64], shift: np.uint64, key: np.uint64
) -> int:  # pragma: no cover - compiled
    """Where the key stands among sorted ones, -1 where it does not; `index`: where each value of the upper bits begins."""
    bucket = np.int64(key >> shift)
    for p in range(index[bucket], index[bucket + 1]):
        if keys[p] == key:
            return p
    return -1


@njit(cache=True, nogil=True)
def log_probabilities(
    words: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    order: int,
    floor: float,
    keys: NDArray[np.uint64],
    shares: NDArray[np.float32],
    index: NDArray[np.int64],
    shift: np.uint64,
    contexts: NDArray[np.uint64],
    left: NDArray[np.float32],
    context_index: NDArray[np.int64],
    context_shift: np.uint64,
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The natural logarithm of each word's probability after those before it in its document, (words,).

    From `floor`, that of any word, up to the longest context: an n-gram's own share, and what is `left` of its context
    times the probability after a context one word shorter.
    """
    for d in range(len(offsets) - 1):
        first = offsets[d]
        for i in range(first, offsets[d + 1]):
            p = floor
            for n in range(1, order + 1):
                h = np.uint64(n)
                for j in range(i - n + 1, i):
                    h = mix(h, words[j] if j >= first else np.uint64(BEGIN))
                c = _find(contexts, context_index, context_shift, h)
                if c >= 0:
                    k = _find(keys, index, shift, mix(h, words[i]))
                    p *= left[c]
                    if k >= 0:
                        p += shares[k]
            out[i] = np.log(p)
