"""The page of a deduplication: what was found, who belongs together, what it cost whom; one HTML file of at most 2 MB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports import cleaning_page, figures, say
from reports.cleaning_page import Facts, context_of
from reports.page import compiled, facts_of, render, small_enough

SECTIONS = (
    ("findings", "Findings"),
    ("clusters", "Who belongs together"),
    ("found", "What was looked for"),
    ("rules", "What went"),
    ("cost", "What it cost whom"),
    ("unreadable", "Unreadable records"),
    ("again", "Ask, and do it again"),
    ("method", "How it was counted"),
)
SHOWN = 400  # characters of one copy beside another


@dataclass(frozen=True)
class Room(cleaning_page.Room):
    """How much is shown, as on the page of a cleaning, and how many clusters, with how many copies each."""

    clusters: int = 8
    copies: int = 3


ROOMS = (
    Room(5, 600, 80),
    Room(3, 400, 60, 8, 6, 2),
    Room(2, 240, 40, 5, 4, 1),
    Room(1, 120, 25, 3, 2, 1),
    Room(0, 80, 15, 1, 1, 1),
)


def dedup(deduplicated_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of a `Deduplicated`, or of its `page_facts()`; same facts, same text. Larger than 2 MB, it shows less."""
    found = getattr(deduplicated_or_facts, "page_facts", None)
    facts = found() if callable(found) else facts_of(deduplicated_or_facts, "reports.dedup needs a Deduplicated")
    context = context_of(
        {**facts, "findings": [*_alarms(facts), *_contradicting(facts), *(facts.get("findings") or [])]}
    )
    context |= {"kind": "dedup", "sections": SECTIONS} | _found(facts)
    styles = ("page.css", "cleaning.css", "pictures.css")
    return small_enough(render("dedup.html", styles=styles, language=language, room=room, **context) for room in rooms)


def prepare() -> None:
    """What the first page costs once, done ahead."""
    cleaning_page.prepare()
    compiled("dedup.html")


def _alarms(facts: Facts) -> list[dict[str, Any]]:
    """Alarms as findings: what is alarming, and of the first document that goes, for which other."""
    made = []
    for at, alarm in enumerate(facts.get("alarms") or []):
        headline, _, pair = str(alarm).removeprefix("alarm: ").partition(": ")
        made.append(
            {
                "name": f"alarm {at}",
                "severity": "warning",
                "headline": headline[:1].upper() + headline[1:],
                "why": pair,
                "mend": {"say": "look at the largest clusters below; a template may have been taken for a copy"},
            }
        )
    return made


def _contradicting(facts: Facts) -> list[dict[str, Any]]:
    """Copies with different labels as a finding."""
    count = facts.get("label_conflicts")
    if not count:
        return []
    told = "1 cluster holds" if count == 1 else f"{count:,} clusters hold"
    return [
        {
            "name": "label_conflicts",
            "severity": "warning",
            "headline": f"{told} copies with different labels",
            "why": "Which label stays depends on which copy is kept, and that may be the wrong one.",
            "mend": {"say": "dataqual labels with --conflicts FILE lists all of them"},
        }
    ]


def _found(facts: Facts) -> dict[str, Any]:
    """Clusters, and by what copies were told; of methods that take parts out of documents nothing."""
    copies: Mapping[str, Any] = facts.get("copies") or {}
    how: Mapping[str, Any] = facts.get("how") or {}
    sizes = [row for row in copies.get("sizes") or [] if row["clusters"]]
    threshold = float(how.get("threshold") or 0)
    curve = [(float(s), float(chance)) for s, chance in how.get("curve") or []]
    similar = copies.get("similarity")
    return {
        "copies_found": copies,
        "how": how,
        "asked_for": _asked_for(how),
        "sizes": [row | {"name": _size(row)} for row in sizes],
        "most_clusters": max((row["clusters"] for row in sizes), default=0),
        "curve": figures.detection(curve, threshold, "detection") if len(curve) > 1 else None,
        "similar": _similarities(similar, threshold) if similar else None,
    }


def _size(row: Mapping[str, Any]) -> str:
    """How many documents, in words.

    >>> _size({"from": 2, "to": 2}), _size({"from": 5, "to": 9}), _size({"from": 100000, "to": None})
    ('2', '5 to 9', '100,000 or more')
    """
    low, high = row["from"], row["to"]
    if high is None:
        return f"{say.number(low)} or more"
    return say.number(low) if low == high else f"{say.number(low)} to {say.number(high)}"


def _similarities(similar: Mapping[str, Any], threshold: float) -> Any:
    if similar.get("min") == similar.get("max"):
        return None
    signal = {"histogram": similar["histogram"], "thresholds": [{"ends": [threshold]}]}
    return figures.histogram("similarity of what went with what stays", signal, "similarity")


def _asked_for(how: Mapping[str, Any]) -> list[tuple[str, str]]:
    """By what copies are told: what, and its value."""
    if not how:
        return []
    exact = (
        "the same words, whatever their case and punctuation"
        if how.get("exact") == "normalized_copies"
        else "the same pixels"
        if how.get("pictures")
        else "the same bytes"
    )
    told = [("exact copies", exact), ("which one stays", str(how.get("keep")))]
    if how.get("measure") == "Jaccard":
        told += [
            ("near copies", f"Jaccard similarity of {how['threshold']:g} or more"),
            ("shingles", f"{how['shingle']} words of the cut {how['cut']}"),
            ("signatures", f"{how['permutations']} permutations, {how['bands']} bands of {how['rows']} rows"),
        ]
    elif "radius" in how:
        told += [
            ("near copies of pictures", f"pixels with a similarity of {how['threshold']:g} or more"),
            ("fitted first", str(how.get("fitted", "size, brightness, contrast and sharpness"))),
            ("compared", f"pictures whose pHash or dHash differ in {how['radius']} of 64 bits or fewer"),
        ]
        told += [] if how.get("variants") == "none" else [("turned copies", str(how.get("variants")))]
    elif how.get("measure") == "cosine":
        told += [
            ("copies by meaning", f"cosine of {how['threshold']:g} or more"),
            ("model", str(how.get("model"))),
            ("compared", f"with what is in one of its {how.get('nearest')} nearest buckets"),
        ]
    return told
