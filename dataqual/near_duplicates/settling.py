"""Who is kept: possible near copies are settled in document order, and the text has the last word."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.spilling import Pairs
from dataqual.near_duplicates.verification import Verifier, join, sample
from dataqual.reading import Reading, wilson

Z = 1.959963984540054

ROUNDS_PER_CAP = 4
"""Refuted pairs are replaced by the next best and verified again, up to this many times the cap of verified pairs."""


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
    precision = _precision(chosen(copy_of)[matches[copy_of >= 0] >= parameters.threshold_matches], parameters, verifier)
    refuted = np.empty(0, np.uint64)
    unverified = 0
    while True:
        near = chosen(copy_of)
        new = verifier.unseen(near)
        room = len(new) if limit is None else max(limit - len(verifier.pairs), 0)
        beyond = new[room:]
        unverified += len(beyond)
        sound = np.setdiff1d(near, beyond)
        false = sound[verifier.check(sound) < parameters.threshold]
        if not len(false) and not len(beyond):
            break
        refuted = np.union1d(refuted, np.union1d(false, beyond))
        copy_of, matches = choose(pairs, len(copy_of), parameters.least_matches, refuted)
    return Settled(copy_of, matches, _found_share(len(near), len(copy_of), unverified, parameters), precision)


def _found_share(found: int, documents: int, unverified: int, parameters: NearDuplicates) -> Reading:
    """The share of verified near copies; the interval reaches to what the bands may have missed."""
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
    share counts those the estimate misses and leaves out those it invents.
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
    precision = _precision(drawn[0], parameters, verifier, of=len(near))
    share = _sampled_share((near, maybe), drawn, documents, parameters, verifier)
    return Settled(copy_of, matches, share, precision)


def _precision(
    pairs: NDArray[np.uint64], parameters: NearDuplicates, verifier: Verifier, of: int | None = None
) -> Reading:
    """Of pairs whose estimate reaches the threshold the share whose text agrees; None where there is no such pair."""
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


def _sampled_share(
    strata: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    drawn: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    documents: int,
    parameters: NearDuplicates,
    verifier: Verifier,
) -> Reading:
    """Both strata's verified shares, weighted by their sizes; Wilson's intervals joined by Newcombe's rule (1998)."""
    value = below = above = 0.0
    for stratum, pairs in zip(strata, drawn, strict=True):
        if not len(pairs):
            continue
        hits = int((verifier.check(pairs) >= parameters.threshold).sum())
        share = hits / len(pairs)
        low, high = wilson(hits, len(pairs)) or (share, share)
        if len(pairs) == len(stratum):
            low = high = share  # all of them were looked at
        weight = len(stratum) / documents
        value += weight * share
        below += (weight * (share - low)) ** 2
        above += (weight * (high - share)) ** 2
    return Reading(
        "near_copies",
        value,
        documents,
        method="sample",
        interval=(max(0.0, value - math.sqrt(below)), min(1.0, value + math.sqrt(above))),
        detail={
            "verified": len(drawn[0]) + len(drawn[1]),
            "marked": len(strata[0]),
            "just_below": len(strata[1]),
            "recall_at_threshold": round(parameters.found(parameters.threshold), 4),
        },
    )
