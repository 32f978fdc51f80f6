"""The readings of two sides beside each other: how large each difference is, and by what test it may be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dataqual.comparing.sides import Side
from dataqual.comparing.topics import SharedTopics
from dataqual.document_sample import DocumentSample
from dataqual.drift.classifier import DomainClassifier, domain_classifier
from dataqual.drift.divergence import REST, divergences, gathered
from dataqual.drift.lights import Light
from dataqual.drift.shares import cohens_h, share_change
from dataqual.drift.two_samples import coarse, shift
from dataqual.drift.words import Runs, word_divergence
from dataqual.faults import SHARES
from dataqual.intervals import ranks
from dataqual.reading import wilson
from dataqual.sketch import Sketch

OF_SIZE = ("exact_copies", "near_copies", "duplicate_ids")
"""Shares that grow with the corpus: ten times the documents have more copies among them."""
LIKE_SIZE = 1.25
"""Up to which ratio of their documents two corpora are of one size, for those."""
DECILES = 10
LEAST_PER_BIN = 5
LISTED = 25
"""Values of a column that are listed."""
RUNS = {1: "words", 2: "pairs of words"}


@dataclass(frozen=True)
class Row:
    """One reading of both sides, and what its difference comes to."""

    kind: str
    """`share`, `rules`, `signal`, `years`, `values`, `words` or `classifier`."""
    name: str
    first: Mapping[str, Any] | None
    """A reading: value, n, interval; None where it is of both together."""
    second: Mapping[str, Any] | None
    effects: Mapping[str, float] = field(default_factory=dict)
    """By the names of `drift.lights.LEVELS`, what the light goes by."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """The computations as they came, with their intervals, null bands and values."""
    p: float | None = None
    untested: str | None = None
    """Why there is no test."""
    adjusted: float | None = None
    light: Light | None = None

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        own = ("kind", "name", "first", "second", "effects", "detail", "p", "adjusted", "light", "untested")
        return {name: getattr(self, name) for name in own}


@dataclass(frozen=True)
class Behind:
    """What rows on texts rest on, for the documents that are shown."""

    classifier: DomainClassifier | None = None
    topics: SharedTopics | None = None


def rows_of(first: Side, second: Side) -> tuple[list[Row], Behind]:
    """Every reading that both sides have, not judged yet; and what those on texts rest on."""
    rows = [*_shares(first, second), *_rules(first, second), *_values(first, second), *_signals(first, second)]
    rows += _years(first, second)
    behind = Behind()
    if first.sample is not None and second.sample is not None:
        rows += _words(first.sample, second.sample)
        judge = domain_classifier(first.sample.text, second.sample.text)
        rows.append(_classifier(judge, first.sample, second.sample))
        topics = SharedTopics.of(first.sample, second.sample)
        if topics is not None:
            rows.append(_tallied("topic", topics.counts(0), topics.counts(1)))
        behind = Behind(judge, topics)
    return rows, behind


def _shares(first: Side, second: Side) -> Iterator[Row]:
    """Shares of documents: faults, copies, what could not be read."""
    one, two = first.facts["readings"], second.facts["readings"]
    alike = _ratio(one["documents"]["value"], two["documents"]["value"]) <= LIKE_SIZE
    for name in ("unreadable", *OF_SIZE, *SHARES):
        if name in one and name in two:
            row = _share("share", name, one[name], two[name])
            if row is not None:
                yield (
                    row
                    if alike or name not in OF_SIZE
                    else Row(
                        row.kind,
                        row.name,
                        row.first,
                        row.second,
                        detail=row.detail,
                        untested="grows with the size of a corpus, and these are of different size",
                    )
                )


def _ratio(one: float, two: float) -> float:
    return max(one, two) / max(min(one, two), 1)


def _rules(first: Side, second: Side) -> Iterator[Row]:
    """What each rule set would drop."""
    two = {rules["name"]: rules["fails"] for rules in second.facts["rules"]}
    for rules in first.facts["rules"]:
        if rules["name"] in two and (row := _share("rules", rules["name"], rules["fails"], two[rules["name"]])):
            yield row


def _share(kind: str, name: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> Row | None:
    if one["value"] is None or two["value"] is None:
        return None
    hits, n, other_hits, other_n = (round(one["value"] * one["n"]), one["n"], round(two["value"] * two["n"]), two["n"])
    change = share_change(hits, n, other_hits, other_n)
    readings = [_reading(reading, wilson(k, reading["n"])) for reading, k in ((one, hits), (two, other_hits))]
    return Row(
        kind, name, first=readings[0], second=readings[1], effects={"h": change.h}, detail=change.facts(), p=change.p
    )


def _reading(facts: Mapping[str, Any], interval: Any) -> dict[str, Any]:
    """A reading as a sample of what the corpus is a sample of: always with an interval."""
    return {
        "value": facts["value"],
        "n": facts["n"],
        "of": facts.get("of", "documents"),
        "interval": list(interval or ()),
    }


def _values(first: Side, second: Side) -> Iterator[Row]:
    """Languages, groups and labels: which documents have which value."""
    for name, (one, two) in _columns(first, second).items():
        counts = _told_alike(one, two)
        if all(sum(side.values()) for side in counts):
            yield _tallied(name, *counts)


def _tallied(name: str, one: dict[str | None, int], two: dict[str | None, int]) -> Row:
    """The row of a column, from how many documents of either side have which value.

    It is judged by the worse of PSI, which adds up what many values do, and the h of the value that changed most.
    """
    names, a, b = gathered(one, two)
    readings = [
        {"value": len(side), "n": sum(side.values()), "of": "documents", "unit": "values"} for side in (one, two)
    ]
    listed: list[dict[str, Any]] = [
        {"value": value, "rest": value == REST, "documents": [x, y], "shares": [x / a.sum(), y / b.sum()]}
        for value, x, y in zip(names, a.tolist(), b.tolist(), strict=True)
    ]
    if len(names) < 2:
        alike = {"listed": listed}
        return Row("values", name, first=readings[0], second=readings[1], detail=alike, p=1.0, effects={"psi": 0.0})
    found = divergences(a, b)
    listed = _most_changed(listed)
    h, interval = cohens_h(listed[0]["shares"][0], listed[0]["shares"][1], int(a.sum()), int(b.sum()))
    return Row(
        "values",
        name,
        first=readings[0],
        second=readings[1],
        effects={"psi": found.psi.value, "h": h},
        detail=found.facts() | {"h": {"value": h, "interval": list(interval)}, "listed": listed},
        p=found.p,
    )


def _most_changed(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose share changed most, by Cohen's h."""
    return sorted(listed, key=lambda row: -abs(cohens_h(row["shares"][0], row["shares"][1], 1, 1)[0]))[:LISTED]


