"""Copying: the longest run of tokens of a text that stands, token for token, in what a model was trained on.

Runs are compared by hashes of 64 bits, a length at a time, so that the work grows with the length of both texts and never with
how often the one is repeated in the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.lazy import lazy
from dataqual.mixing import splitmix64
from studies.data.windows import TokenFile

COPIED, BYTES_OF_TOKEN = 50, 4
SEED = 12
"""Tokens from which on a run is told: a word or two in bytes, and no copy of anything in a BPE."""
CHUNK = 1 << 22
"""Tokens of the training text that are looked through at a time."""
SIEVE = 1 << 16
"""Places of a table by the last bits of a hash: what is not in it needs no search."""
BASE = 0x9E3779B97F4A7C15

Tokens = NDArray[np.int64]
Hashes = NDArray[np.uint64]


def long_copy(vocabulary: int) -> int:
    """Tokens in a row that are a copy and no coincidence: 50 of a BPE (Lee et al. 2022), and the four bytes of each.

    >>> long_copy(257), long_copy(50257)
    (200, 50)
    """
    return COPIED * (BYTES_OF_TOKEN if vocabulary <= 257 else 1)


def share(held_out: TokenFile, train: TokenFile, least: int) -> float:
    """Of the tokens of a held-out file those that lie in runs of `least` or more that a training file has."""
    text = held_out.read().astype(np.int64)
    return covered([text], train.read(), least)[0] / max(len(text), 1)


def longest(texts: Sequence[Tokens], trained: NDArray[Any]) -> list[tuple[int, int]]:
    """Start and length of the longest run of each text that is in `trained`, the first of several; length 0 below `SEED`.

    A token below 0 in `trained` equals nothing: with it is marked what was not seen.

    >>> longest([np.arange(5, 25), np.arange(3)], np.concatenate([np.arange(20), [99], np.arange(8, 30)]))
    [(3, 17), (0, 0)]
    """
    joined, low = Joined.of(texts), [0] * len(texts)
    high = [len(text) + 1 for text in texts]
    starts = [0] * len(texts)
    length = dict.fromkeys((i for i in range(len(texts)) if high[i] > SEED), SEED)
    while length:
        for n in sorted(set(length.values())):
            mine = [i for i, own in length.items() if own == n]
            there = joined.found(mine, n, trained)
            for i in mine:
                if len(there[i]):
                    low[i], starts[i] = n, int(there[i][0])
                else:
                    high[i] = n
        length = {i: _between(low[i], high[i]) for i in length if low[i] and high[i] - low[i] > 1}
    return list(zip(starts, low, strict=True))


def _between(low: int, high: int) -> int:
    """The length that is asked for next: twice as long while no end is near, then the middle."""
    return min(2 * low, (low + high) // 2)


def covered(texts: Sequence[Tokens], trained: NDArray[Any], least: int) -> list[int]:
    """How many tokens of each text lie in runs of `least` or more that are in `trained`."""
    there = Joined.of(texts).found(range(len(texts)), least, trained)
    return [_union(there[i], least) for i in range(len(texts))]


def _union(starts: Tokens, length: int) -> int:
    """Places that stretches of this length from ascending starts on cover.

    >>> _union(np.array([0, 2, 10]), 3)
    8
    """
    return int(np.minimum(np.diff(starts, append=starts[-1] + length), length).sum()) if len(starts) else 0


@dataclass(frozen=True, eq=False)
class Joined:
    """Texts as one, so that a pass over the training text serves them all."""

    tokens: Tokens
    starts: tuple[int, ...]
    """And the end of the last."""

    @classmethod
    def of(cls, texts: Sequence[Tokens]) -> Joined:
        whole = np.concatenate([*texts, np.zeros(0, np.int64)]).astype(np.int64)
        return cls(whole, tuple(np.cumsum([0, *map(len, texts)]).tolist()))

    @lazy
    def rolling(self) -> Rolling:
        """Sums from which the hash of any run follows."""
        return Rolling.of(self.tokens)

    def found(self, which: Sequence[int] | range, n: int, trained: NDArray[Any]) -> dict[int, Tokens]:
        """By text, where in it runs of n tokens begin that are in `trained`."""
        own = {i: self.rolling.hashes(n, self.starts[i], self.starts[i + 1]) for i in which}
        wanted = np.unique(np.concatenate([*own.values(), np.zeros(0, np.uint64)]))
        sieve = np.zeros(SIEVE, bool)
        sieve[wanted & np.uint64(SIEVE - 1)] = True
        known = np.zeros(len(wanted), bool)
        for hashes in _of_chunks(trained, n) if len(wanted) else ():
            near = hashes[sieve[hashes & np.uint64(SIEVE - 1)]]
            place = np.searchsorted(wanted, near).clip(max=len(wanted) - 1)
            known[place[wanted[place] == near]] = True
        return {i: np.flatnonzero(known[np.searchsorted(wanted, hashes)]) for i, hashes in own.items()}


@dataclass(frozen=True, eq=False)
class Rolling:
    """Hashes of runs: the sum of each token's own number times BASE^-place, from the start of the run on, modulo 2^64."""

    sums: Hashes
    powers: Hashes

    @classmethod
    def of(cls, tokens: NDArray[Any]) -> Rolling:
        inverse = np.cumprod(np.full(len(tokens), pow(BASE, -1, 1 << 64), np.uint64), dtype=np.uint64)
        terms = splitmix64(tokens.astype(np.int64).view(np.uint64)) * inverse
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
        return cls(sums, np.cumprod(np.full(len(tokens), BASE, np.uint64), dtype=np.uint64))

    def hashes(self, n: int, start: int, end: int) -> Hashes:
        """Of the runs of n tokens within places `start` to `end`."""
        last = max(start, end - n + 1)
        found: Hashes = (self.sums[start + n : last + n] - self.sums[start:last]) * self.powers[start:last]
        return found


def _of_chunks(tokens: NDArray[Any], n: int) -> Iterator[Hashes]:
    for start in range(0, max(0, len(tokens) - n + 1), CHUNK):
        piece = tokens[start : start + CHUNK + n - 1]
        yield Rolling.of(piece).hashes(n, 0, len(piece))
