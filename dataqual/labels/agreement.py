"""How well annotators agree beyond chance: Krippendorff's alpha, Fleiss' kappa, Cohen's kappa, with bootstrap intervals.

Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011); Fleiss, *Measuring nominal scale agreement among many
raters* (1971); Cohen, *A coefficient of agreement for nominal scales* (1960) and *Weighted kappa* (1968). Intervals are
of the items: they are drawn again and again, and annotators with them. Where no item shows a disagreement, to draw them again
shows none either: the interval is then that of a share of which none was seen (Clopper and Pearson 1934), each of those
items in the worst disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.intervals import clopper_pearson
from dataqual.labels.ratings import LEVELS, Level, Ratings
from dataqual.reading import Reading

Floats = NDArray[np.float64]
Weighting = Literal["none", "linear", "quadratic"]

DRAWS = 2000
"""Bootstrap samples: the ends of a 95 % interval then rest on fifty each (Efron and Tibshirani 1993: a thousand or more)."""
AT_ONCE = 1 << 22
"""Numbers in one array of the bootstrap: 32 MB."""
MOST_VALUES = 2000
"""Different values: with more, a matrix of all pairs of them fills the memory."""


def krippendorff_alpha(ratings: Ratings, level: Level = "nominal", *, seed: int = 0, draws: int = DRAWS) -> Reading:
    """1 - observed / expected disagreement of the values of items that have two or more; missing ones are passed over.

    None where nothing can be paired, or all paired values are equal: then there is no disagreement to expect.

    >>> ratings = Ratings.of_columns({"meg": list("0100000010"), "owen": list("1110010000")})
    >>> round(krippendorff_alpha(ratings).value, 3)
    0.095
    """
    counts, observed, distance = _disagreement(ratings, level)

    def alpha(weights: Floats) -> Floats:
        return 1 - _ratio(weights, counts, observed, distance, level)

    worst = float(distance.max(initial=0.0)) / _positive(_expected(counts.sum(axis=0)[None, :], distance, level))
    return _reading("krippendorff_alpha", alpha, len(counts), worst, seed, draws, {"level": level} | _sizes(ratings))


def fleiss_kappa(ratings: Ratings, *, seed: int = 0, draws: int = DRAWS) -> Reading:
    """Fleiss' kappa of the items that were given values, which must be equally many for each.

    InputError where items have different numbers of values: Krippendorff's alpha is for that.
    """
    counts = ratings.counts
    counts = counts[counts.sum(axis=1) > 0]
    sizes = counts.sum(axis=1)
    if len(counts) and (sizes.min() != sizes.max() or sizes[0] < 2):
        raise InputError(
            f"items have {sizes.min()} to {sizes.max()} values, and Fleiss' kappa needs equally many, two or more, of each;"
            " krippendorff_alpha takes any"
        )
    m = int(sizes[0]) if len(counts) else 0
    agreed = (counts * (counts - 1)).sum(axis=1) / max(m * (m - 1), 1)

    def kappa(weights: Floats) -> Floats:
        shares = weights @ counts / np.maximum(weights.sum(axis=1, keepdims=True) * m, 1)
        expected = (shares**2).sum(axis=1)
        return _beyond(weights @ agreed / np.maximum(weights.sum(axis=1), 1), expected)

    shares = counts.sum(axis=0) / max(int(counts.sum()), 1)
    worst = 1 / _positive(1 - (shares**2).sum())
    return _reading("fleiss_kappa", kappa, len(counts), worst, seed, draws, _sizes(ratings))


def cohen_kappa(ratings: Ratings, *, weights: Weighting = "none", seed: int = 0, draws: int = DRAWS) -> Reading:
    """Cohen's kappa of two annotators on the items that both gave a value; `weights` of disagreement by distance in rank.

    >>> ratings = Ratings.of_columns({"a": list("yyynn"), "b": list("yynny")})
    >>> round(cohen_kappa(ratings).value, 3)
    0.167
    """
    if len(ratings.annotators) != 2:
        raise InputError(f"Cohen's kappa is of two annotators, and there are {len(ratings.annotators)}")
    first, second = ratings.codes[(ratings.codes >= 0).all(axis=1)].T
    k = len(ratings.values)
    rank = np.arange(k)
    apart = np.abs(rank[:, None] - rank[None, :]).astype(np.float64)
    cost = {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]
    one, other, own = np.eye(k)[first], np.eye(k)[second], cost[first, second]

    def kappa(drawn: Floats) -> Floats:
        n = np.maximum(drawn.sum(axis=1), 1)
        a, b = drawn @ one / n[:, None], drawn @ other / n[:, None]
        expected = ((a @ cost) * b).sum(axis=1)
        return 1 - _divided(drawn @ own / n, expected)

    expected = one.sum(axis=0) @ cost @ other.sum(axis=0) / max(len(first), 1) ** 2
    worst = float(cost.max(initial=0.0)) / _positive(expected)
    return _reading("cohen_kappa", kappa, len(first), worst, seed, draws, _sizes(ratings) | {"weights": weights})


def item_agreement(ratings: Ratings, level: Level = "nominal") -> Floats:
    """1 - disagreement within each item / expected disagreement, (items,): the mean over pairs of values is alpha.

    NaN for an item with fewer than two values, and everywhere if no disagreement is to be expected.
    """
    counts, observed, distance = _disagreement(ratings, level)
    out = np.full(len(ratings.items), np.nan)
    expected = _expected(np.ones((1, len(counts))) @ counts, distance, level)[0] if len(counts) else 0.0
    if expected > 0:
        out[ratings.pairable] = 1 - observed / counts.sum(axis=1) / expected
    return out


def annotator_agreement(ratings: Ratings, level: Level = "nominal") -> Floats:
    """1 - mean disagreement of each annotator with the others / expected disagreement, (annotators,); NaN without pairs."""
    counts, _, distance = _disagreement(ratings, level)
    codes = ratings.codes[ratings.pairable]
    totals = counts.sum(axis=0, dtype=np.float64)[None, :]
    expected = _expected(totals, distance, level)[0] if len(counts) else 0.0
    matrix = _ordinal(totals[0]) if level == "ordinal" else distance
    out = np.full(len(ratings.annotators), np.nan)
    for at in range(len(out)):
        own = codes[:, at] >= 0
        if own.any() and expected > 0:
            with_others = (counts[own] * matrix[codes[own, at]]).sum()
            out[at] = 1 - with_others / (counts[own].sum() - own.sum()) / expected
    return out


def _disagreement(ratings: Ratings, level: Level) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Of the items with two values or more: their counts (items, values), the disagreement within each (items,), and the
    distance of values, (values, values); of the ordinal level that depends on the counts."""
    if level not in LEVELS:
        raise InputError(f"no level {level!r}; there are: {', '.join(LEVELS)}")
    if len(ratings.values) > MOST_VALUES:
        raise InputError(
            f"{len(ratings.values):,} different values are too many; round them to {MOST_VALUES:,} or fewer"
        )
    counts = ratings.counts[ratings.pairable]
    distance = _distance(ratings, counts, level)
    return counts, _within(counts, distance), distance