def _columns(first: Side, second: Side) -> dict[str, tuple[Any, Any]]:
    """By role, both tallies: `rows` with `value` and `documents`, and `rest`."""
    found: dict[str, tuple[Any, Any]] = {}
    sides = [_tallies(side.facts) for side in (first, second)]
    for role in ("language", "group", "label"):
        if role in sides[0] and role in sides[1]:
            found[role] = (sides[0][role], sides[1][role])
    return found


def _tallies(facts: Mapping[str, Any]) -> dict[str, Any]:
    columns = facts["corpus"]["columns"]
    found = {}
    for tally in facts["groups"]:
        role = next((role for role in ("group", "label") if columns.get(role) == tally["column"]), tally["column"])
        if not tally["overflow"]:
            found[role] = tally
    return found


def _told_alike(one: Any, two: Any) -> list[dict[str | None, int]]:
    """Counts by value; where a side lists only the largest, what not both list is taken together."""
    tallies = [{row["value"]: row["documents"] for row in side["rows"]} for side in (one, two)]
    if not one["rest"] and not two["rest"]:
        return tallies
    both = set(tallies[0]) & set(tallies[1])
    counts = []
    for tally, side in zip(tallies, (one, two), strict=True):
        total = sum(tally.values()) + (side["rest"]["documents"] if side["rest"] else 0)
        kept: dict[str | None, int] = {value: count for value, count in tally.items() if value in both}
        counts.append(kept | {REST: total - sum(kept.values())})
    return counts


