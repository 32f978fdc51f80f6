"""Which words a corpus uses alike: mutual nearest neighbours in vectors of what stands beside each word."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from dataqual.vectors.sparse import Sparse
from dataqual.vectors.svd import truncated

FEWEST = 8
"""Times a word must occur: the neighbours of a rarer one are chance."""
WORDS, CONTEXTS = 8_000, 3_000
"""Words that have vectors, and words beside them that count, the commonest."""
BESIDE = (-2, -1, 1, 2)
"""Places beside a word, each of which counts for itself: what may stand in the same place is alike, not what is of the same topic."""
SMOOTHING = 0.75
DIMENSIONS = 100
NEAREST = 10
"""Neighbours of a word among which another must be, and the other way round."""


def used_alike(documents: Iterable[Sequence[str]]) -> dict[str, dict[str, float]]:
    """Of each word its mutual nearest neighbours with their cosines, in four places; words of one character have none.

    Positive pointwise mutual information with the words before and behind, these smoothed by the power 3/4, then a
    truncated singular value decomposition with the root of the singular values (Levy, Goldberg and Dagan 2015).

    >>> some = [["这", "房间", "很", "干净"], ["这", "房间", "很", "整洁"]] * 8
    >>> used_alike(some)["干净"]
    {'整洁': 1.0}
    """
    words, places = _numbered(documents)
    counts = np.bincount(places[places >= 0], minlength=len(words))
    order = np.argsort(-counts, kind="stable")
    long = np.array([len(word) > 1 for word in words], bool)
    chosen = [at for at in order.tolist() if long[at] and counts[at] >= FEWEST][:WORDS]
    if len(chosen) < 2:
        return {}
    vectors = _vectors(places, np.array(chosen), order[:CONTEXTS], len(words))
    return _mutual([words[at] for at in chosen], vectors)


def _numbered(documents: Iterable[Sequence[str]]) -> tuple[list[str], NDArray[np.int64]]:
    """All words in the order in which they are met, and their numbers place by place; -1 between documents."""
    numbers: dict[str, int] = {}
    places = array("q")
    for words in documents:
        places.extend([numbers.setdefault(word, len(numbers)) for word in words])
        places.extend([-1] * max(BESIDE))
    return list(numbers), np.frombuffer(places, np.int64) if len(places) else np.zeros(0, np.int64)


def _vectors(
    places: NDArray[np.int64], chosen: NDArray[np.int64], contexts: NDArray[np.int64], size: int
) -> NDArray[np.float64]:
    """Of each chosen word a vector of length 1, (chosen, dimensions); 0 of one that nothing stands beside."""
    row, column = np.full(size + 1, -1), np.full(size + 1, -1)  # the last is what stands between documents
    row[chosen], column[contexts] = np.arange(len(chosen)), np.arange(len(contexts))
    width = len(contexts) * len(BESIDE)
    met = []
    for number, apart in enumerate(BESIDE):
        first, second = (places[-apart:], places[:apart]) if apart < 0 else (places[:-apart], places[apart:])
        words, others = row[first], column[second]
        both = (words >= 0) & (others >= 0)
        met.append(words[both] * width + number * len(contexts) + others[both])
    keys, times = np.unique(np.concatenate(met), return_counts=True)
    rows, columns = keys // width, keys % width
    totals = np.bincount(rows, times, len(chosen))
    smoothed = np.bincount(columns, times, width) ** SMOOTHING
    information = np.log(times * smoothed.sum() / (totals[rows] * smoothed[columns]))
    kept = information > 0
    borders = np.searchsorted(rows[kept], np.arange(len(chosen) + 1)).astype(np.int64)
    matrix = Sparse(information[kept], columns[kept].astype(np.int32), borders, (len(chosen), width))
    found = truncated(matrix, DIMENSIONS)
    vectors = found.left * np.sqrt(found.values)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12))


def _mutual(words: Sequence[str], vectors: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """Pairs each of which is among the `NEAREST` of the other; in four places, so that no rounding of a machine decides."""
    nearest: list[dict[int, float]] = []
    for first in range(0, len(words), 512):
        cosines = np.round(vectors[first : first + 512] @ vectors.T, 4)
        cosines[np.arange(len(cosines)), first + np.arange(len(cosines))] = -1
        top = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
        nearest += [{at: float(own[at]) for at in some} for own, some in zip(cosines, top.tolist(), strict=True)]
    return {
        words[at]: {words[other]: cosine for other, cosine in own.items() if cosine > 0 and at in nearest[other]}
        for at, own in enumerate(nearest)
    }
