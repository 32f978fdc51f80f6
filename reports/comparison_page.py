"""The page of a comparison: what differs and how sure that is, who is in it, what each says, what became of the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataqual.comparing.result import common_of, hardly_versions, main_effect
from reports import say
from reports.page import compiled, facts_of, render, small_enough

Facts = Mapping[str, Any]

PARTS = (
    ("differs", "What differs"),
    ("values", "Who is in it"),
    ("words", "What each says"),
    ("typical", "Told apart"),
    ("versions", "What became of the documents"),
    ("readings", "All readings"),
)
METHOD = ("method", "How it was compared")
EFFECTS = {
    "delta": "Cliff's delta",
    "psi": "PSI",
    "h": "Cohen's h",
    "js": "JS, bits",
    "auc": "AUC",
}
KINDS = {
    "share": "share of documents",
    "rules": "rule set",
    "signal": "signal",
    "years": "years",
    "values": "column",
    "words": "words",
    "classifier": "classifier",
}
LIGHTS = {"red": ("error", "Differs much"), "amber": ("warning", "Differs a little"), "green": ("note", "Alike")}
SCALES = {"delta": 1.0, "psi": 1.0, "h": 1.5, "js": 0.3, "auc": 1.0}
"""What fills a bar."""
CHANGES = ("unchanged", "edited", "relabelled", "renamed", "dropped", "added")


@dataclass(frozen=True)
class Room:
    """How much of the lists without natural end is shown; the first room whose page is small enough is taken."""

    differences: int
    examples: int
    excerpt: int


ROOMS = (Room(12, 3, 400), Room(8, 2, 280), Room(5, 1, 160), Room(3, 1, 80))


def comparison(comparison_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of a `Comparison`, or of its facts; same facts, same text. Larger than 2 MB, it shows less."""
    facts = facts_of(comparison_or_facts, "reports.comparison needs a Comparison")
    context = _context(facts)
    styles = ("page.css", "cleaning.css", "comparison.css")
    return small_enough(
        render("comparison.html", styles=styles, language=language, room=room, **context) for room in rooms
    )


def prepare() -> None:
    """What the first page costs once, done ahead."""
    compiled("comparison.html")


def _context(facts: Facts) -> dict[str, Any]:
    sides = list(facts["sides"])
    pairs = [_pair(at, pair, sides) for at, pair in enumerate(facts["pairs"])]
    return {
        "facts": facts,
        "sides": sides,
        "pairs": pairs,
        "one_file": False,
        "severity": {},
        "sections": _contents(pairs),
        "headline": _headline(facts),
        "lights": LIGHTS,
        "parts": dict(PARTS),
    }


def _contents(pairs: Sequence[Facts]) -> list[tuple[str, str]]:
    """The parts of the one pair; of several, each pair by its name."""
    if len(pairs) == 1:
        return [*((f"{key}-0", title) for key, title in PARTS if key in pairs[0]["shown"]), METHOD]
    return [*((f"differs-{pair['at']}", pair["second"]["name"]) for pair in pairs), METHOD]


def _headline(facts: Facts) -> str:
    lights = facts["lights"]
    if lights["red"]:
        return f"{say.plural(lights['red'], 'reading')} of {say.number(sum(lights.values()))} differ much"
    if lights["amber"]:
        return (
            f"{say.plural(lights['amber'], 'reading')} of {say.number(sum(lights.values()))} differ a little, none much"
        )
    return f"None of {say.plural(sum(lights.values()), 'reading')} differs"


def _pair(at: int, pair: Facts, sides: Sequence[Facts]) -> dict[str, Any]:
    rows = [compared(row) for row in pair["rows"]]
    changes = pair.get("changes")
    terms, typical = pair.get("terms") or {}, pair.get("typical") or {}
    there = {
        "differs": True,
        "values": any(row["kind"] == "values" for row in rows),
        "words": bool(terms.get("first") or terms.get("second")),
        "typical": bool(typical.get("first") or typical.get("second")),
        "versions": changes is not None,
        "readings": True,
    }
    return {
        "at": at,
        "first": sides[pair["first"]],
        "second": sides[pair["second"]],
        "lights": pair["lights"],
        "rows": rows,
        "told": [row for row in rows if row["light"] in ("red", "amber")],
        "columns": [row for row in rows if row["kind"] == "values"],
        "classifier": next((row for row in rows if row["kind"] == "classifier" and row["detail"]), None),
        "terms": [("first", terms.get("first") or []), ("second", terms.get("second") or [])],
        "typical": [("first", typical.get("first") or []), ("second", typical.get("second") or [])],
        "topics": pair.get("topics") or [],
        "changes": changes,
        "common": common_of(changes) if changes else 0,
        "hardly": hardly_versions(changes) if changes else False,
        "sums": _sums(changes) if changes else None,
        "shown": {key for key, present in there.items() if present},
    }


def compared(row: Facts) -> dict[str, Any]:
    """A reading of both sides as a page shows it: the effect by which it is judged, its interval and bar, and both values."""
    name, size, interval = main_effect(row)
    size, (low, high) = _rounded(size), map(_rounded, interval)
    detail = row["detail"]
    shares = row["kind"] in ("share", "rules")
    return {
        **row,
        "what": KINDS[row["kind"]],
        "ours": row["kind"] in ("years", "values", "words", "classifier"),
        "effect": EFFECTS.get(name or ""),
        "size": size,
        "interval": None if low is None else (low, high),
        "bar": say.percent(
            abs(size or 0) - (0.5 if name == "auc" else 0), SCALES.get(name or "", 1) - (0.5 if name == "auc" else 0)
        ),
        "points": [_rounded(100 * part) for part in (detail["change"], *detail["interval"])] if shares else None,
        "values": [_value(row, side) for side in ("first", "second")],
        "sure": _sure(row["adjusted"]),
    }


def _rounded(value: float | None) -> float | None:
    """An effect to a ten-thousandth: what is smaller is none."""
    return None if value is None else round(value, 4) + 0.0


def _value(row: Facts, side: str) -> str:
    reading = row[side]
    if row["kind"] in ("share", "rules"):
        return say.share(reading["value"])
    if row["kind"] == "years":
        return f"{reading['value']:.0f}"
    return say.number(reading["value"]) if reading["value"] is not None else ""


def _sure(adjusted: float | None) -> str:
    """The adjusted p in words.

    >>> _sure(0.03), _sure(1e-9), _sure(None), _sure(0.7)
    ('0.030', '< 0.001', '–', '0.70')
    """
    if adjusted is None:
        return "–"
    return "< 0.001" if adjusted < 0.001 else f"{adjusted:.3f}" if adjusted < 0.1 else f"{adjusted:.2f}"


def _sums(changes: Facts) -> list[dict[str, Any]]:
    """Each kind of change with how many documents, and their share of all that there are in either version."""
    counts = changes["counts"]
    total = sum(counts.values())
    return [
        {"what": kind, "count": counts[kind], "share": counts[kind] / total if total else 0.0, "shade": at}
        for at, kind in enumerate(CHANGES)
    ]
