"""The page of a check: what is not as a suite says it must be, and what mends it; one HTML file of at most 2 MB."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import yaml

from reports import figures, say
from reports.page import compiled, facts_of, render, small_enough, wording_of

Facts = Mapping[str, Any]

SECTIONS = (
    ("wrong", "What is not as it must be"),
    ("checks", "All checks"),
    ("shares", "How near to the bounds"),
    ("unreadable", "Unreadable records"),
    ("suite", "The suite"),
    ("again", "Ask, and do it again"),
    ("method", "How it was judged"),
)
DRAWN = 40  # shares in the figure, in the order of the suite: two screens of a phone


@dataclass(frozen=True)
class Room:
    """How much of the lists without natural end is shown; the first room whose page is small enough is taken."""

    examples: int
    excerpt: int
    reasons: int
    rules: int = 8


ROOMS = (Room(3, 400, 200), Room(2, 240, 80, 4), Room(1, 120, 40, 2), Room(0, 80, 15, 1))


def check(checked_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of a check, or of its facts as `dataqual check --json` prints them; same facts, same text.

    Where a page would be larger than 2 MB, fewer and shorter examples are shown.
    """
    facts = facts_of(checked_or_facts, "reports.check needs a Checked")
    context = _context(facts)
    styles = ("page.css", "cleaning.css")
    return small_enough(render("check.html", styles=styles, language=language, room=room, **context) for room in rooms)


def prepare() -> None:
    """What the first page costs once, done ahead: the templates are compiled."""
    compiled("check.html")


def checks_of(facts: Facts) -> list[dict[str, Any]]:
    """The checks with a number and a place on the page each, what failed first."""
    order = {"failed": 0, "cannot tell": 1}
    found = [
        {**one, "number": at, "id": f"check-{at}", "since": _since(one)}
        for at, one in enumerate(facts.get("checks") or [], 1)
    ]
    return sorted(found, key=lambda one: (order.get(str(one.get("status")), 2), one.get("severity") == "warn"))


def _context(facts: Facts) -> dict[str, Any]:
    checks = checks_of(facts)
    corpus = facts.get("corpus") or {}
    names = corpus.get("inputs") or corpus.get("files") or []
    files = corpus.get("files") or []
    drawn = _drawn(checks)
    suite = facts.get("suite") or {}
    written = (
        yaml.safe_dump(dict(suite), sort_keys=False, allow_unicode=True, width=100) if suite.get("checks") else None
    )
    name = re.split(r"[/\\]", str(names[0]).rstrip("/\\"))[-1] if names else "a corpus"
    return {
        "facts": facts,
        "sections": SECTIONS,
        "name": name,
        "wording": wording_of(facts, name),
        "one_file": len(files) == 1,
        "headline": headline(facts),
        "tiles": _tiles(facts),
        "checks": checks,
        "wrong": [one for one in checks if one.get("status") != "passed"],
        "drawn": drawn,
        "figure": figures.shares(drawn, "shares") if drawn else None,
        "suite": written,
        "files": [*_files(facts)],
    }


def headline(facts: Facts) -> str:
    """The verdict, in one line."""
    count = _counts(facts)
    of = say.plural(sum(count.values()), "check")
    if count["failed"]:
        return f"{say.number(count['failed'])} of {of} failed."
    if count["cannot tell"]:
        return f"{say.number(count['cannot tell'])} of {of} cannot be told."
    warned = f", {say.plural(count['warned'], 'warning')}" if count["warned"] else ""
    return f"As it must be: {say.number(count['passed'])} of {of} passed{warned}."


def _counts(facts: Facts) -> dict[str, int]:
    count = {"failed": 0, "cannot tell": 0, "warned": 0, "passed": 0}
    for one in facts.get("checks") or []:
        warned = one.get("status") == "failed" and one.get("severity") == "warn"
        status = one.get("status")
        count["warned" if warned else status if status in ("failed", "passed") else "cannot tell"] += 1
    return count


def _tiles(facts: Facts) -> list[tuple[str, str, str]]:
    """The figures under the headline: what, how many, in more words."""
    count = _counts(facts)
    whole = sum(count.values())
    titles = {"failed": "failed", "cannot tell": "cannot be told", "warned": "warnings", "passed": "passed"}
    tiles = [
        (title, say.number(count[name]), f"of {say.plural(whole, 'check')}")
        for name, title in titles.items()
        if count[name] or name in ("failed", "passed")
    ]
    documents = (facts.get("corpus") or {}).get("documents")
    return [*tiles, ("documents", say.number(documents), "looked at")] if documents is not None else tiles


def _drawn(checks: Sequence[Facts]) -> list[dict[str, Any]]:
    """The shares with their bounds, in the order of the suite."""
    rows = [
        {
            "number": one["number"],
            "value": one["value"],
            "interval": one.get("interval"),
            "ends": [end for end in (one.get("bounds") or {}).values() if 0 <= end <= 1],
            "bad": one.get("status") == "failed",
        }
        for one in sorted(checks, key=lambda one: int(one["number"]))
        if one.get("share") and isinstance(one.get("value"), int | float) and not one.get("groups")
    ]
    return rows[:DRAWN]


def _since(one: Facts) -> str | None:
    """By how much it has changed since the baseline, in words."""
    against = one.get("against")
    if not against or not against.get("change"):
        return None
    change, *ends = (
        f"{100 * value:+.2g} points" if one.get("share") else f"{value:+.4g}"
        for value in (against["change"], *(against.get("interval") or ()))
    )
    around = f" [{', '.join(ends)}]" if ends else ""
    return f"{change}{around}{', worse' if against.get('worse') else ''}"


def _files(facts: Facts) -> list[tuple[dict[str, Any], str]]:
    """What lies beside the page, by file name, where it does as a link."""
    found = []
    for key, what in (
        ("saved", "What was seen, as a baseline for later checks"),
        ("ledger", "A row for every document that is not as expected"),
    ):
        if path := facts.get(key):
            page, name = facts.get("report"), re.split(r"[/\\]", str(path))[-1]
            beside = page is None or PurePath(str(page)).parent == PurePath(str(path)).parent
            link = f"./{quote(name.encode('utf-8', 'replace'))}" if beside else None
            found.append(({"name": name, "link": link}, what))
    return found
