"""The page of a study: from study.json to one HTML file of at most 2 MB, the answer first and all points last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from markupsafe import Markup, escape

from reports.html import cut, visible
from reports.page import facts_of, render, small_enough
from reports.say import number
from reports.study_sections.answer import HERO_GRADES, in_money, lines, questions
from reports.study_sections.controls import exposure, failed_where, removed, withheld
from reports.study_sections.cost import tiles
from reports.study_sections.curves import main_figure, panels
from reports.study_sections.drawing import Look, looks, swatch
from reports.study_sections.ensembles import ensembles_of
from reports.study_sections.facts import (
    Clock,
    Facts,
    ascending,
    clock_of,
    counted,
    grades_of,
    held_outs_of,
    loss_of,
    others,
    unit_of,
)
from reports.study_sections.firmness import firmness
from reports.study_sections.fit import misses, ranked, residuals
from reports.study_sections.generated import generated_of
from reports.study_sections.grades import worth
from reports.study_sections.literature import literature
from reports.study_sections.money import money
from reports.study_sections.pictures import pictures_of
from reports.study_sections.points import columns_of, download
from reports.study_sections.probes import probes_of
from reports.study_sections.repeats import repeats_of
from reports.study_sections.verdicts import WORDS, matrix, verdict
from studies.telling.wording import TEXT, Wording

SECTIONS = (
    ("answer", "The answer"),
    ("curves", "Loss against compute"),
    ("grades", "What each grade is worth"),
    ("fit", "Fit and residuals"),
    ("repeats", "Fresh or repeated data"),
    ("probes", "Labels learnt on top"),
    ("generated", "What the models wrote"),
    ("pictures", "What the models made"),
    ("controls", "Controls and exposure"),
    ("cost", "What it cost"),
    ("literature", "Beside what others found"),
    ("limits", "What it may not be used to claim"),
    ("points", "Every point"),
    ("method", "How it was computed"),
)
HELD_OUT, GRADES = 8, 24
FILE = 60_000  # characters of the study file
MANY = 1_500  # points that never had room with all their marks: the widest room is not tried


@dataclass(frozen=True)
class Room:
    """How much of what has no natural end is shown; the first room whose page is small enough is taken."""

    marks: int
    panels: int
    rows: int
    csv: bool = True


ROOMS = (Room(500, 6, 40), Room(240, 3, 20), Room(120, 2, 15, csv=False), Room(60, 1, 10, csv=False))


def study(study_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of a study, or of its facts as study.json holds them; same facts, same text.

    Where a page would be larger than 2 MB, fewer marks are drawn and fewer rows are shown, and it says so.
    """
    facts = facts_of(study_or_facts, "reports.study needs a study")
    styles, wording = ("page.css", "study.css"), Wording.of(facts)
    if len(facts.get("points") or []) > MANY:
        rooms = rooms[1:] or rooms
    return small_enough(
        render("study.html", styles=styles, language=language, wording=wording, room=room, **_context(facts, room))
        for room in rooms
    )


def _context(written: Facts, room: Room) -> dict[str, Any]:
    facts = counted(written)
    grades, held_outs, unit = grades_of(facts), held_outs_of(facts), unit_of(facts)
    look = dict(zip(grades, looks(len(grades)), strict=True))
    points = list(facts.get("points") or [])
    own = list(written.get("points") or [])
    clock = clock_of(facts, points)
    held = [_held_out(name, i, facts, look, clock, room) for i, name in enumerate(held_outs[:HELD_OUT])]
    run = facts.get("run") or {}
    return {
        "facts": facts,
        "name": str(facts.get("name") or "a study"),
        "sentence": (sentence := str(facts.get("sentence") or "No answer was computed.")),
        "answer": parts(sentence),
        "sections": _sections(facts),
        "task": facts.get("task") or TEXT,
        "pictures": pictures_of("g", facts, room.rows),
        "beside": _beside(facts, room),
        "words": WORDS,
        "unit": unit,
        "clock": clock,
        "held": held,
        "firm": firmness(facts, held),
        "in_money": in_money(facts, held),
        "matrix": matrix(held, unit, GRADES),
        "held_more": len(held_outs) - len(held),
        "grades": [(g, swatch(look[g])) for g in grades[:GRADES]],
        "has_again": any(p.get("arm") == "again" for p in points),
        "worth": worth(facts, grades[:GRADES], held),
        "questions": questions(held, unit),
        "failed": [c for c in facts.get("controls") or [] if c.get("passed") is False],
        "failed_where": failed_where(facts),
        "columns": columns_of(own),
        "points": own,
        "download": download({**written, "points": own}) if room.csv else None,
        "tiles": tiles(facts),
        "ensembles": ensembles_of(facts, room.rows),
        "generated": generated_of(facts, look, room.rows),
        "probes": probes_of(facts, look, room.rows),
        "literature": literature("lit", facts),
        "foretold": facts.get("prediction"),
        "exposure": exposure(facts),
        "removed": removed(facts)[:GRADES],
        "file": _file(written),
        "versions": list((run.get("versions") or {}).items())[:40],
        "run": [(k, _whole(v)) for k, v in run.items() if k != "versions"],
    }