def _signals(first: Side, second: Side) -> Iterator[Row]:
    for name, one in first.sketches.items():
        two = second.sketches.get(name)
        if two is None or not one.n or not two.n:
            continue
        found = shift(one.counts, two.counts)
        most = int(np.clip(min(one.n, two.n) // LEAST_PER_BIN, 2, DECILES))
        bins = coarse(one.counts, two.counts, most)
        psi = divergences(*bins) if len(bins[0]) > 1 or bins[0].sum() else None
        effects = {"delta": found.delta} | ({"psi": psi.psi.value} if psi is not None and len(bins[0]) > 1 else {})
        unit = first.facts["signals"].get(name, {}).get("unit", "")
        yield Row(
            "signal",
            name,
            first=_median(one, unit),
            second=_median(two, unit),
            effects=effects,
            detail=found.facts() | ({"divergences": psi.facts()} if psi is not None and len(bins[0]) > 1 else {}),
            p=found.p,
        )


def _years(first: Side, second: Side) -> Iterator[Row]:
    """How old the documents are: the years of their dates, and the newest that each text names."""
    for name, of in YEARS.items():
        one, two = (of(side.facts) for side in (first, second))
        if one and two:
            years = sorted({*one, *two})
            found = shift(*(np.array([side.get(year, 0) for year in years], np.int64) for side in (one, two)))
            yield Row(
                "years",
                name,
                first=_middle(one),
                second=_middle(two),
                effects={"delta": found.delta},
                detail=found.facts(),
                p=found.p,
            )


def _dated(facts: Mapping[str, Any]) -> dict[int, int]:
    detail = (facts["readings"].get("stale_dates") or {}).get("detail") or {}
    return dict(detail.get("years", ()))


def _named(facts: Mapping[str, Any]) -> dict[int, int]:
    """By the first year of its span: what a profile tells by decades is compared by decades."""
    return {row["from"]: row["documents"] for row in (facts.get("freshness") or {}).get("years", ())}


YEARS = {"year of the date": _dated, "newest year named": _named}


def _middle(years: Mapping[int, int]) -> dict[str, Any]:
    """The year in the middle, with its interval by ranks; none of fewer than six documents."""
    ordered = np.repeat(sorted(years), [years[year] for year in sorted(years)])
    low, high = ranks(0.5, len(ordered))
    known = low >= 0 and high < len(ordered)
    interval = [int(ordered[low]), int(ordered[high])] if known else []
    value = int(ordered[(len(ordered) - 1) // 2])
    return {"value": value, "n": len(ordered), "of": "documents", "unit": "year", "interval": interval}


def _median(sketch: Sketch, unit: str) -> dict[str, Any]:
    median = sketch.quantile(0.5)
    assert median is not None, "not empty"
    return {
        "value": median,
        "n": sketch.n,
        "of": "documents",
        "unit": unit,
        "method": "sketch",
        "interval": list(sketch.around(0.5) or (0.0, 0.0)),
        "mean": sketch.mean,
    }


def _words(first: DocumentSample, second: DocumentSample) -> Iterator[Row]:
    for n, name in RUNS.items():
        found = word_divergence(Runs.of(first.text, second.text, n)) if len(first) and len(second) else None
        if found is not None:
            readings = [{"value": None, "n": len(side), "of": "documents"} for side in (first, second)]
            yield Row(
                "words",
                name,
                first=readings[0],
                second=readings[1],
                effects={"js": found.js.value},
                detail=found.facts(),
                p=found.p,
            )


def _classifier(judge: DomainClassifier | None, first: DocumentSample, second: DocumentSample) -> Row:
    readings = [{"value": None, "n": len(side), "of": "documents"} for side in (first, second)]
    if judge is None:
        return Row(
            "classifier",
            "told apart",
            first=readings[0],
            second=readings[1],
            untested="too few documents to learn from",
        )
    auc = max(judge.auc, 0.5)
    return Row(
        "classifier",
        "told apart",
        first=readings[0],
        second=readings[1],
        effects={"auc": auc},
        detail=judge.facts(),
        p=judge.p,
    )
