"""Whether as many children were added as were wanted: of which documents they are, how many are missing, and what brings more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dataqual.finding import plural
from dataqual.ledger import UNCHANGED
from dataqual.rewriting import Cleaned
from dataqual.steps._asking import LARGEST
from dataqual.steps._augmenting import Growing, Surveyed
from dataqual.steps._growing import GrowingStep
from dataqual.steps._taking import Value

MANY = 0.1
"""Share of documents of which nothing can be made from which the summary says what to do, where numbers need not be exact."""


@dataclass(frozen=True)
class Given:
    """What came of asking the documents of one value, or all."""

    by: str | None
    value: Value
    wanted: int
    added: int
    none: int
    """Documents that were asked, and have no child."""
    more: int
    """Documents that have more children than their own share, in the place of others'."""
    close: int
    """Children that are near copies of a sibling, taken because no others were left."""
    at_most: int
    """Documents that would have been asked for more, were theirs not the most that one may have."""
    each: Mapping[int, int]
    """Of every number of children how many documents have so many."""

    @property
    def lines(self) -> Iterator[str]:
        """How many are missing; where some have more than their share, how many they have; how many are close."""
        who = f"{self.by} {self.value!r}" if self.by else "all"
        if self.added < self.wanted:
            yield f"{who}: {self.wanted:,} more wanted, {self.added:,} added, {self.wanted - self.added:,} short"
        if self.more:
            yield f"{who}: no child of {plural(self.none, 'document')} passed, so others have up to {max(self.each)}"
        if self.close:
            yield f"{who}: {self.close:,} of the children are near copies of a sibling, for no others were left"

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        each = [{"children": n, "documents": documents} for n, documents in sorted(self.each.items())]
        return {
            "by": self.by,
            "value": self.value,
            "wanted": self.wanted,
            "added": self.added,
            "none": self.none,
            "more": self.more,
            "close": self.close,
            "each": each,
        }


def given_of(step: Surveyed) -> list[Given]:
    """Of each value for which children were wanted, in the order of the corpus."""
    asking, gets = step.asking, step.gets
    found = []
    for at, value in enumerate(asking.values):
        if asking.wanted[value] <= 0:
            continue
        own = asking.value == at
        has, shares = gets[own], asking.shares[own]
        numbers, documents = np.unique(has, return_counts=True)
        found.append(
            Given(
                by=step.balance,
                value=value,
                wanted=asking.wanted[value],
                added=int(has.sum()),
                none=int(((has == 0) & asking.tried[own]).sum()),
                more=int(((has > shares) & (has > 1)).sum()),
                close=int(np.maximum(0, has - asking.apart[own]).sum()),
                at_most=asking.at_most(at),
                each=dict(zip(numbers.tolist(), documents.tolist(), strict=True)),
            )
        )
    return found


def told(steps: Sequence[GrowingStep[Any, Any]], cleaned: Cleaned) -> tuple[tuple[Given, ...], tuple[str, ...]]:
    """What came of asking, and the lines of the summary on it."""
    given: list[Given] = []
    lines: list[str] = []
    for step in steps:
        if isinstance(step, Surveyed):
            own = given_of(step)
            missing = [one for one in own if one.added < one.wanted]
            given += own
            lines += [line for one in own for line in one.lines]
            lines += list(_advice(step, missing)) if missing else []
        else:
            short = list(_short(step, cleaned))
            unmade = cleaned.refused.get(UNCHANGED, 0)
            lines += short
            lines += list(_advice(step, ())) if short or unmade > MANY * (cleaned.added + unmade) else []
    return tuple(given), tuple(lines)


def _short(step: GrowingStep[Any, Any], cleaned: Cleaned) -> Iterator[str]:
    """Of each value that is balanced how many fewer were added than wanted, by the groups that were counted."""
    groups = [group for group in cleaned.account["groups"] if step.balance and group["role"] == step.balance]
    added = {row["value"]: row["added"] for group in groups for row in group["rows"]}
    for value, share in step.shares.items():
        own = added.get(value, 0)
        if step.balance and own < share.wanted and not (step.only and value not in step.only):
            yield f"{step.balance} {value!r}: {share.wanted:,} more wanted, {own:,} added, {share.wanted - own:,} short"


def _advice(step: GrowingStep[Any, Any], missing: Sequence[Given]) -> Iterator[str]:
    """What brings more children."""
    if step.view == "image":
        yield "more children: a larger --tries, or another --method beside"
        return
    if isinstance(step, Surveyed) and (full := sum(one.at_most for one in missing)):
        most = step.asking.most
        more = min(2 * most, LARGEST)
        near = "; most of the new ones will be near copies of a sibling" if any(one.close for one in missing) else ""
        if more > most:
            yield f"more children: --set most={more}, for {plural(full, 'document')} that stopped at {most}{near}"
    alone = not isinstance(step, Surveyed) or step.once
    if isinstance(step, Growing) and step.augmenter.dear and alone:
        yield "more children: with --set most=3 others have up to three in their place, for which more is asked of the engine"
    if step.method == "back-translation":
        yield "more children: further routes in --set through=[…], each of which gives a document one"
    else:
        yield "more children: the same command on what was written, with another --method"
