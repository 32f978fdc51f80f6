"""A number that a check saw, and how far a whole population may be from it, at any confidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from dataqual.intervals import clopper_pearson, ranks, z_of
from dataqual.reading import Interval
from dataqual.sketch import Sketch


class Estimate(ABC):
    """What was seen of `n` things, as a sample of all that could have come."""

    @property
    @abstractmethod
    def seen(self) -> tuple[float | None, int, Interval | None]:
        """The value, None where there was nothing to see; of how many; and where it lies if it was not counted exactly."""

    def interval(self, confidence: float) -> Interval | None:
        """Where it lies in the population that the corpus is a sample of; None where that cannot be said."""
        return None

    def facts(self) -> dict[str, Any]:
        """As plain JSON values, from which `estimate_of` makes the same again."""
        value, n, error = self.seen
        return {"kind": "known", "value": value, "n": n} | ({"error": list(error)} if error else {})


@dataclass(frozen=True)
class Known(Estimate):
    """A number that says nothing of a population, such as how many documents there are."""

    value: float | None
    n: int
    error: Interval | None = None

    @property
    def seen(self) -> tuple[float | None, int, Interval | None]:
        return self.value, self.n, self.error


@dataclass(frozen=True)
class Proportion(Estimate):
    """`hits` of `n`; its interval is Clopper and Pearson's.

    >>> Proportion(1, 10).seen, Proportion(0, 0).seen
    ((0.1, 10, None), (None, 0, None))
    """

    hits: int
    n: int

    @property
    def seen(self) -> tuple[float | None, int, Interval | None]:
        return self.hits / self.n if self.n else None, self.n, None

    def interval(self, confidence: float) -> Interval | None:
        return clopper_pearson(self.hits, self.n, confidence)

    def facts(self) -> dict[str, Any]:
        return {"kind": "proportion", "hits": self.hits, "n": self.n}


@dataclass(frozen=True)
class Clustered(Estimate):
    """A share of copies; `clusters` is the number of documents that have copies.

    Copies are not drawn independently, though documents are. But replacing one document changes the number of copies by
    one at most, and only if the old or the new one is among those that are alike, so the variance of that number is at
    most about `hits + clusters` (Efron and Stein 1981); the ends are Bernstein's, with room for the variance being
    estimated. Of near copies it holds nearly, for one document may decide on several. `error` is that of the estimate.
    A larger sample of the same source holds a larger share of copies, so this speaks of samples of this size or less.
    """

    hits: float
    n: int
    clusters: int
    error: Interval | None = None

    @property
    def seen(self) -> tuple[float | None, int, Interval | None]:
        return self.hits / self.n if self.n else None, self.n, self.error

    def interval(self, confidence: float) -> Interval | None:
        if not self.n:
            return None
        z = z_of(confidence)
        spread = z * (self.hits + self.clusters + z * z) ** 0.5 + z * z / 3
        low, high = self.error or (self.hits / self.n, self.hits / self.n)
        return max(0.0, low - spread / self.n), min(1.0, high + spread / self.n)

    def facts(self) -> dict[str, Any]:
        own = {"hits": self.hits, "n": self.n, "clusters": self.clusters}
        return {"kind": "clustered", **own} | ({"error": list(self.error)} if self.error else {})


@dataclass(frozen=True)
class Mean(Estimate):
    """A mean with its standard deviation; the interval is the normal one, so for heavy tails quantiles are better."""

    value: float | None
    deviation: float
    n: int

    @property
    def seen(self) -> tuple[float | None, int, Interval | None]:
        return self.value, self.n, None

    def interval(self, confidence: float) -> Interval | None:
        if self.value is None or self.n < 2:
            return None
        spread = z_of(confidence) * self.deviation / self.n**0.5
        return self.value - spread, self.value + spread

    def facts(self) -> dict[str, Any]:
        return {"kind": "mean", "value": self.value, "deviation": self.deviation, "n": self.n}


@dataclass(frozen=True, eq=False)
class Quantile(Estimate):
    """A quantile of a sketch; its interval lies between ranks, and holds whatever the distribution."""

    sketch: Sketch
    q: float

    @property
    def seen(self) -> tuple[float | None, int, Interval | None]:
        value = self.sketch.quantile(self.q)
        return value, self.sketch.n, self.sketch.around(self.q)

    def interval(self, confidence: float) -> Interval | None:
        n = self.sketch.n
        if not n:
            return None
        low, high = ranks(self.q, n, confidence)
        first = self._around(low, n)[0] if low >= 0 else 0.0
        return first, self._around(high, n)[1] if high < n else float("inf")

    def _around(self, rank: int, n: int) -> Interval:
        return self.sketch.around((rank + 0.5) / max(n - 1, 1)) or (0.0, 0.0)

    def facts(self) -> dict[str, Any]:
        low, high = self.interval(STORED) or (None, None)
        value, n, _ = self.seen
        return {"kind": "quantile", "value": value, "n": n, "low": low, "high": None if high == float("inf") else high}


@dataclass(frozen=True)
class Stored(Estimate):
    """A quantile that was saved: its interval at 95 %, scaled to other confidences as of a normal estimate."""

    value: float | None
    n: int
    low: float | None
    high: float | None

    @property
    def seen(self) -> tuple[float | None, int, Interval | None]:
        return self.value, self.n, None

    def interval(self, confidence: float) -> Interval | None:
        if self.value is None:
            return None
        scale = z_of(confidence) / z_of(STORED)
        low = self.value - scale * (self.value - self.low) if self.low is not None else float("-inf")
        return low, self.value + scale * (self.high - self.value) if self.high is not None else float("inf")

    def facts(self) -> dict[str, Any]:
        return {"kind": "quantile", "value": self.value, "n": self.n, "low": self.low, "high": self.high}


STORED = 0.95
"""Confidence of the interval that a saved quantile keeps."""


def estimate_of(facts: dict[str, Any]) -> Estimate:
    """What `Estimate.facts` gave.

    >>> estimate_of(Proportion(1, 10).facts())
    Proportion(hits=1, n=10)
    """
    kinds: dict[str, Any] = {
        "known": Known,
        "proportion": Proportion,
        "clustered": Clustered,
        "mean": Mean,
        "quantile": Stored,
    }
    own = {name: tuple(value) if name == "error" else value for name, value in facts.items() if name != "kind"}
    made: Estimate = kinds[facts["kind"]](**own)
    return made