def _distance(ratings: Ratings, counts: NDArray[np.int64], level: Level) -> Floats:
    if level == "ordinal":
        return _ordinal(counts.sum(axis=0).astype(np.float64))
    if level == "nominal":
        return 1 - np.eye(len(ratings.values))
    numbers = ratings.numbers()
    apart = numbers[:, None] - numbers[None, :]
    if level == "interval":
        return np.asarray(apart**2)
    if (numbers < 0).any():
        raise InputError(f"{numbers.min():g} is below 0, and the ratio level has a true zero")
    return np.asarray(_divided(apart, numbers[:, None] + numbers[None, :]) ** 2)


def _ordinal(totals: Floats) -> Floats:
    """(sum of the counts from one value to the other, less half of their own)², (values, values)."""
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def _within(counts: NDArray[np.int64], distance: Floats) -> Floats:
    """The sum over ordered pairs of values of an item, over its values less one, (items,)."""
    pairs = ((counts @ distance) * counts).sum(axis=1)
    return np.asarray(pairs / (counts.sum(axis=1) - 1).clip(min=1))


def _ratio(weights: Floats, counts: NDArray[np.int64], observed: Floats, distance: Floats, level: Level) -> Floats:
    """Observed over expected disagreement of each row of weights, (draws,)."""
    totals = weights @ counts
    n = totals.sum(axis=1)
    if level == "ordinal":
        found = np.array(
            [w @ _within(counts, _ordinal(t)) for w, t in zip(weights, totals, strict=True)], np.float64
        ).reshape(-1)
    else:
        found = weights @ observed
    return _divided(found / np.maximum(n, 1), _expected(totals, distance, level))


