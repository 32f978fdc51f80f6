"""Who is kept: possible near copies are settled in document order, and the text has the last word."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.shingling import distinct, runs
from dataqual.near_duplicates.spilling import Pairs
from dataqual.near_duplicates.verification import Verifier, join, sample, split
from dataqual.reading import Reading, Z, wilson

ROUNDS_PER_CAP = 4
"""Refuted pairs are replaced by the next best and verified again, up to this many times the cap of verified pairs."""

RANKS = ((0, 1), (1, 3), (3, 9))
"""Which possible originals of a sampled document are read together, best first, until one is similar enough."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Near copies of a corpus: `copy_of` (-1 for none) and `matches` are (documents,)."""

    copy_of: NDArray[np.int64]
    matches: NDArray[np.uint16]
    share: Reading
    precision: Reading

    @property
    def pairs(self) -> NDArray[np.uint64]:
        """Every near copy with the document it is a copy of."""
        return chosen(self.copy_of)


def settle(pairs: Pairs, documents: int, parameters: NearDuplicates, verifier: Verifier, cap: int | None) -> Settled:
    """Verify all near copies if they are at most `cap` (None: always), else decide by estimate and verify a sample."""
    proposed, matches = choose(pairs, documents, parameters.least_matches)
    if cap is not None and (proposed >= 0).sum() > cap:
        del proposed, matches
        return _by_estimate(pairs, documents, parameters, verifier, cap)
    return _by_text(pairs, (proposed, matches), parameters, verifier, None if cap is None else ROUNDS_PER_CAP * cap)


