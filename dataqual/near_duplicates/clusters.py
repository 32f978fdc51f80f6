"""What belongs together: documents connected by verified pairs, and copies of one corpus in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import joining
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.spilling import Pairs
from dataqual.near_duplicates.verification import Verifier, split

PAIRS_AT_ONCE = 1 << 22
"""Possible pairs in memory at once: 40 MB. So many more are only looked at among templates."""


def connected(
    pairs: Pairs, exact_copy_of: NDArray[np.int64], parameters: NearDuplicates, verifier: Verifier
) -> NDArray[np.int64]:
    """For each document the first of its cluster, itself where it is alone; transitive, every link verified.

    A pair whose documents are connected already is not verified: it could change nothing.
    """
    parent = np.arange(len(exact_copy_of))
    copies = np.flatnonzero(exact_copy_of >= 0)
    joining.join(parent, copies, exact_copy_of[copies])
    for possible, matches in _groups(pairs, parameters.least_matches):
        at_once = 1
        while len(possible):
            joining.flatten(parent)
            documents, earlier = split(possible)
            apart = parent[documents] != parent[earlier]
            possible, matches = possible[apart], matches[apart]
            asked = ranks(possible, matches) < at_once
            chosen = possible[asked]
            joining.join(parent, *split(chosen[verifier.check(chosen) >= parameters.threshold]))
            possible, matches = possible[~asked], matches[~asked]
            at_once *= 2
    joining.flatten(parent)
    return parent


@dataclass(frozen=True, eq=False)
class Counterparts:
    """What the documents of one corpus are copies of in another; arrays are (documents of the first,)."""

    of: NDArray[np.int64]
    """The number of a document of the other with the same bytes, else of a similar one; -1 where there is none."""
    exact: NDArray[np.bool_]
    similarity: NDArray[np.float64]
    """Exact Jaccard similarity of the shingles, 1 for the same bytes; NaN where there is none."""

    @classmethod
    def find(
        cls,
        pairs: Pairs,
        exact_copy_of: NDArray[np.int64],
        border: int,
        parameters: NearDuplicates,
        verifier: Verifier,
    ) -> Counterparts:
        """Of the documents from number `border` on among those before; near ones are verified, the likeliest first."""
        copy_of = np.where(exact_copy_of < border, exact_copy_of, -1)
        exact = copy_of >= 0
        similarity = np.where(exact, 1.0, np.nan)
        for possible, matches in _groups(pairs, parameters.least_matches):
            documents, earlier = split(possible)
            open_ = (documents >= border) & (earlier < border)
            at_once = 1
            while True:
                open_ &= copy_of[split(possible)[0]] < 0
                possible, matches = possible[open_], matches[open_]
                if not len(possible):
                    break
                asked = ranks(possible, matches) < at_once
                best = np.argsort(matches[asked], kind="stable")  # the likeliest is written last
                measured = verifier.check(possible[asked])
                enough = best[measured[best] >= parameters.threshold]
                documents, earlier = split(possible[asked][enough])
                copy_of[documents], similarity[documents] = earlier, measured[enough]
                open_ = ~asked
                at_once *= 2
        inherited = np.where(exact_copy_of >= border, exact_copy_of, np.arange(len(copy_of)))[border:]
        return cls(copy_of[inherited], exact[inherited], similarity[inherited])


def ranks(pairs: NDArray[np.uint64], matches: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each pair among those of its document, the most similar first, from 0.

    >>> ranks(np.array([5 << 32 | 1, 5 << 32 | 2, 6 << 32 | 1], np.uint64), np.array([100, 120, 90])).tolist()
    [1, 0, 0]
    """
    documents = pairs >> np.uint64(32)
    order = np.lexsort((pairs, -matches, documents))
    _, counts = np.unique(documents, return_counts=True)
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(pairs), np.int64)
    rank[order] = np.arange(len(pairs)) - np.repeat(starts, counts)
    return rank


def _groups(pairs: Pairs, least: int) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """The pairs that agree in `least` permutations, sorted, about `PAIRS_AT_ONCE` at a time."""
    held: list[tuple[NDArray[np.uint64], NDArray[np.int64]]] = []
    for block, agreement in pairs.blocks():
        enough = agreement >= least
        held.append((block[enough], agreement[enough].astype(np.int64)))
        if sum(len(block) for block, _ in held) >= PAIRS_AT_ONCE:
            yield np.concatenate([block for block, _ in held]), np.concatenate([agreed for _, agreed in held])
            held = []
    if held:
        yield np.concatenate([block for block, _ in held]), np.concatenate([agreed for _, agreed in held])
