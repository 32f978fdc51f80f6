"""Two shares: their difference, its interval, its size, and whether chance would do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dataqual.drift import tails
from dataqual.intervals import difference
from dataqual.reading import Z, wilson

EXACT = 20_000
"""Hits up to which Fisher's exact test is counted out; beyond that the normal distribution does."""


@dataclass(frozen=True)
class ShareChange:
    """What becomes of a share from the first sample to the second."""

    change: float
    """Second less first."""
    interval: tuple[float, float]
    """95 % (Newcombe 1998, method 10)."""
    h: float
    """Cohen's h: 0.2 is called small, 0.5 medium (Cohen 1988)."""
    p: float
    """Fisher's exact test; the score test where there are many hits."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"change": self.change, "interval": list(self.interval), "h": self.h, "p": self.p}


def share_change(hits: int, n: int, other_hits: int, other_n: int) -> ShareChange:
    """From `hits` of `n` to `other_hits` of `other_n`, neither of them of nothing.

    >>> found = share_change(10, 100, 20, 100)
    >>> round(found.change, 2), round(found.h, 3), round(found.p, 3)
    (0.1, 0.284, 0.073)
    """
    before, after = hits / n, other_hits / other_n
    around, around_after = wilson(hits, n), wilson(other_hits, other_n)
    assert around is not None and around_after is not None, "neither is empty"
    h, _ = cohens_h(before, after, n, other_n)
    interval = difference(after, around_after, before, around)
    return ShareChange(after - before, interval, h, _p(hits, n, other_hits, other_n))


def cohens_h(before: float, after: float, n: int, other_n: int) -> tuple[float, tuple[float, float]]:
    """Cohen's h of two shares, and its 95 % interval: the variance of an arcsine is 1 / n whatever the share (Cohen 1988).

    >>> h, (low, high) = cohens_h(0.25, 0.38, 1_000, 1_000)
    >>> round(h, 3), round(low, 3), round(high, 3)
    (0.281, 0.194, 0.369)
    """
    h = 2 * (math.asin(math.sqrt(after)) - math.asin(math.sqrt(before)))
    reach = Z * math.sqrt(1 / n + 1 / other_n)
    return h, (h - reach, h + reach)


def _p(hits: int, n: int, other_hits: int, other_n: int) -> float:
    total, both = hits + other_hits, n + other_n
    if total in (0, both):
        return 1.0
    if min(total, both - total) <= EXACT:
        if total > both - total:  # the rarer outcome, so that little is summed
            return tails.fisher(n - hits, n, other_n - other_hits, other_n)
        return tails.fisher(hits, n, other_hits, other_n)
    share = total / both
    return tails.normal((other_hits / other_n - hits / n) / math.sqrt(share * (1 - share) * (1 / n + 1 / other_n)))
