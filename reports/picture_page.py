"""The page of a profile of pictures: contact sheets, the worst by each signal, labels, copies; at most 2 MB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports import profiled, say
from reports.page import render, small_enough

Facts = Mapping[str, Any]

SECTIONS = (
    ("findings", "Findings"),
    ("sheet", "What they look like"),
    ("worst", "Lowest and highest"),
    ("labels", "By label"),
    ("diversity", "Diversity"),
    ("duplicates", "Copies"),
    ("distributions", "Distributions"),
    ("rules", "Rules"),
    ("sizes", "Sizes and formats"),
    ("unreadable", "Unreadable pictures"),
    ("method", "How it was computed"),
)
PLACES = {"signals": "distributions", "exact_copies": "duplicates", "near_copies": "duplicates", "groups": "labels"}

NAMES = {
    "blurriness": "Most blurred", "darkness": "Darkest", "lightness": "Lightest", "contrast": "Least contrast",
    "entropy": "Least in them", "single_color_share": "Most of one colour", "aspect_ratio": "Longest strips",
    "blockiness": "Most blocks of JPEG", "saturation": "Strongest colours", "bytes_per_pixel": "Most strongly compressed",
    "side": "Smallest", "text_overlay": "Most like written over", "sharpness": "Least sharp",
}  # fmt: skip
"""What stands over the pictures at an end of a signal."""


@dataclass(frozen=True)
class Room:
    """How much is shown; the first room whose page is small enough is taken."""

    sheet: int
    row: int
    labels: int
    rows: int


ROOMS = (Room(48, 8, 24, 60), Room(36, 6, 16, 40), Room(24, 4, 10, 25), Room(12, 3, 6, 15), Room(0, 1, 0, 10))


def picture_profile(facts: Facts, *, language: str = "en") -> str:
    """The page of the facts of a profile of pictures; same facts, same text."""
    context = _context(_of_pictures(facts))
    return small_enough(
        render("pictures.html", styles=("page.css", "picture_profile.css"), language=language, room=room, **context)
        for room in ROOMS
    )


def _of_pictures(facts: Any) -> Any:
    """The facts in which a share is one of pictures, so that it is said so."""
    if isinstance(facts, Mapping):
        return {
            key: "pictures" if key == "of" and value == "documents" else _of_pictures(value)
            for key, value in facts.items()
        }
    return [_of_pictures(value) for value in facts] if isinstance(facts, list) else facts


def _context(facts: Facts) -> dict[str, Any]:
    signals = profiled.drawn_signals(facts)
    rules = profiled.judged(facts)
    sections = [(key, title) for key, title in SECTIONS if key != "diversity" or facts.get("diversity")]
    anchors = {key: key for key, _ in sections} | PLACES
    anchors |= {f"rules-{rule_set['name']}": rule_set["id"] for rule_set in rules}
    pictures = facts.get("pictures") or {}
    return {
        "facts": facts,
        "name": profiled.name_of(facts),
        "one_file": len((facts.get("corpus") or {}).get("files") or []) == 1,
        "sections": sections,
        "severity": profiled.SEVERITY,
        "headline": profiled.headline(facts).replace("document", "picture"),
        "tiles": _tiles(facts),
        "findings": profiled.placed(facts, anchors),
        "signals": signals,
        "drawn": [signal for signal in signals if signal["figure"]],
        "rule_sets": rules,
        "scale": profiled.scale_of(rules),
        "pictures": pictures,
        "worst": [(name, NAMES.get(name, name), worst) for name, worst in (pictures.get("worst") or {}).items()],
        "every": ((facts.get("readings") or {}).get("documents") or {}).get("value"),
        "groups": facts.get("groups") or [],
    }


def _tiles(facts: Facts) -> list[tuple[str, str, str]]:
    """The figures under the headline: what, how much, in more words."""
    readings = facts.get("readings") or {}
    documents = (readings.get("documents") or {}).get("value")
    sizes = (facts.get("pictures") or {}).get("sizes") or {}
    pixels, size = ((readings.get(name) or {}).get("value") for name in ("pixels", "bytes"))
    tiles = [
        ("pictures", say.number(documents), ""),
        ("of files", say.size(size), say.plural(size, "byte") if size is not None else ""),
        ("pixels", say.short(pixels) if (pixels or 0) >= 1e6 else say.number(pixels), ""),
        ("sizes", say.number(sizes.get("distinct")), ""),
    ]
    for name, title in (("exact_copies", "exact copies"), ("near_copies", "near copies")):
        reading = readings.get(name)
        if reading:
            tiles.append((title, say.big(reading), say.how_many(reading)))
    unreadable = (facts.get("unreadable") or {}).get("share") or {}
    return [*tiles, ("unreadable", say.big(unreadable), say.how_many(unreadable) or "records")]
