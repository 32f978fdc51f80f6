"""Which documents to compare: exact copies by their hashes, possible near copies by the bands of their signatures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.ranking import Ranking
from dataqual.near_duplicates.shingling import distinct
from dataqual.near_duplicates.spilling import Pairs, Signatures

EARLIEST = 6
LATEST = 2
"""In every bucket a document is compared with the `EARLIEST` first and the `LATEST` last before it. Among up to nine
documents that is everybody. Beyond, it keeps the work linear: a template of a million documents is one bucket.
What two real copies have in common beside the template lies in other, small buckets, where they meet all the same;
the last before it finds the previous version in a row of versions that drift away from the first."""

PAIRS_AT_ONCE = 1 << 20


def exact_copies(exact: NDArray[np.uint64], ranking: Ranking | None = None) -> NDArray[np.int64]:
    """For each document the first with the same 128-bit hash, -1 for that one itself; `exact` is (documents, 2).

    >>> exact_copies(np.array([[7, 1], [7, 2], [7, 1], [9, 1]], np.uint64)).tolist()
    [-1, -1, 0, -1]
    """
    if ranking is not None and ranking.order is not None:
        return ranking.by_document(exact_copies(exact[ranking.order]))
    documents = len(exact)
    bits = documents.bit_length()
    keys = exact[:, 0] >> np.uint64(bits)
    keys <<= np.uint64(bits)
    keys |= np.arange(documents, dtype=np.uint64)
    keys.sort()
    copy_of = np.full(documents, -1, np.int64)
    minhash.earliest_equal(keys, bits, exact, copy_of)
    return copy_of


def near_pairs(
    signatures: Signatures,
    usable: NDArray[np.bool_],
    ranking: Ranking,
    parameters: NearDuplicates,
    memory: int,
    directory: str | None,
) -> Pairs:
    """The pairs of ranks that share a band and agree in `least_matches`, among `usable` documents; spilled.

    As many bands at once as fit two thirds of `memory` bytes (at least one, 8 bytes per document), the signatures
    being read once each time; the rest is for signatures that are compared. On disk a pair takes 8 bytes: at most
    1.3 KB per document, if all are copies of each other, and nothing worth mentioning in a corpus as they are found.
    """
    documents = int(usable.sum())
    at_once = max(1, 2 * memory // 3 // (8 * max(documents, 1)))
    with Pairs(len(usable), directory) as found:
        for first in range(0, parameters.bands, at_once):
            room = np.empty((min(at_once, parameters.bands - first), documents), np.uint64)
            keys = _keys(signatures, usable, ranking, parameters, first, room)
            _compare(keys, signatures, ranking, parameters, memory // 3, found)
        return found.merged()


def _keys(
    signatures: Signatures,
    usable: NDArray[np.bool_],
    ranking: Ranking,
    parameters: NearDuplicates,
    first: int,
    keys: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """For some bands, sorted: top of the hash of the band, then the rank; one array of numbers, no dictionary."""
    at, bits = 0, len(usable).bit_length()
    for number, rows in signatures.segments():
        ranks = ranking.ranks(number, number + len(rows))
        own = usable[number : number + len(rows)]
        at = minhash.band_keys(rows, own, ranks, first, parameters.rows, bits, keys, at)
    keys.sort(axis=1)
    return keys


def _compare(
    keys: NDArray[np.uint64],
    signatures: Signatures,
    ranking: Ranking,
    parameters: NearDuplicates,
    memory: int,
    found: Pairs,
) -> None:
    """Estimate the pairs of every bucket; those that agree well enough go to `found`."""
    bits = signatures.documents.bit_length()
    out = np.empty(min(PAIRS_AT_ONCE, keys.size * (EARLIEST + LATEST)) + EARLIEST + LATEST, np.uint64)
    filled = 0
    for band in keys:
        at = start = 0
        while at < len(band):
            written, at, start = minhash.bucket_pairs(band, bits, EARLIEST, LATEST, at, start, out[filled:])
            filled += written
            if at < len(band):
                _estimate(out[:filled], signatures, ranking, parameters, memory, found)
                filled = 0
    _estimate(out[:filled], signatures, ranking, parameters, memory, found)


def _estimate(
    pairs: NDArray[np.uint64],
    signatures: Signatures,
    ranking: Ranking,
    parameters: NearDuplicates,
    memory: int,
    found: Pairs,
) -> None:
    pairs = ranking.open(distinct(pairs))
    matches = signatures.matches(pairs, memory // (2 * signatures.permutations), ranking.order)
    enough = matches >= parameters.least_matches
    found.add(pairs[enough], matches[enough])
