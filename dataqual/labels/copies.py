"""Copies among labelled documents, and those whose labels contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dataqual.near_duplicates import NearDuplicates, Survey
from dataqual.reading import Reading, wilson
from dataqual.text import Text


@dataclass(frozen=True, eq=False)
class Copied:
    """Which documents are the same or nearly so; arrays are (documents,)."""

    keys: NDArray[np.uint64]
    """A hash of the text."""
    cluster: NDArray[np.int64]
    """The first document of its cluster, itself where it is alone; every link of a cluster is verified on the texts."""

    @classmethod
    def of(cls, text: Text) -> Self:
        """Of documents in memory."""
        survey = Survey(NearDuplicates())
        part = survey.measure(text)
        survey.add(part)
        return cls(part.exact[:, 0].copy(), survey.clusters(lambda numbers: [text[number] for number in numbers]))

    def learnable(self, counts: Sequence[int], codes: NDArray[np.int64], rows: NDArray[np.int64]) -> list[int]:
        """The `counts` of labels, 0 for one whose documents are all copies of each other: they lie in one fold, so that whoever judges
        them never saw the label. `codes`, (rows,), are the labels of these `rows`, -1 where there is none.

        >>> copied = Copied(np.zeros(0, np.uint64), np.array([0, 0, 2, 3]))
        >>> copied.learnable([2, 2], np.array([0, 0, 1, 1]), np.arange(4))
        [0, 2]
        """
        pairs = np.unique(np.stack([codes, self.cluster[rows]]), axis=1)[0]
        apart = np.bincount(pairs[pairs >= 0], minlength=len(counts))
        return [count if several > 1 else 0 for count, several in zip(counts, apart.tolist(), strict=True)]

    def first(self, n: int) -> Copied:
        """Of the first `n` documents: clusters of these point at documents among them."""
        return Copied(self.keys[:n], self.cluster[:n])


@dataclass(frozen=True)
class Conflict:
    """Documents with the same text, or nearly the same, and different labels."""

    exact: bool
    """Whether all of them have the same bytes."""
    rows: tuple[int, ...]
    """The first document of each label, the commonest first."""
    labels: tuple[tuple[str, int], ...]
    """The labels and how often each, the commonest first."""
    members: tuple[int, ...]
    """All of them, ascending."""

    @property
    def size(self) -> int:
        """Documents."""
        return sum(count for _, count in self.labels)


def conflicts(copied: Copied, labels: Sequence[str | None]) -> list[Conflict]:
    """Clusters of copies with more than one label, the largest first; documents without a label are passed over.

    >>> copied = Copied.of(Text.of(["Great.", "Great.", "Bad."]))
    >>> [found] = conflicts(copied, ["+", "-", "-"])
    >>> found.exact, found.labels, found.rows
    (True, (('+', 1), ('-', 1)), (0, 1))
    """
    members: dict[int, list[int]] = {}
    _, inverse, sizes = np.unique(copied.cluster, return_inverse=True, return_counts=True)
    for row in np.flatnonzero(sizes[inverse] > 1).tolist():
        if labels[row] is not None:
            members.setdefault(int(copied.cluster[row]), []).append(row)
    found = []
    for rows in members.values():
        counts: dict[str, int] = {}
        first: dict[str, int] = {}
        for row in rows:
            label = labels[row]
            assert label is not None
            counts[label] = counts.get(label, 0) + 1
            first.setdefault(label, row)
        if len(counts) > 1:
            ordered = sorted(counts, key=lambda label: (-counts[label], label))
            same = len(set(copied.keys[rows].tolist())) == 1
            told = tuple((label, counts[label]) for label in ordered)
            found.append(Conflict(same, tuple(first[label] for label in ordered), told, tuple(rows)))
    return sorted(found, key=lambda one: (-one.size, one.rows))


def conflict_reading(found: Sequence[Conflict], labelled: int, *, complete: bool = True) -> Reading:
    """The share of labelled documents in clusters of copies with more than one label; None of none.

    Of a sample (`complete` false) the share is at least that: copies of a document that was drawn may not have been.
    """
    hits = sum(one.size for one in found)
    exact = sum(one.size for one in found if one.exact)
    value = hits / labelled if labelled else None
    detail = {"documents": hits, "exact": exact, "clusters": len(found)}
    if complete:
        return Reading("label_conflicts", value, labelled, detail=detail)
    low, _ = wilson(hits, labelled) or (0.0, 1.0)
    interval = (min(low, value), 1.0) if value is not None else None
    return Reading("label_conflicts", value, labelled, method="sample", interval=interval, detail=detail)
