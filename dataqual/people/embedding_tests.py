"""The word embedding association test: whether two sets of words lie nearer to one set of attributes than to another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.people.word_vectors import Vectors

Floats = NDArray[np.float64]
PERMUTATIONS = 10_000


@dataclass(frozen=True)
class Weat:
    """The result of one test (Caliskan et al. 2017). Above 0: the first targets lie nearer to the first attributes."""

    effect: float | None
    """Difference of the mean associations in standard deviations of all of them, of a sample (ddof 1, as sent-bias has it)."""
    effect_ddof_0: float | None
    """The same in standard deviations of a population (ddof 0, as WEFE has it)."""
    statistic: float
    """Sum over the first targets less sum over the second, each by its mean where they are not equally many."""
    p: float
    """Share of the partitions of all targets whose statistic is at least that of the two sets: one-sided, as published."""
    exact: bool
    """Whether all partitions were tried, or some drawn, and then counted with the one there is."""
    partitions: int
    sets: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    """The words that have vectors: first and second targets, first and second attributes."""
    absent: tuple[str, ...]
    """Words that have none."""


def weat(
    vectors: Vectors | Mapping[str, Sequence[float]],
    first: Sequence[str],
    second: Sequence[str],
    one: Sequence[str],
    other: Sequence[str],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Weat:
    """Test the targets `first` and `second` against the attributes `one` and `other`; InputError with fewer than two words each.

    All partitions are tried where there are at most `permutations`, else that many are drawn and p is (1 + as extreme)
    divided by (1 + drawn).

    >>> vectors = {"he": [1, 0], "man": [1, 0.2], "she": [0, 1], "woman": [0.2, 1], "work": [1, 0.1], "home": [0.1, 1],
    ...            "pay": [0.9, 0], "cot": [0, 0.8]}
    >>> found = weat(vectors, ["he", "man"], ["she", "woman"], ["work", "pay"], ["home", "cot"])
    >>> round(found.effect, 3), round(found.effect_ddof_0, 3), round(found.p, 3), found.partitions
    (1.72, 1.986, 0.167, 6)
    """
    known = vectors if isinstance(vectors, Vectors) else Vectors.of_mapping(vectors)
    sets = tuple(tuple(word for word in dict.fromkeys(words) if word in known) for words in (first, second, one, other))
    if any(len(words) < 2 for words in sets):
        raise InputError("weat needs at least two words with vectors in each of its four sets")
    x, y, a, b = (known.units(words) for words in sets)
    near = np.concatenate([x, y]) @ np.concatenate([a, b]).T
    s = near[:, : len(a)].mean(axis=1) - near[:, len(a) :].mean(axis=1)
    spread = s[: len(x)].mean() - s[len(x) :].mean()
    sample, population = float(s.std(ddof=1)), float(s.std())
    even = len(x) == len(y)
    p, exact, partitions = _chance(s, len(x), permutations, seed)
    absent = tuple(word for words in (first, second, one, other) for word in words if word not in known)
    return Weat(
        float(spread / sample) if sample > 0 else None,
        float(spread / population) if population > 0 else None,
        float(s[: len(x)].sum() - s[len(x) :].sum()) if even else float(spread),
        p,
        exact,
        partitions,
        sets,  # type: ignore[arg-type]
        tuple(dict.fromkeys(absent)),
    )


def _chance(s: Floats, size: int, permutations: int, seed: int) -> tuple[float, bool, int]:
    """Share of the choices of `size` targets whose mean is at least that of the first ones; equal ones by rounding too."""
    seen = s[:size].sum() - 1e-12 * max(1.0, float(np.abs(s).sum()))
    partitions = math.comb(len(s), size)
    if partitions <= permutations:
        rows = np.array(list(combinations(range(len(s)), size)))
        return float((s[rows].sum(axis=1) >= seen).mean()), True, partitions
    rng = np.random.default_rng(seed)
    rows = np.argsort(rng.random((permutations, len(s))), axis=1)[:, :size]
    return float((1 + (s[rows].sum(axis=1) >= seen).sum()) / (1 + permutations)), False, permutations
