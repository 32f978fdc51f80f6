"""How far apart two distributions over values are: PSI, Jensen-Shannon, Kullback-Leibler, each less what chance alone adds.

A divergence of two samples of one distribution is not 0 but about `k/c (1/n + 1/m)`, for k + 1 values and with c = 1 for PSI, 2 for
KL and 8 for JS in nats (each is then a multiple of chi-square with k degrees; Yurdakul 2018 for PSI). So this much is taken
off, and the band that 95 % of such samples stay below stands beside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.drift import tails
from dataqual.reading import Z

LEAST_EXPECTED = 5.0
"""Documents to be expected of a value in the smaller sample; rarer ones are taken together (Cochran 1954)."""
REST = "…"
"""What the rare values are called that were taken together."""
PRIOR = 0.5
"""Added to every count, so that a value that one side lacks is rare there, not impossible (Jeffreys)."""


@dataclass(frozen=True)
class Divergence:
    """One divergence of two samples, without what chance adds to it."""

    value: float
    """Corrected for bias, not below 0."""
    interval: tuple[float, float]
    """95 %."""
    plug_in: float
    """As the formula has it."""
    null: float
    """95 % of samples of one distribution stay below this, as the formula has it."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"value": self.value, "interval": list(self.interval), "plug_in": self.plug_in, "null": self.null}


@dataclass(frozen=True)
class Divergences:
    """What two counts of the same values come to."""

    psi: Divergence
    """Population stability index, which is KL both ways (Jeffreys 1946); 0.1 is called small, 0.25 large."""
    js: Divergence
    """Jensen-Shannon divergence in bits, 0 to 1 (Lin 1991)."""
    kl: Divergence
    """Kullback-Leibler divergence in bits: what a code made for the first costs more on the second."""
    p: float
    """Of Pearson's chi-square test that both come from one distribution."""
    values: int
    """How many values were told apart, the rare ones together counted as one."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        parts = {name: getattr(self, name).facts() for name in ("psi", "js", "kl")}
        return parts | {"p": self.p, "values": self.values}


def divergences(first: NDArray[Any], second: NDArray[Any]) -> Divergences:
    """The divergences of two arrays of counts, (values,) each, of samples that are not empty.

    Give `gathered` counts: what is rare in both makes the correction too small.

    >>> found = divergences(np.array([500, 300, 200]), np.array([480, 310, 210]))
    >>> found.psi.value, round(found.psi.plug_in, 4), round(found.p, 2)
    (0.0, 0.0016, 0.66)
    """
    n, m = float(first.sum()), float(second.sum())
    k = len(first) - 1
    p, q = ((counts + PRIOR) / (total + PRIOR * len(first)) for counts, total in ((first, n), (second, m)))
    mean, log = (p + q) / 2, np.log(p / q)
    bits = 1 / math.log(2)
    measured = {
        "psi": (((p - q) * log).sum(), log + 1 - q / p, -log + 1 - p / q, 1.0),
        "kl": (bits * (q * -log).sum(), bits * -(q / p), bits * (1 - log), bits / 2),
        "js": (
            bits * (p * np.log(p / mean) + q * np.log(q / mean)).sum() / 2,
            bits * np.log(p / mean) / 2,
            bits * np.log(q / mean) / 2,
            bits / 8,
        ),
    }
    around = {name: _around(*parts, p, q, n, m, k) for name, parts in measured.items()}
    return Divergences(**around, p=_pearson(first, second), values=len(first))


def _around(
    value: float,
    slope_p: NDArray[np.float64],
    slope_q: NDArray[np.float64],
    scale: float,
    p: NDArray[np.float64],
    q: NDArray[np.float64],
    n: float,
    m: float,
    k: int,
) -> Divergence:
    """The wider of what the delta method says, which holds far apart, and non-central chi-square, which holds near by."""
    rate = scale * (1 / n + 1 / m)
    variance = sum(
        ((share * slope**2).sum() - (share * slope).sum() ** 2) / size
        for share, slope, size in ((p, slope_p, n), (q, slope_q, m))
    )
    corrected, spread = value - k * rate, Z * math.sqrt(max(variance, 0.0))
    low, high = (rate * end for end in _noncentral(value / rate, k))
    ends = max(0.0, min(low, corrected - spread)), max(high, corrected + spread, 0.0)
    return Divergence(
        max(0.0, float(corrected)), (float(ends[0]), float(ends[1])), float(value), rate * _chi_square_95(k)
    )


def _noncentral(value: float, degrees: int) -> tuple[float, float]:
    """The 95 % interval of the non-centrality of which a chi-square of `value` came (by the cube root, Abdel-Aty 1954).

    >>> [round(end, 1) for end in _noncentral(30.0, 9)], [round(end, 1) for end in _noncentral(9.0, 1)]
    ([5.9, 45.0], [1.1, 24.6])
    """
    if degrees < 2:
        root = math.sqrt(value)
        return (max(0.0, root - Z) ** 2, (root + Z) ** 2) if degrees else (0.0, 0.0)

    def score(beyond: float) -> float:
        whole = degrees + beyond
        part = 2 * (1 + beyond / whole) / (9 * whole)
        return (math.cbrt(value / whole) - 1 + part) / math.sqrt(part)

    def where(target: float) -> float:
        low, high = 0.0, 2 * value + 100.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if score(middle) > target else (low, middle)
        return low

    return where(Z), where(-Z)


def _chi_square_95(degrees: int) -> float:
    """The 0.95 quantile of chi-square (Wilson and Hilferty 1931), within a hundredth from 3 degrees on, exact for none."""
    if degrees <= 0:
        return 0.0
    if degrees == 1:
        return Z * Z
    part = 2 / (9 * degrees)
    return float(degrees * (1 - part + 1.6448536269514722 * math.sqrt(part)) ** 3)


def _pearson(first: NDArray[Any], second: NDArray[Any]) -> float:
    both = first + second
    used = both > 0
    n, m = first.sum(), second.sum()
    expected = both[used] * (n / (n + m)), both[used] * (m / (n + m))
    value = sum(float(((o[used] - e) ** 2 / e).sum()) for o, e in zip((first, second), expected, strict=True))
    return tails.chi_square(value, int(used.sum()) - 1)


def gathered(
    first: Mapping[str | None, int], second: Mapping[str | None, int]
) -> tuple[list[str | None], NDArray[np.int64], NDArray[np.int64]]:
    """The values of both, and how often each has them; what is too rare for a test stands last, together, as `REST`.

    >>> names, a, b = gathered({"en": 50, "zh": 40, "fi": 1}, {"en": 60, "zh": 30, "sv": 2})
    >>> names, a.tolist(), b.tolist()
    (['en', 'zh', '…'], [50, 40, 1], [60, 30, 2])
    """
    n, m = sum(first.values()), sum(second.values())
    total = {name: first.get(name, 0) + second.get(name, 0) for name in {**first, **second}}
    smaller = min(n, m) / max(n + m, 1)
    ordered = sorted(total, key=lambda name: (-total[name], name is None, name or ""))
    kept = [name for name in ordered if total[name] * smaller >= LEAST_EXPECTED and name != REST]
    counts = [[side.get(name, 0) for name in kept] for side in (first, second)]
    rest = [n - sum(counts[0]), m - sum(counts[1])]
    if any(rest):
        kept.append(REST)
        counts = [[*side, left] for side, left in zip(counts, rest, strict=True)]
    a, b = (np.array(side, np.int64) for side in counts)
    return kept, a, b
