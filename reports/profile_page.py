"""The page of a profile: from the facts (docs/facts.md) to one HTML file of at most 2 MB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports import figures, picture_page, profile_sections, say
from reports.page import compiled, facts_of, render, small_enough
from reports.profiled import (
    PAIRS,
    SETS,
    SEVERITY,
    draw_ahead,
    drawn_signals,
    headline,
    judged,
    name_of,
    placed,
    scale_of,
)

Facts = Mapping[str, Any]

SECTIONS = (
    ("findings", "Findings"),
    ("distributions", "Distributions"),
    ("rules", "Rules"),
    ("duplicates", "Duplicates"),
    ("contents", "Scripts and sources"),
    ("addresses", "Personal data"),
    ("unreadable", "Unreadable records"),
    ("method", "How it was computed"),
)
PLACES = {"signals": "distributions", "scripts": "contents", "groups": "contents", "run": "method"}
"""Names a finding may give for a section that bears another."""


@dataclass(frozen=True)
class Room:
    """How much of the lists without natural end is shown; the first room whose page is small enough is taken."""

    examples: int
    excerpt: int
    rows: int


ROOMS = (Room(3, 600, 60), Room(2, 400, 50), Room(1, 240, 40), Room(1, 120, 25), Room(0, 80, 15))


def profile(profile_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of a profile, or of its facts as profile.json holds them; same facts, same text.

    The `run` block (dates, durations) is not looked at. Where a page would be larger than 2 MB, fewer and
    shorter examples are shown. `language` is "en" or "zh".
    """
    facts = facts_of(profile_or_facts, "reports.profile needs a Profile")
    if (facts.get("corpus") or {}).get("view") == "image":
        return picture_page.picture_profile(facts, language=language)
    context = _context(facts)
    return small_enough(render("profile.html", language=language, room=room, **context) for room in rooms)


def prepare() -> None:
    """What the first page costs once, done ahead: the templates are compiled and matplotlib has found its fonts."""
    compiled("profile.html", *(f"profile_{name}.html" for name in profile_sections.names()))
    figures.histogram("", {"histogram": {"edges": [0, 1], "counts": [1]}}, "")


def ahead(signals: Facts) -> None:
    """Draw what a page of these signals will show; see `draw_ahead`."""
    draw_ahead(signals)


def _context(facts: Facts) -> dict[str, Any]:
    signals = drawn_signals(facts)
    rules = judged(facts)
    own = profile_sections.drawn(facts)
    anchors = _anchors(signals, rules) | {section["name"]: section["name"] for section in own}
    return {
        "facts": facts,
        "name": name_of(facts),
        "one_file": len((facts.get("corpus") or {}).get("files") or []) == 1,
        "sections": _contents(own),
        "own_sections": own,
        "severity": SEVERITY,
        "headline": headline(facts),
        "tiles": _tiles(facts),
        "findings": placed(facts, anchors),
        "signals": signals,
        "drawn": [s for s in signals if s["figure"]],
        "rule_sets": rules,
        "rules_for": _rules_for(facts),
        "scale": scale_of(rules),
        "overlap": _matrix(facts),
        "disagreements": _disagreements(facts),
        "scripts": _scripts(facts),
    }


def _contents(own: Sequence[Facts]) -> list[tuple[str, str]]:
    """All sections of this page, those of `profile_sections` before the personal data."""
    at = [key for key, _ in SECTIONS].index("addresses")
    return [*SECTIONS[:at], *((section["name"], section["title"]) for section in own), *SECTIONS[at:]]


def _tiles(facts: Facts) -> list[tuple[str, str, str]]:
    """The figures under the headline: what, how much, in more words."""
    readings = facts.get("readings") or {}
    tiles = []
    for name, title in (("documents", "documents"), ("bytes", "of text"), ("words", "words")):
        reading = readings.get(name, {})
        value = reading.get("value")
        said = say.size(value) if name == "bytes" else say.number(value) if (value or 0) < 1e6 else say.short(value)
        exact = say.plural(value, "byte") if name == "bytes" else say.number(value)
        tiles.append((title, said, "in the sample" if say.in_sample(reading) else "" if exact == said else exact))
    for name, title in (("exact_copies", "exact copies"), ("near_copies", "near copies")):
        reading = readings.get(name) or (facts.get(name) or {}).get("share")
        tiles.append((title, say.big(reading), say.how_many(reading)) if reading else (title, "–", "not measured"))
    unreadable = (facts.get("unreadable") or {}).get("share") or readings.get("unreadable") or {}
    return [*tiles, ("unreadable", say.big(unreadable), say.how_many(unreadable) or "records")]


