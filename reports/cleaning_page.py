"""The page of a cleaning: what happened, what each rule did, what it cost whom; one HTML file of at most 2 MB."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import yaml

from dataqual.images.decoding import SUFFIXES
from reports import figures, say
from reports.check_page import checks_of
from reports.page import compiled, facts_of, render, small_enough, wording_of
from reports.profiled import SEVERITY, slug

Facts = Mapping[str, Any]

SECTIONS = (
    ("findings", "Findings"),
    ("rules", "What each rule did"),
    ("cost", "What it cost whom"),
    ("unreadable", "Unreadable records"),
    ("recipe", "The recipe"),
    ("again", "Ask, and do it again"),
    ("method", "How it was counted"),
)
ACTIONS = {"dropped": "dropped", "edited": "edited", "added": "added"}
FIGURES = 12  # drawn distributions: the largest reasons; the table beside each has the numbers
SHADES = 4  # rules with a colour of their own in the sum; more are not told apart
ROWS = 50  # groups listed in one table, as many as the facts have
NEAR = 0.5  # a threshold further outside than this part of the values' range is named, not drawn


@dataclass(frozen=True)
class Room:
    """How much of the lists without natural end is shown; the first room whose page is small enough is taken."""

    examples: int
    excerpt: int
    reasons: int
    rules: int = 8


ROOMS = (Room(5, 600, 80), Room(3, 400, 60), Room(2, 240, 40, 5), Room(1, 120, 25, 3), Room(0, 80, 15, 1))


def cleaning(cleaned_or_facts: Any, *, rooms: Sequence[Room] = ROOMS, language: str = "en") -> str:
    """The page of a cleaning, or of its facts as `dataqual clean --json` prints them; same facts, same text.

    Whether an earlier run was gone on with is not looked at. Where a page would be larger than 2 MB, fewer and shorter
    examples are shown.
    """
    facts = facts_of(cleaned_or_facts, "reports.cleaning needs a Cleaned")
    context = context_of(facts)
    styles = ("page.css", "cleaning.css", "pictures.css")
    return small_enough(
        render("cleaning.html", styles=styles, language=language, room=room, **context) for room in rooms
    )


def prepare() -> None:
    """What the first page costs once, done ahead: the templates are compiled and matplotlib has found its fonts."""
    compiled("cleaning.html")
    figures.histogram("", {"histogram": {"edges": [0, 1], "counts": [1]}}, "")


def context_of(facts: Facts) -> dict[str, Any]:
    """What the template is told of a run that wrote a corpus."""
    reasons = [_reason(reason, at) for at, reason in enumerate(facts.get("reasons") or [])]
    files = (facts.get("corpus") or {}).get("files") or []
    checks = checks_of(facts.get("checks") or {})
    corpus = facts.get("corpus") or {}
    name = _name(files, corpus.get("files_more") or 0, corpus.get("folder"))
    wording = wording_of(facts, name)
    return {
        "facts": facts,
        "view": "image" if wording else "text",
        "size": "pixels" if wording else "characters",
        "wording": wording,
        "kind": "cleaning",
        "name": name,
        "one_file": len(files) == 1,
        "sections": [*SECTIONS[:1], ("checks", "Is it as it must be?"), *SECTIONS[1:]] if checks else SECTIONS,
        "checks": checks,
        "severity": SEVERITY,
        "headline": headline(facts),
        "tiles": _tiles(facts),
        "sum": _sum(facts, reasons),
        "findings": [{**finding, "id": f"finding-{at}"} for at, finding in enumerate(facts.get("findings") or [])],
        "reasons": _drawn(reasons),
        "most": max((reason["documents"] for reason in reasons), default=0),
        "idle": [rule for rule, count in (facts.get("rules") or {}).items() if not count],
        "groups": [_group(group, facts) for group in facts.get("groups") or []],
        "recipe": _recipe(facts),
        "ledger": _ledger(facts),
        "asked": _asked(facts, reasons),
    }


def headline(facts: Facts) -> str:
    """What happened, in one line."""
    read, kept = int(facts.get("read") or 0), int(facts.get("kept") or 0)
    stays = f"{say.number(kept)} of {say.plural(read, 'record')} {'stays' if kept == 1 else 'stay'}"
    more = [f"{say.number(facts[name])} {name}" for name in ("edited", "added") if facts.get(name)]
    found = len(facts.get("findings") or [])
    told = f"{found}{say.NBSP}finding{'s' * (found != 1)}" if found else "nothing to look at first"
    failed = sum(check.get("status") == "failed" for check in (facts.get("checks") or {}).get("checks") or [])
    told = f"{say.plural(failed, 'check')} failed; {told}" if failed else told
    return f"{', '.join([stays, *more])}; {told}."


def _name(files: Sequence[str], more: int, folder: str | None = None) -> str:
    """What the corpus is called: its first file, without folders, and how many more there are; pictures by their folder.

    `files` are the first ones, `folder` that of all.

    >>> _name(["photos/cat/1.jpg", "photos/dog/2.png"], 0), _name(["a/web.jsonl", "a/b.jsonl"], 3)
    ('photos', 'web.jsonl and 4 more')
    """
    if not files:
        return "a corpus"
    if len(files) > 1 and all(PurePath(path).suffix.lower() in SUFFIXES for path in files):
        with suppress(ValueError):  # some relative, some not
            return _base(folder or os.path.commonpath([os.path.dirname(path) for path in files])) or "pictures"
    first, rest = _base(files[0]), len(files) - 1 + more
    return f"{first} and {rest} more" if rest else first


def _base(path: str) -> str:
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path


def _tiles(facts: Facts) -> list[tuple[str, str, str]]:
    """The figures under the headline: what, how much, in more words."""
    read = facts.get("read") or 0
    tiles = []
    for name in ("kept", "dropped", "edited", "added", "unreadable"):
        count = facts.get(name) or 0
        if count or name in ("kept", "dropped"):
            part = say.share(count / read) if read else "–"
            tiles.append((name, say.number(count), f"{part} of {say.number(read)} read"))
    before, after = facts.get("before") or {}, facts.get("after") or {}
    for name, title in (("characters", "characters left"), ("pixels", "pixels left"), ("bytes", "of text left")):
        was, now = before.get(name), after.get(name)
        if was and (name != "bytes" or "pixels" not in before):
            shown = say.size if name == "bytes" else say.short
            tiles.append((title, shown(now), f"of {shown(was)}, {say.share((now or 0) / was)}"))
    return tiles


def _sum(facts: Facts, reasons: Sequence[Facts]) -> list[dict[str, Any]]:
    """All records that were read as parts of one bar: kept, dropped by the largest rules and the others, unreadable."""
    dropped = sorted((r for r in reasons if r["action"] == "dropped"), key=lambda r: -r["documents"])
    parts: list[dict[str, Any]] = [{"what": "kept", "count": facts.get("kept") or 0, "shade": 0}]
    parts += [
        {"what": f"dropped: {reason['rule']}", "count": reason["documents"], "shade": 1 + at}
        for at, reason in enumerate(dropped[:SHADES])
    ]
    if rest := dropped[SHADES:]:
        count = sum(reason["documents"] for reason in rest)
        parts.append({"what": f"dropped: {say.plural(len(rest), 'other rule')}", "count": count, "shade": 5})
    parts.append({"what": "unreadable", "count": facts.get("unreadable") or 0, "shade": 6})
    total = max(sum(part["count"] for part in parts), 1)
    return [{**part, "share": part["count"] / total} for part in parts if part["count"]]


def _reason(reason: Facts, at: int) -> dict[str, Any]:
    return {**reason, "id": f"rule-{at}-{slug(reason.get('rule'))}"}


def _drawn(reasons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reasons, the largest with their figure."""
    measured = [reason for reason in reasons if reason.get("values")]
    drawn = {reason["id"] for reason in sorted(measured, key=lambda reason: -reason["documents"])[:FIGURES]}
    return [
        {**reason, "figure": _figure(reason, at) if reason["id"] in drawn else None}
        for at, reason in enumerate(reasons)
    ]


