"""The step `rebalance`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, cast

from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step, ViewName
from dataqual.steps._taking import By, Quota, Taken, Value, tallied

Shares = tuple[tuple[str, float], ...]

ROUNDED = Fraction(1, 100)
"""How far shares may add up to something else than 1: thirds are written 0.33."""

LISTED = 20
"""Values that an error lists: there may be thousands."""


@dataclass(frozen=True)
class Rebalance(Step):
    """Drop documents, by hash of the address, until the values `by` which they are told apart have their shares.

    `to` is `uniform`, each value as often as the rarest, or shares of some values, which take as many documents as
    there are for all of them; or else there are `at_most` so many of each. What has no value, or one without a share,
    stays. A corpus that is within one document of its shares stays as it is.
    """

    view: ClassVar[ViewName | None] = None

    by: By
    to: Literal["uniform"] | Shares | None = None
    at_most: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if (self.to is None) == (self.at_most is None):
            raise SpecError("needs `to` or `at_most`, and not both")
        if self.at_most is not None and self.at_most < 1:
            raise SpecError(f"at_most is {self.at_most}; it is at least 1")
        if isinstance(self.to, tuple):
            for value, share in self.to:
                if not 0 <= share <= 1:
                    raise SpecError(f"to: the share of {value!r} is {share:g}, not from 0 to 1")
            if abs((total := sum(_fractions(self.to).values(), Fraction())) - 1) > ROUNDED:
                raise SpecError(f"to: the shares add up to {float(total):g}, not to 1")

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Rebalance | None:
        """Where `to` is a mapping of values to shares."""
        to = parameters.get("to")
        if to is None or to == "uniform":
            return None
        if not isinstance(to, Mapping):
            raise SpecError(f"{where}.to: expected uniform, or a mapping of values to shares, got {to!r}")
        for value, share in to.items():
            if isinstance(share, bool) or not isinstance(share, int | float) or share != share:
                raise SpecError(f"{where}.to: the share of {value!r} is {share!r}, not a number")
        shares = tuple((_name(value), float(share)) for value, share in to.items())
        plain = specs.construct(cls, {**parameters, "to": "uniform"}, where, "rebalance")
        try:
            return cls(plain.by, shares, plain.at_most, plain.seed)
        except SpecError as error:
            raise SpecError(f"{where}: {error}") from None

    @classmethod
    def spec_schema(cls) -> dict[str, Any]:
        """Its fields, and `to` as a mapping of values to shares."""
        shares = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}}
        to = {"anyOf": [{"const": "uniform"}, shares, {"type": "null"}]}
        whole = {"type": "integer"}
        at_most = {"anyOf": [whole | {"minimum": 1}, {"type": "null"}]}
        properties = {"by": {"enum": ["group", "label"]}, "to": to, "at_most": at_most, "seed": whole}
        return {"type": "object", "properties": properties, "additionalProperties": False, "required": ["by"]}

    def prepare(self, corpus: Corpus, engine: Engine) -> Taken:
        """Count the values; InputError where one that is to have a share is not there."""
        tallies = tallied(corpus, engine, "rebalance", self.by, self.seed, self.at_most)
        without = tallies.pop(None).count if None in tallies else 0
        counts = {cast(str, value): tally.count for value, tally in tallies.items()}
        if not counts:
            raise InputError(f"rebalance: no document has a {self.by}")
        numbers = {value: n for value, n in self._numbers(counts).items() if value in counts}
        quotas: dict[Value, Quota] = {value: Quota.of(tallies[value], n) for value, n in numbers.items()}
        remark = f"; {without:,} without a {self.by} stay" if without else ""
        return Taken("rebalance", self.by, self.seed, quotas, remark)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        raise TypeError("rebalance must see the corpus first: call prepare, and then what it returns")

    def _numbers(self, counts: Mapping[str, int]) -> dict[str, int]:
        """How many stay of each value that is told about."""
        if self.at_most is not None:
            return {value: min(count, self.at_most) for value, count in counts.items()}
        if not isinstance(self.to, tuple):
            return dict.fromkeys(counts, min(counts.values()))
        shares = _fractions(self.to)
        for value, share in shares.items():
            if share and value not in counts:
                raise InputError(f"rebalance: no document has the {self.by} {value!r}; {_nearest(value, counts)}")
        return apportioned({value: counts.get(value, 0) for value in shares}, shares)


def apportioned(counts: Mapping[str, int], shares: Mapping[str, Fraction]) -> dict[str, int]:
    """The most documents that have these shares, whole by largest remainder; as they are where they have them already.

    >>> apportioned({"en": 900, "zh": 100}, {"en": Fraction(3, 4), "zh": Fraction(1, 4)})
    {'en': 300, 'zh': 100}
    >>> apportioned({"en": 301, "zh": 100}, {"en": Fraction(3, 4), "zh": Fraction(1, 4)})
    {'en': 301, 'zh': 100}
    """
    whole = sum(shares.values())
    parts = {value: share / whole for value, share in shares.items()}
    together = sum(counts.values())
    if all(abs(counts[value] - part * together) < 1 for value, part in parts.items()):
        return dict(counts)
    total = int(min(counts[value] / part for value, part in parts.items() if part))
    exact = {value: part * total for value, part in parts.items()}
    numbers = {value: int(number) for value, number in exact.items()}
    rest = sorted(exact, key=lambda value: numbers[value] - exact[value])
    for value in rest[: total - sum(numbers.values())]:
        numbers[value] += 1
    return numbers


def _nearest(value: str, counts: Mapping[str, int]) -> str:
    """What was probably meant, of the most frequent values."""
    return did_you_mean(value, sorted(counts, key=lambda known: (-counts[known], known))[:LISTED])


def _fractions(shares: Shares) -> dict[str, Fraction]:
    """As they are written: 0.1 is a tenth."""
    return {value: Fraction(str(share)) for value, share in shares}


def _name(value: object) -> str:
    """A value as a corpus has it: YAML reads a bare 1 or true as something else."""
    return str(value).lower() if isinstance(value, bool) else str(value)
