"""The page of an augmentation: what was made of what, what was refused, what it did to the corpus; one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataqual.ledger import NEVER_MADE
from reports import cleaning_page, say
from reports.cleaning_page import ROOMS, Facts, Room, context_of
from reports.page import compiled, facts_of, render, small_enough

SECTIONS = (
    ("pairs", "What was made"),
    ("refused", "What was refused"),
    ("none", "Of what nothing was made"),
    ("readings", "What it did to the corpus"),
    ("balance", "Who grew"),
    ("again", "Ask, and do it again"),
    ("method", "How it was counted"),
)
BETTER = {"distinct": "higher", "mtld": "higher", "vendi": "higher", "self_bleu": "lower", "near_copies": "lower",
          "exact_copies": "lower", "compression_ratio": "lower"}  # fmt: skip


def augmentation(augmented_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of an `Augmented`, or of its `page_facts()`; same facts, same text. Larger than 2 MB, it shows less."""
    found = getattr(augmented_or_facts, "page_facts", None)
    facts = found() if callable(found) else facts_of(augmented_or_facts, "reports.augmentation needs an Augmented")
    told = _told(facts)
    sections = [section for section in SECTIONS if section[0] != "none" or told["never_made"]]
    context = context_of(facts) | {"kind": "augmentation", "sections": sections} | told
    styles = ("page.css", "cleaning.css", "pictures.css")
    return small_enough(
        render("augmentation.html", styles=styles, language=language, room=room, **context) for room in rooms
    )


def prepare() -> None:
    """What the first page costs once, done ahead."""
    cleaning_page.prepare()
    compiled("augmentation.html")


def _told(facts: Facts) -> dict[str, Any]:
    """What was added and refused, readings, and the groups that grew."""
    reasons = facts.get("reasons") or []
    told = sorted((r for r in reasons if r["action"] == "refused"), key=lambda r: -r["documents"])
    refused = [r for r in told if r["rule"] not in NEVER_MADE]
    added = [r for r in reasons if r["action"] == "added"]
    return {
        "headline": headline(facts),
        "facts_of_pictures": any("picture" in example for r in reasons for example in r.get("examples") or []),
        "tiles": _tiles(facts),
        "added": added,
        "refusals": refused,
        "never_made": [r for r in told if r["rule"] in NEVER_MADE],
        "never": NEVER_MADE,
        "meanings": facts.get("meanings") or {},
        "most_refused": max((r["documents"] for r in refused), default=0),
        "readings": [_reading(one) for one in facts.get("readings") or []],
        "grown": [_grown(group) for group in facts.get("groups") or [] if not group.get("overflow")],
    }


def headline(facts: Facts) -> str:
    """What happened, in one line."""
    added, refused = int(facts.get("added") or 0), _refused(facts)
    made = f"{say.plural(added, 'child', 'children')} of {say.plural(int(facts.get('kept') or 0), 'document')} added"
    return f"{made}, {say.number(refused)} refused." if refused else f"{made}, none refused."


def _refused(facts: Facts) -> int:
    """Children that were made and not taken."""
    never = sum(int(r["documents"]) for r in facts.get("reasons") or [] if r.get("rule") in NEVER_MADE)
    return int(facts.get("refused") or 0) - never


def _tiles(facts: Facts) -> list[tuple[str, str, str]]:
    """The figures under the headline."""
    kept, added = int(facts.get("kept") or 0), int(facts.get("added") or 0)
    refused, written = _refused(facts), int(facts.get("written") or 0)
    tried = added + refused
    tiles = [
        ("originals", say.number(kept), "as they came, byte for byte"),
        ("added", say.number(added), f"{say.share(added / kept) if kept else '–'} of the originals"),
        ("refused", say.number(refused), f"{say.share(refused / tried) if tried else '–'} of all that were made"),
        ("written", say.number(written), "originals and children"),
    ]
    return tiles


def _reading(one: Mapping[str, Any]) -> dict[str, Any]:
    """A reading before and after, and whether the difference is more than both intervals allow."""
    before, after = one["before"], one.get("after")
    spans = [_span(part) for part in (before, after) if part and part.get("interval")]
    moved = len(spans) == 2 and (spans[1][0] > spans[0][1] or spans[1][1] < spans[0][0])
    up = after is not None and (after["value"] or 0) > (before["value"] or 0)
    better = BETTER.get(one["name"])
    verdict = "" if not moved or better is None else "better" if (better == "higher") == up else "worse"
    return {**one, "verdict": verdict, "as_share": one["name"] in ("near_copies", "exact_copies")}


def _span(part: Mapping[str, Any]) -> tuple[float, float]:
    low, high = part["interval"]
    return float(low), float(high)


def _grown(group: Mapping[str, Any]) -> dict[str, Any]:
    """A grouping with its values before and after."""
    rows = [row for row in group.get("rows") or [] if row["documents"]][:20]
    most = max((row["documents"] - row["dropped"] + row["added"] for row in rows), default=0)
    return {"role": group["role"], "column": group["column"], "rows": rows, "most": most}
