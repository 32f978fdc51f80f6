"""How often the groups of an axis are named, beside each other and beside a reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dataqual.clustered import ShareSums
from dataqual.intervals import quotient
from dataqual.people.mentions import Mentions
from dataqual.people.words import Lexicon
from dataqual.reading import Interval


@dataclass(frozen=True)
class Represented:
    """One group of an axis: its share of the words that name any group of the axis, by documents."""

    axis: str
    group: str
    mentions: int
    of: int
    """Mentions of any group of the axis, or of those that the reference has."""
    share: float | None
    interval: Interval | None
    """Where the share lies in what the documents are a sample of."""
    documents: int
    """Documents that name the group."""
    ambiguous: int
    """Words that may name the group or mean something else; they are not among the mentions."""
    reference: float | None = None
    """The share it has there."""
    ratio: float | None = None
    """Its share divided by that of the reference: 1 is as often as there."""
    ratio_interval: Interval | None = None

    def facts(self) -> dict[str, Any]:
        """As plain JSON values; absent things are left out."""
        own = {name: getattr(self, name) for name in ("group", "mentions", "of", "share", "documents", "ambiguous")}
        for name in ("reference", "ratio"):
            if getattr(self, name) is not None:
                own[name] = getattr(self, name)
        for name in ("interval", "ratio_interval"):
            if getattr(self, name) is not None:
                own[name] = [x if x != float("inf") else None for x in getattr(self, name)]
        return own


@dataclass(frozen=True)
class AxisTally:
    """What a pass over documents keeps of one axis; tallies add up."""

    groups: tuple[str, ...]
    sums: tuple[ShareSums, ...]
    ambiguous: tuple[int, ...]
    documents: int = 0

    @classmethod
    def of(cls, mentions: Mentions, axis: str, groups: tuple[str, ...]) -> AxisTally:
        """Of the groups of an axis."""
        numbers = [mentions.lexicon.group(axis, name) for name in groups]
        counts = mentions.counts(numbers)
        whole = counts.sum(axis=1)
        unsure = mentions.counts(numbers, ambiguous=True).sum(axis=0)
        sums = tuple(ShareSums.of(counts[:, k], whole) for k in range(len(groups)))
        return cls(groups, sums, tuple(map(int, unsure)), len(mentions.text))

    def __add__(self, other: AxisTally) -> AxisTally:
        return AxisTally(
            self.groups,
            tuple(a + b for a, b in zip(self.sums, other.sums, strict=True)),
            tuple(a + b for a, b in zip(self.ambiguous, other.ambiguous, strict=True)),
            self.documents + other.documents,
        )


def represented(
    column: object,
    axis: str = "gender",
    *,
    reference: object = None,
    words: Lexicon | None = None,
) -> list[Represented]:
    """Every group of an axis that documents name, the commonest first.

    `reference`: shares by group, or other documents, whose shares have intervals of their own. With shares, only the
    groups that they have are counted.

    >>> female, male = represented(["She met her sister.", "He left."], "gender", reference={"female": 0.5, "male": 0.5})
    >>> female.mentions, female.share, female.ratio
    (3, 0.75, 1.5)
    """
    mentions = column if isinstance(column, Mentions) else Mentions.of(column, words)
    known = mentions.lexicon.groups(axis)
    shares: dict[str, float] = {}
    other: AxisTally | None = None
    if isinstance(reference, Mapping):
        shares = dict(reference.get(axis, reference))
        for name in shares:
            mentions.lexicon.group(axis, name)
    elif reference is not None:
        beside = reference if isinstance(reference, Mentions) else Mentions.of(reference, mentions.lexicon)
        other = AxisTally.of(beside, axis, tuple(known))
    groups = tuple(name for name in known if name in shares) if shares else tuple(known)
    return read(AxisTally.of(mentions, axis, groups), axis, shares, other)


def read(
    tally: AxisTally, axis: str, shares: Mapping[str, float] | None = None, other: AxisTally | None = None
) -> list[Represented]:
    """What a tally says, of the groups that are named at all or stand in the reference."""
    found = [_group(tally, k, axis, shares or {}, other) for k in range(len(tally.groups))]
    told = [group for group in found if group.mentions or group.ambiguous or group.reference]
    return sorted(told, key=lambda group: -group.mentions)


def _group(tally: AxisTally, k: int, axis: str, shares: Mapping[str, float], other: AxisTally | None) -> Represented:
    name, sums = tally.groups[k], tally.sums[k]
    share, around = sums.value, sums.interval()
    of_reference = shares.get(name)
    beside = (of_reference, of_reference) if of_reference is not None else None
    if other is not None:
        of_reference, beside = other.sums[k].value, other.sums[k].interval()
    times, around_times = None, None
    if share is not None and around is not None and of_reference and beside is not None:
        times = share / of_reference
        around_times = quotient(share, around, of_reference, beside)
    where = (axis, name, sums.part, sums.whole, share, around, sums.having, tally.ambiguous[k])
    return Represented(*where, of_reference, times, around_times)


def odds(value: float | None, around: Interval | None) -> tuple[float | None, Interval | None]:
    """A share as how many there are for each of the others; no number where there are no others.

    >>> odds(0.25, (0.2, 0.5))
    (0.3333333333333333, (0.25, 1.0))
    """
    if value is None or around is None:
        return None, None
    low, high = (x / (1 - x) if x < 1 else float("inf") for x in around)
    return (value / (1 - value) if value < 1 else None), (low, high)


def documents_naming_anyone(mentions: Mentions) -> int:
    """Documents in which any group is named by a word that is not ambiguous."""
    named = np.zeros(len(mentions.text), np.bool_)
    group = np.array([label.kind == "group" for label in mentions.lexicon.labels])
    named[mentions.document[mentions.at[group[mentions.label] & ~mentions.ambiguous]]] = True
    return int(named.sum())
