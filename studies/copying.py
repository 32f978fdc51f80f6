"""Copying: the longest run of tokens of a text that stands, token for token, in what a model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.windows import TokenFile

COPIED, BYTES_OF_TOKEN = 50, 4
SEED = 12
"""Tokens from which on a run is looked for: a word or two in bytes, and no copy of anything in a BPE."""
CHUNK = 1 << 22
"""Tokens of the training text that are looked through at a time."""
PAIRS = 1 << 20
"""Places that are followed at a time."""
_BASE = np.uint64(0x9E3779B97F4A7C15)

Tokens = NDArray[np.int64]


def long_copy(vocabulary: int) -> int:
    """Tokens in a row that are a copy and no coincidence: 50 of a BPE (Lee et al. 2022), and the four bytes of each.

    >>> long_copy(257), long_copy(50257)
    (200, 50)
    """
    return COPIED * (BYTES_OF_TOKEN if vocabulary <= 257 else 1)


def share(held_out: TokenFile, train: TokenFile, least: int) -> float:
    """Of the tokens of a held-out file those that lie in runs of `least` or more that a training file has."""
    text = held_out.read().astype(np.int64)
    return covered(runs([text], train.read())[0], least) / max(len(text), 1)


def runs(texts: Sequence[Tokens], trained: NDArray[Any]) -> list[NDArray[np.int64]]:
    """At each place of each text the length of the longest run from there on that is in `trained`; 0 below `SEED`.

    A token below 0 equals nothing: with it is marked what was not seen.

    >>> longest = runs([np.arange(5, 25)], np.concatenate([np.arange(20), [99], np.arange(8, 30)]))[0]
    >>> longest[:4].tolist(), longest[-11:].tolist()
    ([15, 14, 13, 17], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    """
    apart = [np.append(text, -2 - i).astype(np.int64) for i, text in enumerate(texts)]
    whole: NDArray[np.int64] = np.concatenate([*apart, np.zeros(0, np.int64)])
    longest = np.zeros(len(whole), np.int64)
    hashes = _hashes(whole)
    order = np.argsort(hashes, kind="stable")
    known = hashes[order]
    for start in range(0, max(0, len(trained) - SEED + 1), CHUNK):
        here = _hashes(trained[start : start + CHUNK + SEED - 1])
        first, last = np.searchsorted(known, here, "left"), np.searchsorted(known, here, "right")
        for lot in _lots(last - first):
            at = np.repeat(lot, (last - first)[lot])
            within = np.arange(len(at)) - np.repeat(
                np.cumsum((last - first)[lot]) - (last - first)[lot], (last - first)[lot]
            )
            mine = order[first[at] + within]
            np.maximum.at(longest, mine, _followed(whole, trained, mine, at + start))
    longest[longest < SEED] = 0
    ends = np.cumsum([len(text) + 1 for text in texts])
    return [longest[end - len(text) - 1 : end - 1] for text, end in zip(texts, ends, strict=True)]


def _lots(counts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Places with any, in lots of about `PAIRS` pairs."""
    some = np.flatnonzero(counts)
    cuts = np.flatnonzero(np.diff(np.cumsum(counts[some]) // PAIRS)) + 1
    return np.split(some, cuts) if len(some) else []


def _hashes(tokens: NDArray[Any]) -> NDArray[np.uint64]:
    """Of every run of `SEED` tokens, (tokens - SEED + 1,)."""
    if len(tokens) < SEED:
        return np.zeros(0, np.uint64)
    found = np.zeros(len(tokens) - SEED + 1, np.uint64)
    values = tokens.astype(np.uint64)
    for i in range(SEED):
        found = found * _BASE + values[i : i + len(found)] + np.uint64(1)
    return found


def _followed(
    whole: NDArray[np.int64], trained: NDArray[Any], mine: NDArray[np.int64], theirs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """How many tokens agree from each pair of places on."""
    length = np.zeros(len(mine), np.int64)
    going = np.arange(len(mine))
    step = 0
    while len(going):
        a, b = mine[going] + step, theirs[going] + step
        inside = (a < len(whole)) & (b < len(trained))
        going, a, b = going[inside], a[inside], b[inside]
        same = (whole[a] == trained[b]) & (trained[b] >= 0)
        going = going[same]
        length[going] += 1
        step += 1
    return length


def covered(longest: NDArray[np.int64], least: int) -> int:
    """Tokens that lie in a run of `least` or more.

    >>> covered(np.array([0, 3, 2, 1, 0, 2, 1]), 3), covered(np.array([0, 3, 2, 1, 0, 2, 1]), 2)
    (3, 5)
    """
    marks = np.zeros(len(longest) + 1, np.int64)
    from_here = np.flatnonzero(longest >= least)
    np.add.at(marks, from_here, 1)
    np.add.at(marks, np.minimum(from_here + longest[from_here], len(longest)), -1)
    return int((np.cumsum(marks)[:-1] > 0).sum())
