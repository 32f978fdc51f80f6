"""Clusters of points around their means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import vectors


@dataclass(frozen=True, eq=False)
class Clusters:
    """`labels` (points,) by size of cluster, 0 the largest; `centres` (k, dimensions); `inertia`, the sum of squares around them."""

    labels: NDArray[np.int64]
    centres: NDArray[np.float64]
    inertia: float

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Points of each cluster, descending."""
        return np.bincount(self.labels, minlength=len(self.centres))

    def distances(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """From each point to the centre of its cluster, (points,)."""
        gaps: NDArray[np.float64] = np.sqrt(((points - self.centres[self.labels]) ** 2).sum(axis=1))
        return gaps


def kmeans(points: NDArray[np.float64], k: int, *, seed: int = 0, starts: int = 3, rounds: int = 50) -> Clusters:
    """The best of some starts by k-means++ (Arthur and Vassilvitskii 2007); clusters that would be empty are left out.

    >>> kmeans(np.array([[0.0], [0.1], [9.0]]), 2).labels.tolist()
    [0, 0, 1]
    """
    rng = np.random.default_rng(seed)
    points = np.ascontiguousarray(points, np.float64)
    k = min(k, len(points))
    if k == 0:
        return Clusters(np.zeros(len(points), np.int64), np.zeros((0, points.shape[1])), 0.0)
    found = [_lloyd(points, _seeds(points, k, rng), rounds) for _ in range(starts)]
    labels, centres, inertia = min(found, key=lambda one: one[2])
    sizes = np.bincount(labels, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")[: int((sizes > 0).sum())]
    rank = np.zeros(len(centres), np.int64)
    rank[order] = np.arange(len(order))
    return Clusters(rank[labels], centres[order], inertia)


def _seeds(points: NDArray[np.float64], k: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Points far from each other: each is drawn by the square of its distance from those before it."""
    chosen = [int(rng.integers(len(points)))]
    gaps = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < k and gaps.any():
        total = np.cumsum(gaps)
        chosen.append(min(int(np.searchsorted(total, rng.random() * total[-1], side="right")), len(points) - 1))
        gaps = np.minimum(gaps, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return points[chosen]


def _lloyd(
    points: NDArray[np.float64], centres: NDArray[np.float64], rounds: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
    """Assign and average until nothing moves; an empty cluster stays where it was."""
    labels = np.full(len(points), -1, np.int64)
    gaps = np.zeros(len(points))
    for _ in range(rounds):
        if not vectors.nearest(points, centres, labels, gaps):
            break
        sizes = np.bincount(labels, minlength=len(centres))
        sums = np.zeros((len(centres), points.shape[1]))
        for k, column in enumerate(points.T):
            sums[:, k] = np.bincount(labels, column, len(centres))
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
    return labels, centres, float(gaps.sum())