def _expected(totals: Floats, distance: Floats, level: Level) -> Floats:
    """The mean over all ordered pairs of values, whatever their items, (draws,)."""
    n = totals.sum(axis=1)
    if level == "ordinal":
        sums = np.array([t @ _ordinal(t) @ t for t in totals], np.float64).reshape(-1)
    else:
        sums = ((totals @ distance) * totals).sum(axis=1)
    return np.asarray(sums / np.maximum(n * (n - 1), 1))


def _beyond(agreed: Floats, expected: Floats) -> Floats:
    return 1 - _divided(1 - agreed, 1 - expected)


def _divided(a: Floats, b: Floats) -> Floats:
    """0 / 0 is NaN without a warning, but 0 where it is a distance of 0 from 0: see `_distance`."""
    out = np.full(np.broadcast_shapes(a.shape, b.shape), np.nan) if a.ndim == 1 else np.zeros(a.shape)
    return np.divide(a, b, out=out, where=b > 1e-15)


def _positive(expected: Any) -> float:
    """Of nothing to expect, where no statistic is told either, what can be divided by."""
    return max(float(np.asarray(expected).reshape(-1)[0]), 1e-15)


def _sizes(ratings: Ratings) -> dict[str, int]:
    return {
        "items": len(ratings.items),
        "annotators": len(ratings.annotators),
        "values": len(ratings.values),
        "given": int((ratings.codes >= 0).sum()),
    }


def _reading(
    name: str,
    statistic: Callable[[Floats], Floats],
    items: int,
    worst: float,
    seed: int,
    draws: int,
    detail: Mapping[str, Any],
) -> Reading:
    """The statistic on all items, and its percentile interval over items that are drawn with replacement.

    `worst`: the largest disagreement of an item over that which is to be expected.
    """
    value = float(statistic(np.ones((1, items)))[0]) if items else float("nan")
    if not np.isfinite(value):
        return Reading(name, None, items, of="items", detail=dict(detail))
    random = np.random.default_rng(seed)
    found = []
    at_once = max(1, AT_ONCE // max(items, 1))
    for start in range(0, draws, at_once):
        weights = random.multinomial(items, np.full(items, 1 / items), min(at_once, draws - start)).astype(np.float64)
        found.append(statistic(weights))
    drawn = np.concatenate(found) if found else np.zeros(0)
    drawn = drawn[np.isfinite(drawn)]
    ends = np.quantile(drawn, (0.025, 0.975)).tolist() if len(drawn) and items > 1 else None
    interval = (min(ends[0], value), max(ends[1], value)) if ends else None
    if value > 1 - 1e-12 and (unseen := clopper_pearson(0, items)):
        interval = max(-1.0, 1 - unseen[1] * worst), 1.0
    return Reading(name, value, items, of="items", method="sample", interval=interval, detail=dict(detail))
