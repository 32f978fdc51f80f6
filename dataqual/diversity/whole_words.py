"""Which runs of characters are words, where words are not spaced: told by the corpus itself, without a dictionary.

A run is a word if its characters belong together and its borders are free. Together: however it is cut in two, the halves meet
more often than by chance (pointwise mutual information, for Chinese by Sproat and Shih 1990). Free: what stands before it, and
what stands behind, varies (branching entropy; Harris 1955, for Chinese by Jin and Tanaka-Ishii 2006). So 务员 is none, for 服
nearly always stands before it, and 的酒 is none, for 的 stands before everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.text import ALONE, Text
from dataqual.vectors.tfidf import numbered

LONGEST = 4
"""Characters of a word: of the entries of Chinese dictionaries hardly one in fifty that is in use is longer."""
CHARACTERS = 200_000
"""Looked at: of a larger text the documents that come first."""
OFTEN = 5
"""Times that a word must stand there."""
TOGETHER, FREE = 4.0, 1.5
"""Bits: halves that meet sixteen times as often as by chance, and as many kinds of neighbours as three that are equally frequent."""

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Words:
    """The words that were found, each occurrence of each: arrays are (occurrences,) but for `starts` and `ends`."""

    word: Codes
    """Its number."""
    document: Codes
    starts: Codes
    """Byte where each word is seen first, (words,)."""
    ends: Codes


@dataclass(frozen=True, eq=False)
class _Runs:
    """All runs of n characters: `code` tells which run, (occurrences,); `first` its first character."""

    code: Codes
    first: Codes
    counts: Codes
    """(different runs,)"""


def words_of(text: Text) -> Words:
    """The words of unspaced scripts that documents have; none where they have no such script.

    >>> hotels = [f"{chr(0x5000 + i)}酒店{chr(0x6000 + i)}" for i in range(9)]
    >>> text = Text.of([*hotels, "".join(map(chr, range(0x7000, 0x7100)))])
    >>> found = words_of(text)
    >>> [text.data[a:b].tobytes().decode() for a, b in zip(found.starts, found.ends)]
    ['酒店']
    """
    cut = text.cut("unicode")
    alone = np.flatnonzero((cut.flags & ALONE) != 0)[:CHARACTERS]
    if not len(alone):
        none = np.zeros(0, np.int64)
        return Words(none, none, none, none)
    codes, _, _ = numbered(cut.folded[alone])
    document = np.searchsorted(cut.offsets, alone, side="right") - 1
    touches = (cut.ends[alone[:-1]] == cut.starts[alone[1:]]) & (document[:-1] == document[1:])
    runs = _all_runs(codes.astype(np.int64), touches)
    whole = [_whole(runs, n, codes.astype(np.int64), touches) for n in range(2, LONGEST + 1)]
    word, first, length, before = [], [], [], 0
    for n, (run, kept) in enumerate(zip(runs[1:], whole, strict=True), 2):
        new = np.cumsum(kept) - 1 + before
        here = kept[run.code]
        word.append(new[run.code[here]])
        first.append(run.first[here])
        length.append(np.full(int(here.sum()), n))
        before += int(kept.sum())
    every, at, sizes = np.concatenate(word), np.concatenate(first), np.concatenate(length)
    _, seen = np.unique(every, return_index=True)
    starts = cut.starts[alone[at[seen]]]
    ends = cut.ends[alone[at[seen] + sizes[seen] - 1]]
    return Words(every, document[at], starts, ends)


def _all_runs(codes: Codes, touches: NDArray[np.bool_]) -> list[_Runs]:
    """Runs of one to `LONGEST` characters that touch."""
    found = [_Runs(codes, np.arange(len(codes)), np.bincount(codes))]
    for n in range(2, LONGEST + 1):
        last = found[-1]
        at = last.first + n - 1
        inside = at < len(codes)
        inside[inside] &= touches[at[inside] - 1]
        first = last.first[inside]
        pair = last.code[inside] * (int(codes.max()) + 1) + codes[first + n - 1]
        _, code, counts = np.unique(pair, return_inverse=True, return_counts=True)
        found.append(_Runs(code, first, counts))
    return found


def _whole(runs: list[_Runs], n: int, codes: Codes, touches: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the runs of n characters are words."""
    own = runs[n - 1]
    often = own.counts >= OFTEN
    if not often.any():
        return often
    _, seen = np.unique(own.code, return_index=True)
    place = [np.full(len(codes), -1) for _ in range(n)]
    for m in range(n - 1):
        place[m][runs[m].first] = runs[m].code
    first = own.first[seen]
    together = np.full(len(own.counts), np.inf)
    for cut in range(1, n):
        left = runs[cut - 1].counts[place[cut - 1][first]]
        right = runs[n - cut - 1].counts[place[n - cut - 1][first + cut]]
        together = np.minimum(together, np.log2(own.counts * len(codes) / (left.astype(np.float64) * right)))
    kept = often & (together >= TOGETHER)
    for step, edge in ((-1, own.first - 1), (1, own.first + n)):
        kept &= _entropy(own, kept, edge, step, codes, touches) >= FREE
    return kept


def _entropy(
    own: _Runs, kept: NDArray[np.bool_], edge: Codes, step: int, codes: Codes, touches: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Bits of the neighbour on one side of each run that is kept, (runs,); every border of a text or sentence is one of its own."""
    here = np.flatnonzero(kept[own.code])
    at = edge[here]
    inside = (at >= 0) & (at < len(codes))
    inside[inside] &= touches[at[inside] if step < 0 else at[inside] - 1]
    neighbour = np.where(inside, codes[np.clip(at, 0, len(codes) - 1)], len(codes) + np.arange(len(here)))
    pair, counts = np.unique(own.code[here] * (2 * len(codes) + 1) + neighbour, return_counts=True)
    run = pair // (2 * len(codes) + 1)
    share = counts / own.counts[run]
    bits: NDArray[np.float64] = np.bincount(run, -share * np.log2(share), len(own.counts)).astype(np.float64)
    return bits