def _whole(value: Any) -> Any:
    """Seconds and the like without the digits that nobody measured.

    >>> _whole(428.3914782109932), _whole("x86_64")
    ('428', 'x86_64')
    """
    return number(value) if isinstance(value, float) else value


def _file(facts: Facts) -> tuple[Markup, bool]:
    """The study file, and whether all of it is there to be copied; of older facts, what the study came to."""
    text = facts.get("file")
    if isinstance(text, str):
        return escape(cut(text, FILE)), len(text) <= FILE and visible(text) == text
    came_to = yaml.safe_dump(facts.get("study") or {}, sort_keys=False, allow_unicode=True, width=100)
    return escape(cut(came_to, FILE)), False


def _sections(facts: Facts) -> list[tuple[str, str]]:
    """Those that the page of this study has: pictures are all seen again and again, and nothing is written."""
    pictures = (facts.get("task") or TEXT)["kind"] == "pictures"
    absent = ("repeats", "generated") if pictures else () if facts.get("beside") else ("pictures",)
    if not facts.get("probes"):
        absent = (*absent, "probes")
    return [section for section in SECTIONS if section[0] not in absent]


def _beside(facts: Facts, room: Room) -> list[tuple[str, dict[str, Any]]]:
    """The studies that ran beside this one, as far as they are of pictures, each with the folder its own page lies in."""
    found = [
        (name, pictures_of(f"b{i}", other, room.rows))
        for i, (name, other) in enumerate((facts.get("beside") or {}).items())
    ]
    return [(name, pictures) for name, pictures in found if pictures is not None]


def parts(sentence: str) -> tuple[str, str]:
    """The answer, and what is said beside it: its first part, and all the others.

    >>> parts("More data: it wins by 2; a token is worth 3 (5 tokens).")
    ('More data: it wins by 2.', 'A token is worth 3 (5 tokens).')
    >>> parts("Undecided: so it is.")
    ('Undecided: so it is.', '')
    """
    first, _, rest = sentence.partition("; ")
    return (f"{first}.", rest[:1].upper() + rest[1:]) if rest else (sentence, "")


def _held_out(
    name: str, index: int, facts: Facts, look: Mapping[str, Look], clock: Clock, room: Room
) -> dict[str, Any]:
    """All that the page says of one held-out set."""
    data = facts.get("data") or {}
    exchange = (facts.get("exchange") or {}).get(name) or {}
    points = [p for p in facts.get("points") or [] if str(p.get("held_out")) == name]
    curves = [c for c in facts.get("curves") or [] if str(c.get("held_out")) == name and len(c.get("flops") or [])]
    laws = [ranked(law) for law in (facts.get("laws") or {}).get(name) or []]
    used = next((law for law in laws if law.get("used")), None)
    loss = loss_of(facts, name)
    return {
        "name": name,
        "key": f"h{index}",
        "kind": (data.get("held_out") or {}).get(name) or (data.get("probes") or {}).get(name) or {},
        "loss": loss,
        "withheld": withheld(facts, name),
        "exchange": exchange,
        "verdicts": [verdict(v, unit_of(facts), loss) for v in exchange.get("verdicts") or []],
        "lines": lines(exchange, unit_of(facts), data.get("grades") or {}),
        "more_grades": max(0, len(others(exchange)) - HERO_GRADES),
        "all_sizes": len(ascending(p["size"] for p in points if p.get("size") is not None)),
        **main_figure(name, f"m{index}", points, curves, exchange, look, clock, room.marks, loss),
        **money(f"y{index}", name, facts, exchange, look, unit_of(facts), loss),
        "panels": panels(f"p{index}", points, curves, look, clock, room.marks, room.panels, loss),
        "laws": laws,
        "used": used,
        "misses": misses(used, facts.get("points") or [], exchange),
        **residuals(f"r{index}", used, facts.get("points") or [], look),
        **repeats_of(f"e{index}", name, facts, loss),
    }
