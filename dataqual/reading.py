"""A `Reading`: one number about a corpus, with what is needed to believe it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

Method = Literal["exact", "sketch", "sample"]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Reading:
    """One number about a corpus, how it was come by, and how sure it is.

    `value` is None where there is nothing to measure (the share of an empty corpus). `interval`
    is the 95 % confidence interval of an estimate, or the guaranteed error of a sketch; None for an
    exact count. `n` is the number of things the number rests on, in `unit`s of `of`.
    """

    name: str
    value: float | None
    n: int
    of: str = "documents"
    unit: str = ""
    method: Method = "exact"
    interval: Interval | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """The reading as plain JSON values; absent things are left out."""
        facts: dict[str, Any] = {"value": self.value, "n": self.n, "of": self.of, "method": self.method}
        if self.unit:
            facts["unit"] = self.unit
        if self.interval is not None:
            facts["interval"] = list(self.interval)
        if self.detail:
            facts["detail"] = self.detail
        return facts


Z = 1.959963984540054
"""Standard errors to either side that hold 95 % of a normal distribution."""


def wilson(hits: int, n: int, z: float = Z) -> tuple[float, float] | None:
    """Wilson's 95 % score interval of a proportion; None when `n` is 0 (Wilson 1927).

    >>> tuple(round(x, 4) for x in wilson(1, 10))
    (0.0179, 0.4042)
    """
    if n == 0:
        return None
    p = hits / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
