"""What the pages of texts and of pictures have in common: findings, signals and rule sets, made ready for their templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from markupsafe import Markup

from reports import figures, say

Facts = Mapping[str, Any]

SEVERITY = {"error": "Serious", "warning": "Warning", "note": "Note"}
FIGURES = 12  # drawn signals: a screen and a half on a desktop; the table has all of them
FINDINGS, SIGNALS, SETS, PAIRS = 40, 120, 16, 8


def slug(text: object) -> str:
    """A name as part of an id.

    >>> slug("gopher@datatrove"), slug("<b>")
    ('gopher-datatrove', 'b')
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", str(text)).strip("-")[:60] or "x"


def named(kind: str, items: Iterable[Facts]) -> list[dict[str, Any]]:
    """The items, each with an `id` that no other has."""
    seen: set[str] = set()
    named = []
    for item in items:
        base = key = f"{kind}-{slug(item.get('name', ''))}"
        count = 1
        while key in seen:
            count += 1
            key = f"{base}-{count}"
        seen.add(key)
        named.append({**item, "id": key})
    return named


def name_of(facts: Facts) -> str:
    """What the corpus is called: its first input, without folders, and how many more there are."""
    corpus = facts.get("corpus") or {}
    if corpus.get("embedded_sample"):
        return "the embedded sample"
    inputs = [re.split(r"[/\\]", str(i).rstrip("/\\"))[-1] or str(i) for i in corpus.get("inputs") or []]
    if not inputs:
        return "a corpus"
    return inputs[0] if len(inputs) == 1 else f"{inputs[0]} and {len(inputs) - 1} more"


_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def headline(facts: Facts) -> str:
    """The page in one line: how many documents, how many findings, how many of them serious."""
    documents = say.plural((facts.get("readings") or {}).get("documents", {}).get("value"), "document")
    findings = facts.get("findings") or []
    if not findings:
        return f"{documents}, nothing to mend."
    serious = sum(f.get("severity") == "error" for f in findings)
    if len(findings) == 1:
        return f"{documents}, one{say.NBSP}finding, {'a serious one' if serious else 'not a serious one'}."
    found = f"{_count(len(findings))}{say.NBSP}finding{'s' if len(findings) > 1 else ''}"
    return f"{documents}, {found}, {_count(serious)} of them serious."


def _count(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else say.number(number)


def drawn_signals(facts: Facts) -> list[dict[str, Any]]:
    """All signals with an id; the telling ones with their figure, as far as figures go."""
    signals = list((facts.get("signals") or {}).items())[:SIGNALS]
    found = named("signal", [{"name": name, **signal} for name, signal in signals])
    room = FIGURES
    for index, (signal, (name, own)) in enumerate(zip(found, signals, strict=True)):
        wanted = bool(signal.get("telling")) and room > 0
        signal["figure"] = _figure(name, own, f"f{index}") if wanted else None
        room -= signal["figure"] is not None
        signal["lines"] = _lines(signal)
        signal["base"], _, rest = str(signal["name"]).partition("(")
        signal["parameters"] = rest.removesuffix(")")
    return found


_drawn_ahead: dict[str, tuple[str, Facts, Markup]] = {}
"""Figures by their key, each with the name and the facts of its signal."""


def draw_ahead(signals: Facts) -> None:
    """Draw the figures of a page that this process will make of the same signals, while its other facts are still made."""
    signals = deepcopy(signals)  # as they were drawn, whoever changes them later
    for index, signal in enumerate(drawn_signals({"signals": signals})):
        if signal["figure"] is not None:
            _drawn_ahead[f"f{index}"] = signal["name"], signals[signal["name"]], signal["figure"]


def _figure(name: str, signal: Facts, key: str) -> Markup | None:
    """As it was drawn ahead, or drawn now where that was of other facts."""
    ahead = _drawn_ahead.get(key)
    if ahead is not None and ahead[:2] == (name, signal):
        return ahead[2]
    return figures.histogram(name, signal, key)


def _lines(signal: Facts) -> list[tuple[str, list[str]]]:
    """The thresholds of a signal grouped by their bounds: ("≥ 50", ["gopher@datatrove short", …])."""
    groups: dict[str, list[str]] = {}
    for threshold in signal.get("thresholds") or []:
        who = f"{threshold.get('rules', '')} {threshold.get('rule', '')}".strip()
        groups.setdefault(say.pretty(threshold.get("bounds", "")), []).append(who)
    return list(groups.items())[:12]


def judged(facts: Facts) -> list[dict[str, Any]]:
    """The rule sets with an id, their rules by how many documents fail them, those that nobody fails apart."""
    sets = []
    for rule_set in list(facts.get("rules") or [])[:SETS]:
        rules = sorted(rule_set.get("rules") or [], key=lambda rule: -((rule.get("fails") or {}).get("value") or 0))
        failed = [rule for rule in rules if (rule.get("fails") or {}).get("value")]
        idle = rules[len(failed) :]
        sets.append({**rule_set, "rules": failed, "idle": idle})
    return named("rules", sets)


def placed(facts: Facts, anchors: Mapping[str, str]) -> list[dict[str, Any]]:
    """The findings with an id, their place on the page and the further examples that were kept of them."""
    findings = list(facts.get("findings") or [])[:FINDINGS]
    return named("finding", [_finding(f, facts, anchors) for f in findings])


def _finding(finding: Facts, facts: Facts, anchors: Mapping[str, str]) -> dict[str, Any]:
    """A finding with its place on the page and the further examples that were kept of it."""
    kept = ((facts.get("shares") or {}).get(finding.get("name")) or {}).get("examples") or []
    further = [example for example in kept if example.get("text") != (finding.get("example") or {}).get("text")]
    return {**finding, "place": _place(finding, anchors), "further": further}


def _place(finding: Facts, anchors: Mapping[str, str]) -> str | None:
    """Where on this page a finding is shown in full; None where its `where` names no place of it."""
    where = str(finding.get("where") or "").removeprefix("#")
    return anchors.get(where) or anchors.get(str(finding.get("name")))


def scale_of(rule_sets: Sequence[Facts]) -> float:
    """The share at the right end of every rule bar: the next of 1, 2, 5, 10, 20, 50, 100 % above the largest."""
    shares = [f for s in rule_sets for f in (s.get("fails"), *(r.get("fails") for r in s["rules"])) if f]
    most = max((max(f.get("value") or 0, *(f.get("interval") or [0])) for f in shares), default=0)
    return next((end for end in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if most <= end), 1.0)