def _rules_for(facts: Facts) -> dict[str, Any] | None:
    """By what the rule sets were chosen: the three commonest scripts of the documents that were looked at."""
    chosen = facts.get("rules_for") or {}
    total = sum((chosen.get("scripts") or {}).values())
    if not total:
        return None
    scripts = [(script, count / total) for script, count in list(chosen["scripts"].items())[:3]]
    return {"documents": chosen["documents"], "scripts": scripts}


def _anchors(signals: Sequence[Facts], rules: Sequence[Facts]) -> dict[str, str]:
    """Every place a finding may point to, by the names it may be called."""
    anchors = (
        {key: key for key, _ in SECTIONS} | PLACES | {"exact_copies": "exact_copies", "near_copies": "near_copies"}
    )
    for item in (*signals, *rules):
        if "fails" in item or item.get("figure"):
            anchors.setdefault(str(item["name"]), item["id"])
            anchors[f"rules-{item['name']}" if "fails" in item else item["id"]] = item["id"]
    return anchors


def _matrix(facts: Facts) -> dict[str, Any] | None:
    """Of the documents that the row's set drops, the share that the column's drops too; None with one set."""
    names = [str(s.get("name")) for s in facts.get("rules") or []][:SETS]
    pairs: dict[tuple[str, str], tuple[int, int]] = {}
    for pair in facts.get("overlap") or []:
        first, second = map(str, pair["rules"])
        both = int(pair["both"])
        pairs[first, second] = (both, both + int(pair["first_only"]))
        pairs[second, first] = (both, both + int(pair["second_only"]))
    if len(names) < 2 or not pairs:
        return None
    rows = [(row, [_cell(pairs.get((row, column)), row == column) for column in names]) for row in names]
    return {"names": names, "rows": rows}


def _cell(pair: tuple[int, int] | None, diagonal: bool) -> dict[str, Any]:
    if diagonal or pair is None or pair[1] == 0:
        return {"share": None, "text": "" if diagonal else "–", "more": ""}
    both, all_of_row = pair
    return {"share": both / all_of_row, "text": say.share(both / all_of_row), "more": f"{both:,} of {all_of_row:,}"}


def _disagreements(facts: Facts) -> list[dict[str, Any]]:
    """Pairs of rule sets that judge documents differently: variants of one name first, then by how many."""
    pairs = []
    for pair in facts.get("overlap") or []:
        first, second = map(str, pair["rules"])
        differ = int(pair["first_only"]) + int(pair["second_only"])
        total = differ + int(pair["both"]) + int(pair["neither"])
        if differ:
            variants = first.split("@")[0] == second.split("@")[0]
            pairs.append({**pair, "variants": variants, "differ": differ, "agree": 1 - differ / total})
    return sorted(pairs, key=lambda pair: (not pair["variants"], -pair["differ"]))[:PAIRS]


def _scripts(facts: Facts) -> list[dict[str, Any]]:
    """For the bar: in how many of the documents each script is the commonest; the six largest, and the others as one.

    By documents, not characters: a Chinese character says about what an English word does.
    """
    rows = [s for s in facts.get("scripts") or [] if s.get("documents")]
    total = max(sum(s["documents"] for s in rows), 1)
    scripts = [{**s, "share": s["documents"] / total} for s in sorted(rows, key=lambda s: -s["documents"])]
    large = [{**s, "shade": i} for i, s in enumerate(scripts[:6])]
    if rest := scripts[6:]:
        share = sum(s.get("share") or 0 for s in rest)
        large.append({"script": f"{len(rest)} others", "share": share, "shade": 6, "ours": True})  # words, no name
    return large
