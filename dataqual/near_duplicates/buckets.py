"""Which embeddings to compare: k-means parts space into buckets, and a document is filed in several of the nearest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.near_duplicates.ranking import Ranking
from dataqual.near_duplicates.spilling import Pairs, Vectors

Floats = NDArray[np.float32]
Found = tuple[NDArray[np.uint64], NDArray[np.float64]]
"""Pairs as single numbers, and the cosine of each."""

WHOLE = 1 << 13
"""Up to so many documents all are compared with all: no pair is missed, and it takes a few seconds."""

FILED = 1 << 10
"""Documents for each bucket beyond that."""

MOST_BUCKETS = 1 << 16
SAMPLE = 64
"""Documents per bucket from which the centres are found; more of them move a centre no more than chance did."""

ROUNDS = 10
"""Rounds of Lloyd's algorithm; the buckets need to be small, not the best there are."""

BLOCK = 1 << 11
"""Documents compared with as many others by one product of matrices: 16 MiB of similarities."""

EARLIEST = MOST_SIMILAR = 8
"""In every block a document is paired with so many of the earliest that are similar enough, and of the most similar:
a template of a million documents would give a million pairs for each. Whoever is kept of such a group is early."""

ROUNDING = 1e-4
"""Products of float32 are off by less than that; what is within it is computed again."""

TOGETHER = 1 << 19
"""Pairs that are sorted and spilled at once."""

THOUSANDTHS = 1000
"""A cosine is kept in ten bits, to choose the most similar by; what is told is computed from the vectors."""


