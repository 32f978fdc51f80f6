"""What a profile says in ten seconds, for a terminal."""

from __future__ import annotations

import unicodedata
from typing import Any

from dataqual.finding import SIGNS, percent, plural
from dataqual.profiling.findings import noun
from dataqual.profiling.result import Profile

COLOURS = {"error": "red", "warning": "yellow", "note": None}
UNSAFE = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, halves of surrogate pairs (from file names that are not UTF-8), line and paragraph separators."""
DIRECTIONS = ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")
MARKS = "\u200e\u200f\u061c"
"""What turns the direction of text, so that a name seems to be another (UAX #9)."""
UNNAMED = {None: "without letters", "und": "undetermined"}
LISTED = 8
"""Findings listed; the rest are on the page."""


def summary(profile: Profile) -> list[tuple[str, str | None]]:
    """Lines with the colour each is best shown in, None for none."""
    facts = profile.facts
    lines: list[tuple[str, str | None]] = [(_headline(facts), None), (_contents(facts), None), ("", None)]
    findings = profile.findings
    for finding in findings[:LISTED]:
        lines.append(
            (
                f"{SIGNS[finding.severity]} {plain(finding.headline)}{_certainty(finding.reading)}",
                COLOURS[finding.severity],
            )
        )
        if finding.command:
            lines.append((f"    {plain(finding.command)}", None))
    if len(findings) > LISTED:
        lines.append((f"… and {len(findings) - LISTED} more on the page", None))
    if not findings:
        lines.append(("nothing found that is wrong", "green"))
    return lines


def plain(text: str) -> str:
    """Text from a corpus made safe for a terminal: control and direction characters become visible.

    >>> plain("a\\x1b[31mb\\u202ec")
    'a␛[31mb�c'
    """
    return "".join(_visible(char) for char in text)


def size(count: float) -> str:
    """Bytes for people, in powers of ten as disks are sold.

    >>> size(999), size(1_234_567), size(2.5e9)
    ('999 bytes', '1.2 MB', '2.5 GB')
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count:,.0f} bytes"


def _visible(char: str) -> str:
    if ord(char) < 32:
        return chr(0x2400 + ord(char))
    unsafe = unicodedata.category(char) in UNSAFE or unicodedata.bidirectional(char) in DIRECTIONS or char in MARKS
    return "�" if unsafe else char


def _headline(facts: dict[str, Any]) -> str:
    corpus, readings = facts["corpus"], facts["readings"]
    name = (
        "the sample corpus that ships with dataqual" if corpus["embedded_sample"] else ", ".join(corpus["inputs"][:3])
    )
    more = len(corpus["inputs"]) - 3
    name += f" and {more} more" if more > 0 and not corpus["embedded_sample"] else ""
    sample = corpus["sample"]
    of = f" (a sample of {sample['of']:,})" if sample else ""
    return f"{plain(name)}: {plural(readings['documents']['value'], noun(facts).removesuffix('s'))}{of}"


def _contents(facts: dict[str, Any]) -> str:
    readings = facts["readings"]
    if "pictures" in facts:
        return _contents_of_pictures(facts)
    n = max(readings["documents"]["value"], 1)
    if languages := facts.get("languages"):
        rows = [(UNNAMED.get(row["language"], row["language"]), row["documents"]) for row in languages["rows"]]
    else:
        rows = sorted(((row["script"], row["documents"]) for row in facts["scripts"]), key=lambda row: -row[1])
    scripts = ", ".join(f"{name} {percent(documents / n)}" for name, documents in rows[:3] if documents)
    scripts += " of the documents" if scripts else ""
    parts = [f"{size(readings['bytes']['value'])} of text", plural(readings["words"]["value"], "word"), scripts]
    return ("in the sample: " if facts["corpus"]["sample"] else "") + " · ".join(part for part in parts if part)


def _contents_of_pictures(facts: dict[str, Any]) -> str:
    readings, pictures = facts["readings"], facts["pictures"]
    sizes = pictures["sizes"]
    common = sizes["rows"][0] if sizes["rows"] else None
    usual = f", most of {common['width']:,} × {common['height']:,}" if common and sizes["distinct"] > 1 else ""
    one = f"all of {common['width']:,} × {common['height']:,}" if common and sizes["distinct"] == 1 else ""
    formats = ", ".join(pictures["formats"])
    labels = [plural(group["distinct"], "label") for group in facts["groups"] if group["role"] == "label"]
    parts = [
        f"{size(readings['bytes']['value'])} of pictures",
        one or f"{plural(sizes['distinct'], 'size')}{usual}",
        formats,
        *labels,
    ]
    return ("in the sample: " if facts["corpus"]["sample"] else "") + " · ".join(part for part in parts if part)


def _certainty(reading: dict[str, Any]) -> str:
    if "interval" not in reading:
        return ""
    low, high = map(percent, reading["interval"])
    if reading["interval"][1] == 1 and reading["value"] < 0.5:  # nothing is known from above
        return f" (95 %: at least {low})"
    return f" (95 %: {low} to {high})" if low != high else ""