def _figure(reason: Facts, at: int) -> Any:
    """How the values of what went, or was edited, lie before the threshold; None where all are one."""
    values = reason["values"]
    histogram = values.get("histogram") or {}
    if values.get("min") == values.get("max"):
        return None
    ends = [float(end) for end in reason.get("ends") or []]
    signal = {**values, "histogram": _reaching(histogram, ends), "unit": reason.get("unit") or ""}
    name = f"{reason.get('signal') or 'changes'} of what was {ACTIONS.get(reason['action'], 'told')}"
    return figures.histogram(name, signal | {"thresholds": [{"ends": ends}]}, f"f{at}")


def _reaching(histogram: Facts, ends: Sequence[float]) -> dict[str, Any]:
    """The same bars on an axis that reaches to the thresholds that are near: what fails lies beyond its threshold.

    >>> _reaching({"edges": [1, 2, 3], "counts": [4, 5], "scale": "linear"}, [3.5, 90])
    {'edges': [1, 2, 3, 3.5], 'counts': [4, 5, 0], 'scale': 'linear'}
    """
    edges, counts = list(histogram.get("edges") or []), list(histogram.get("counts") or [])
    if not edges:
        return dict(histogram)
    room = (edges[-1] - edges[0]) * NEAR
    for end in sorted(ends):
        if edges[-1] < end <= edges[-1] + room:
            edges, counts = [*edges, end], [*counts, 0]
        elif edges[0] - room <= end < edges[0] and (end > 0 or histogram.get("scale") != "log"):
            edges, counts = [end, *edges], [0, *counts]
    return {**histogram, "edges": edges, "counts": counts}