def choose(
    pairs: Pairs, documents: int, least: int, refuted: NDArray[np.uint64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """The greedy choice in document order among pairs that agree in `least` permutations and are not refuted."""
    copy_of, matches = np.full(documents, -1, np.int64), np.zeros(documents, np.uint16)
    for block, agreement in pairs.blocks():
        if refuted is not None and len(refuted):
            sound = ~np.isin(block, refuted, assume_unique=True)
            block, agreement = block[sound], agreement[sound]
        minhash.choose(block, agreement, least, copy_of, copy_of, matches)
    return copy_of, matches


def chosen(copy_of: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Copies and what they are copies of, as sorted pairs."""
    documents = np.flatnonzero(copy_of >= 0)
    return join(documents, copy_of[documents])


def _by_text(
    pairs: Pairs,
    proposal: tuple[NDArray[np.int64], NDArray[np.uint16]],
    parameters: NearDuplicates,
    verifier: Verifier,
    limit: int | None,
) -> Settled:
    """Propose, verify, strike out what the text refutes, propose again, until every near copy is verified.

    Past `limit` verified pairs what is left unverified is no near copy: better one copy kept than one document lost.
    """
    copy_of, matches = proposal
    proposed = chosen(copy_of)[matches[copy_of >= 0] >= parameters.threshold_matches]
    refuted, unverified = np.empty(0, np.uint64), np.empty(0, np.uint64)
    while True:
        wrong, beyond = _refute(chosen(copy_of), parameters, verifier, limit)
        refuted, unverified = np.union1d(refuted, np.union1d(wrong, beyond)), np.union1d(unverified, beyond)
        if not len(wrong) and not len(beyond):
            break
        # Whoever lost its match asks for the next best, then the next: read them all together while there is room.
        again = np.zeros(len(copy_of), bool)
        again[split(wrong)[0]] = True
        following = verifier.unseen(_best_first(pairs, again, None, parameters.least_matches)[0])
        if limit is None or len(following) <= limit - len(verifier.pairs):
            refuted = distinct(np.concatenate([refuted, _refute(following, parameters, verifier, limit)[0]]))
        copy_of, matches = choose(pairs, len(copy_of), parameters.least_matches, refuted)
    lost = distinct(split(unverified)[0])
    share = _found_share(copy_of, int((copy_of[lost] < 0).sum()), parameters)
    return Settled(copy_of, matches, share, _precision(proposed, parameters, verifier))


def _refute(
    pairs: NDArray[np.uint64], parameters: NearDuplicates, verifier: Verifier, limit: int | None
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Which of the sorted `pairs` the text refutes, and which were left unread because `limit` pairs are verified."""
    new = verifier.unseen(pairs)
    beyond = new[len(new) if limit is None else max(limit - len(verifier.pairs), 0) :]
    read = np.setdiff1d(pairs, beyond, assume_unique=True)
    return read[verifier.check(read) < parameters.threshold], beyond


def _best_first(
    pairs: Pairs, wanted: NDArray[np.bool_], copy_of: NDArray[np.int64] | None, least: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The pairs of the `wanted` documents (only those with kept ones, if `copy_of` is given), and their ranks.

    By document, the most similar first, which has rank 0.
    """
    found, matches = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for block, agreement in pairs.blocks():
        documents, earlier = split(block)
        mine = wanted[documents] & (agreement >= least)
        if copy_of is not None:
            mine &= copy_of[earlier] < 0
        found.append(block[mine])
        matches.append(agreement[mine].astype(np.int64))
    together = np.concatenate(found)
    together = together[np.lexsort((together, -np.concatenate(matches), together >> np.uint64(32)))]
    firsts, counts = runs(together >> np.uint64(32))
    return together, np.arange(len(together)) - np.repeat(firsts, counts)


def _found_share(copy_of: NDArray[np.int64], unverified: int, parameters: NearDuplicates) -> Reading:
    """The share of verified near copies; the interval reaches to what the bands may have missed."""
    found, documents = int((copy_of >= 0).sum()), len(copy_of)
    if not documents:
        return Reading("near_copies", None, 0, method="sketch")
    recall = parameters.found(parameters.threshold)
    missed = (found * (1 - recall) + Z * math.sqrt(found * (1 - recall))) / recall + unverified
    detail = {"verified": "all", "recall_at_threshold": round(recall, 4)} | (
        {"unverified": unverified} if unverified else {}
    )
    interval = (found / documents, min(1.0, (found + missed) / documents))
    return Reading("near_copies", found / documents, documents, method="sketch", interval=interval, detail=detail)


def _by_estimate(pairs: Pairs, documents: int, parameters: NearDuplicates, verifier: Verifier, cap: int) -> Settled:
    """Near copies are pairs whose estimate reaches the threshold; a sample of verified pairs tells what that is worth.

    A second sample is drawn from the kept documents whose best estimate is just below the threshold, so that the
    share counts those the estimate misses and leaves out those it invents. What stays is a small bias downwards: who
    is a copy only of a document that was wrongly marked itself is not seen (3 % of the share in a corpus of manuals).
    """
    copy_of, matches = choose(pairs, documents, parameters.threshold_matches)
    doubtful, agreed = np.full(documents, -1, np.int64), np.zeros(documents, np.uint16)
    for block, agreement in pairs.blocks():
        minhash.choose(block, agreement, parameters.least_matches, copy_of, doubtful, agreed)
    near, maybe = chosen(copy_of), chosen(doubtful)
    # Each kind gets its part of the sample by its number, but at least a quarter if it has as many.
    quarter = max(cap // 4, 1)
    for_maybe = min(len(maybe), max(quarter, cap - max(quarter, round(cap * len(near) / (len(near) + len(maybe))))))
    drawn = sample(near, max(cap - for_maybe, 1), parameters.seed), sample(maybe, for_maybe, parameters.seed)
    verifier.check(np.concatenate(drawn))  # all at once, so that texts are fetched once
    precision = _precision(drawn[0], parameters, verifier, of=len(near))
    confirmed = _confirmed(pairs, copy_of, np.concatenate(drawn), parameters, verifier)
    strata = [
        (len(all_), len(some), int(np.isin(some, confirmed).sum()))
        for all_, some in zip((near, maybe), drawn, strict=True)
    ]
    return Settled(copy_of, matches, _sampled_share(strata, documents, parameters), precision)


def _confirmed(
    pairs: Pairs,
    copy_of: NDArray[np.int64],
    drawn: NDArray[np.uint64],
    parameters: NearDuplicates,
    verifier: Verifier,
) -> NDArray[np.uint64]:
    """Those of the pairs `drawn` whose document is a copy of a kept one, the most similar or one of the next eight."""
    wanted = np.zeros(len(copy_of), bool)
    wanted[split(drawn)[0]] = True
    candidates, rank = _best_first(pairs, wanted, copy_of, parameters.least_matches)
    documents = split(candidates)[0]
    for low, high in RANKS:
        asked = (low <= rank) & (rank < high) & wanted[documents]
        similar = verifier.check(candidates[asked]) >= parameters.threshold
        wanted[documents[asked][similar]] = False
    return drawn[~wanted[split(drawn)[0]]]


def _precision(
    pairs: NDArray[np.uint64], parameters: NearDuplicates, verifier: Verifier, of: int | None = None
) -> Reading:
    """Of pairs whose estimate reaches the threshold the share whose text agrees; None where there is none."""
    n = len(pairs)
    hits = int((verifier.check(pairs) >= parameters.threshold).sum())
    sampled = of is not None and of > n
    return Reading(
        "near_copies_precision",
        hits / n if n else None,
        n,
        of="pairs",
        method="sample" if sampled else "exact",
        interval=wilson(hits, n) if sampled else None,
        detail={"sampled_from": of} if sampled else {},
    )


def _sampled_share(strata: list[tuple[int, int, int]], documents: int, parameters: NearDuplicates) -> Reading:
    """From (size, drawn, confirmed) of every stratum; Wilson's intervals are joined by Newcombe's rule (1998)."""
    value = below = above = 0.0
    for size, drawn, hits in strata:
        if not drawn:
            continue
        share = hits / drawn
        low, high = (share, share) if drawn == size else wilson(hits, drawn) or (0.0, 1.0)
        weight = size / documents
        value += weight * share
        below += (weight * (share - low)) ** 2
        above += (weight * (high - share)) ** 2
    (marked, checked, _), (just_below, checked_below, _) = strata
    return Reading(
        "near_copies",
        value,
        documents,
        method="sample",
        interval=(max(0.0, value - math.sqrt(below)), min(1.0, value + math.sqrt(above))),
        detail={
            "verified": checked + checked_below,
            "marked": marked,
            "just_below": just_below,
            "recall_at_threshold": round(parameters.found(parameters.threshold), 4),
        },
    )