def buckets_for(documents: int) -> int:
    """How many buckets so many documents are parted into.

    >>> [buckets_for(n) for n in (0, 8192, 10_000, 1_000_000)]
    [1, 1, 10, 977]
    """
    return 1 if documents <= WHOLE else min(-(-documents // FILED), MOST_BUCKETS)


def similar_pairs(
    vectors: Vectors,
    usable: NDArray[np.bool_],
    ranking: Ranking,
    threshold: float,
    *,
    buckets: int,
    nearest: int,
    seed: int,
    memory: int,
    directory: str | None,
) -> Pairs:
    """The pairs of ranks with a cosine of `threshold` or more that meet in a bucket, among `usable` documents; spilled.

    Memory: 8 bytes for every document and bucket it is filed in, the centres, and `memory` for vectors.
    """
    with Pairs(len(usable), directory) as found:
        for pairs, cosines in _gathered(
            part
            for ranks in filed(vectors, usable, ranking, buckets, nearest, seed, memory)
            for part in _of_bucket(vectors, ranks, ranking, threshold)
        ):
            found.add(pairs, np.clip(np.rint(cosines * THOUSANDTHS), 1, THOUSANDTHS).astype(np.uint16))
        return found.merged()


def _gathered(parts: Iterator[Found]) -> Iterator[Found]:
    """Those of many buckets together, sorted, each pair once."""
    held: list[Found] = []
    for part in parts:
        held.append(part)
        if sum(len(pairs) for pairs, _ in held) >= TOGETHER:
            yield _sorted(held)
            held = []
    if held:
        yield _sorted(held)


def _sorted(parts: list[Found]) -> Found:
    pairs, firsts = np.unique(np.concatenate([pairs for pairs, _ in parts]), return_index=True)
    return pairs, np.concatenate([cosines for _, cosines in parts])[firsts]


def cosines_of(vectors: Vectors, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """The cosine of each pair of documents, in float64."""
    parts = [
        _cosines(vectors.of(first[at : at + BLOCK]), vectors.of(second[at : at + BLOCK]))
        for at in range(0, len(first), BLOCK)
    ]
    return np.concatenate([np.zeros(0), *parts])


def _cosines(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Row by row.

    >>> _cosines(np.array([[3, 4]], np.float32), np.array([[4, 3]], np.float32)).tolist()
    [0.96]
    """
    one, two = a.astype(np.float64), b.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", two, two))
    cosines: NDArray[np.float64] = np.einsum("ij,ij->i", one, two) / np.where(lengths > 0, lengths, 1)
    return np.minimum(cosines, 1.0)


def filed(
    vectors: Vectors, usable: NDArray[np.bool_], ranking: Ranking, buckets: int, nearest: int, seed: int, memory: int
) -> Iterator[NDArray[np.int64]]:
    """The ranks in each bucket, ascending."""
    if buckets == 1:
        ranks = np.flatnonzero(usable) if ranking.order is None else np.flatnonzero(usable[ranking.order])
        yield ranks.astype(np.int64)
        return
    centres = _centres(vectors, np.flatnonzero(usable), buckets, seed, memory)
    nearest, bits = min(nearest, buckets), np.uint64(32)
    places = np.empty((int(usable.sum()), nearest), np.uint64)
    at, some = 0, max(1, memory // 4 // (4 * buckets))
    for number, rows in vectors.segments():
        ranks = ranking.ranks(number, number + len(rows)).astype(np.uint64)
        own = np.flatnonzero(usable[number : number + len(rows)])
        for part in np.array_split(own, range(some, len(own), some)):
            close = rows[part] @ centres.T
            chosen = np.argpartition(-close, nearest - 1, axis=1)[:, :nearest].astype(np.uint64)
            places[at : at + len(part)] = chosen << bits | ranks[part, None]
            at += len(part)
    flat = places.reshape(-1)
    flat.sort()
    borders = np.searchsorted(flat, np.arange(buckets + 1, dtype=np.uint64) << bits)
    for start, end in pairwise(borders.tolist()):
        yield (flat[start:end] & np.uint64((1 << 32) - 1)).astype(np.int64)


def _centres(vectors: Vectors, documents: NDArray[np.int64], buckets: int, seed: int, memory: int) -> Floats:
    """(buckets, dimensions): the centres of spherical k-means (Dhillon and Modha 2001) on a seeded sample."""
    rng = np.random.default_rng(seed)
    room = max(buckets, memory // 2 // (8 * vectors.width))
    sample = rng.choice(documents, min(len(documents), SAMPLE * buckets, room), replace=False)
    rows = vectors.of(np.sort(sample))
    centres = rows[rng.choice(len(rows), buckets, replace=False)].copy()
    some = max(1, memory // 4 // (4 * buckets))
    for _ in range(ROUNDS):
        home = np.concatenate([(rows[at : at + some] @ centres.T).argmax(axis=1) for at in range(0, len(rows), some)])
        order = np.argsort(home, kind="stable")
        firsts = np.flatnonzero(np.diff(home[order], prepend=-1))
        sums = np.add.reduceat(rows[order], firsts, axis=0)
        lengths = np.linalg.norm(sums, axis=1)
        some_left = lengths > 0  # a bucket without documents keeps its centre
        centres[home[order][firsts][some_left]] = sums[some_left] / lengths[some_left, None]
    return centres


def _of_bucket(vectors: Vectors, ranks: NDArray[np.int64], ranking: Ranking, threshold: float) -> Iterator[Found]:
    """The sorted pairs of a bucket with a cosine of `threshold` or more, block by block."""
    for start in range(0, len(ranks), BLOCK):
        later = ranks[start : start + BLOCK]
        rows = vectors.of(ranking.documents(later))
        for first in range(0, start + 1, BLOCK):
            earlier = ranks[first : first + BLOCK]
            others = rows if first == start else vectors.of(ranking.documents(earlier))
            close = rows @ others.T
            if first == start:
                close[np.triu_indices(len(later))] = -2
            row, column = _worth(close, threshold)
            pairs = later[row].astype(np.uint64) << np.uint64(32) | earlier[column].astype(np.uint64)
            cosines = np.concatenate(
                [
                    np.zeros(0),
                    *(
                        _cosines(rows[row[at : at + BLOCK]], others[column[at : at + BLOCK]])
                        for at in range(0, len(row), BLOCK)
                    ),
                ]
            )
            mine = cosines >= threshold
            if len(ranking.before):
                mine &= np.isin(pairs, ranking.open(pairs))
            yield pairs[mine], cosines[mine]


def _worth(close: Floats, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns that may be similar enough, sorted: of each row the first columns, and the closest.

    >>> close = np.array([[0.0] * 20, [0.99] * 10 + [0.999] * 10], np.float32)
    >>> row, column = _worth(close, 0.9)
    >>> set(row.tolist()), column.tolist()
    ({1}, [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17])
    """
    row, column = np.nonzero(close >= threshold - ROUNDING)
    counts = np.bincount(row, minlength=len(close))
    if len(row) and counts.max() > EARLIEST + MOST_SIMILAR:
        firsts = np.repeat(np.cumsum(counts) - counts, counts)
        order = np.lexsort((column, -close[row, column], row))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        chosen = (np.arange(len(row)) - firsts < EARLIEST) | (place - firsts < MOST_SIMILAR)
        row, column = row[chosen], column[chosen]
    return row, column