def _group(group: Facts, facts: Facts) -> dict[str, Any]:
    """A grouping with the groups marked of which there is a finding, and its total as a row."""
    eaten = {str(finding.get("name")) for finding in facts.get("findings") or []}
    rows = [
        {**row, "eaten": f"loss {group.get('column')}={'(none)' if row['value'] is None else row['value']}" in eaten}
        for row in (group.get("rows") or [])[:ROWS]
    ]
    return {**group, "rows": rows, "id": f"cost-{slug(group.get('role'))}"}


def _recipe(facts: Facts) -> str | None:
    """The steps as a file that `--recipe` takes; None where they were made in Python."""
    recipe = facts.get("recipe") or {}
    if not recipe.get("steps"):
        return None
    told = {key: recipe[key] for key in ("about", "language") if recipe.get(key)}
    suite = (facts.get("checks") or {}).get("suite") or {}
    content = told | {"steps": list(recipe["steps"])} | ({"checks": suite["checks"]} if suite.get("checks") else {})
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))


def _ledger(facts: Facts) -> dict[str, Any] | None:
    """The ledger by its file name, and where it lies beside the page a link to it; None after a dry run."""
    if not (path := facts.get("ledger")):
        return None
    page = facts.get("report")
    beside = page is None or PurePath(page).parent == PurePath(path).parent
    name = _base(str(path))
    link = f"./{quote(name.encode('utf-8', 'replace'))}" if beside else None
    return {"name": name, "link": link}


def _asked(facts: Facts, reasons: Sequence[Facts]) -> str | None:
    """How to ask about one document, the first example that has an id; None where there is none, or no output."""
    examples = (example for reason in reasons for example in reason.get("examples") or [])
    ids = (str(example["id"]) for example in examples if example.get("id") and "•" not in str(example["id"]))
    first, outputs = next(ids, None), facts.get("outputs") or []
    asked = (facts.get("corpus") or {}).get("asked") or {}
    named = [word for role in ("text", "id") if asked.get(role) for word in (f"--{role}", str(asked[role]))]
    return shlex.join(["dataqual", "explain", str(outputs[0]), first, *named]) if first and outputs else None
