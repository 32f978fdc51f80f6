"""What the survey found: who is a copy of whom, how sure that is, and what the largest clusters are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.shingling import runs
from dataqual.reading import Reading


@dataclass(frozen=True, eq=False)
class Cluster:
    """A document that is kept, and its copies."""

    kept: int
    copies: NDArray[np.int64]
    """Document numbers, the first to be settled first: ascending, unless values say who is kept."""
    similarity: float
    """Exact Jaccard similarity of the kept document and its first copy; 1 for exact copies."""

    @property
    def size(self) -> int:
        """How many documents there are, the kept one included."""
        return 1 + len(self.copies)


@dataclass(frozen=True, eq=False)
class NearCopies:
    """Exact and near copies of a corpus. Arrays are (documents,), in corpus order.

    A document is an exact copy if an earlier one has the same bytes; else a near copy if an earlier *kept* one, neither
    exact nor near copy itself, is similar enough. Nothing is transitive: A ~ B ~ C without A ~ C keeps A and C. Where
    the survey had values of the documents, earlier means: of a higher value, and among equals earlier.
    """

    parameters: NearDuplicates
    exact_copy_of: NDArray[np.int64]
    """Number of the earliest document with the same bytes; -1 for that one itself."""
    near_copy_of: NDArray[np.int64]
    """Number of the kept document that is estimated most similar, the earliest of equals; -1 where there is none,
    and for exact copies."""
    similarity: NDArray[np.float32]
    """Estimated Jaccard similarity with `near_copy_of`; NaN where there is none."""
    share: Reading
    """Share of near copies among all documents (exact copies are not counted as near ones, but as documents)."""
    exact_share: Reading
    """Share of exact copies among all documents."""
    precision: Reading
    """Of the pairs whose estimate reaches the threshold, the share whose exact similarity does."""
    verified_pairs: NDArray[np.int64]
    """(pairs, 2): documents and earlier documents whose texts were compared."""
    verified_similarity: NDArray[np.float64]
    """(pairs,): their exact Jaccard similarity."""
    clusters: int
    """Kept documents with near copies."""
    largest: list[Cluster]
    """Largest first, the earlier first of equals."""
    exact_clusters: int
    """Documents with exact copies."""
    exact_largest: list[Cluster]

    def __len__(self) -> int:
        return len(self.exact_copy_of)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which documents are neither exact nor near copies."""
        return (self.exact_copy_of < 0) & (self.near_copy_of < 0)


def stars(copy_of: NDArray[np.int64], largest: int) -> tuple[int, list[tuple[int, NDArray[np.int64]]]]:
    """How many documents have copies, and the `largest` of them with their copies.

    >>> stars(np.array([-1, 0, -1, 0, 2]), 1)
    (2, [(0, array([1, 3]))])
    """
    ordered = np.sort(copy_of[copy_of >= 0])
    begins, counts = runs(ordered)
    kept = ordered[begins]
    order = np.argsort(-counts, kind="stable")[:largest]
    return len(kept), [(int(number), np.flatnonzero(copy_of == number)) for number in kept[order]]
