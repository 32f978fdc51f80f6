"""Excerpts of documents for people: short, around the evidence, addresses in them masked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from dataqual.masking import hidden, mask
from dataqual.operators import Signal

LONGEST = 600
"""Characters of an excerpt: three or four sentences, enough to judge a document by."""
COMPARED = 400
"""Words of two copies that are compared side by side."""

Marks = list[tuple[int, int, str]]


def excerpt(text: str, signal: Signal | None = None, *, cut: bool = False) -> dict[str, Any]:
    """The part of `text` that shows why `signal` has its value: `text`, `marks` (character spans in it) and `cut`."""
    marks = why(text, signal)
    return marked(hidden(text, marks) if signal is not None and signal.masked else text, marks, cut=cut)


def why(text: str, signal: Signal | None) -> Marks:
    """The evidence that an excerpt can show: what begins near the first of it."""
    marks = signal.evidence(text) if signal is not None else []
    return [mark for mark in marks if mark[0] < marks[0][0] + LONGEST]


def marked(text: str, marks: Marks, *, cut: bool = False) -> dict[str, Any]:
    """The excerpt around evidence that was found before."""
    first = marks[0][0] if marks else 0
    start = 0 if first < LONGEST * 2 // 3 else first - LONGEST // 3
    end = start + LONGEST
    shown = [(max(a, start) - start, min(b, end) - start, why) for a, b, why in marks if a < end and b > start]
    masked = mask(_whole_words(text) if cut else text)
    return {
        "text": masked[start:end],
        "marks": [list(mark) for mark in shown],
        "cut": cut or start > 0 or end < len(text),
    }


def _whole_words(text: str) -> str:
    """The text without an address at its end that was cut off within its domain, and could not be told for one.

    >>> _whole_words("Ask ann.lee@exa"), _whole_words("you @ home")
    ('Ask ', 'you @ home')
    """
    severed = re.search(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w.-]*\Z", text[-400:], re.ASCII)
    return text[: len(text) - len(severed.group())] if severed else text


def differences(first: str, second: str) -> list[list[str]]:
    """What two copies share and where they differ: [["same" | "first" | "second", text], …] over their first words."""
    a, b = (re.findall(r"\w+\s*|\W", mask(text)[: LONGEST * 8]) for text in (first, second))
    a, b = _words(a), _words(b)
    out: list[list[str]] = []
    for kind, a0, a1, b0, b1 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            out.append(["same", "".join(a[a0:a1])])
            continue
        if a1 > a0:
            out.append(["first", "".join(a[a0:a1])])
        if b1 > b0:
            out.append(["second", "".join(b[b0:b1])])
    return out


def replaced(text: str, edits: Sequence[tuple[int, int, str]]) -> list[list[str]]:
    """The same of a text and what edits make of it: each is shown whole, so that no word is cut; addresses are masked.

    `edits` are start, end and replacement, in order, none overlapping.

    >>> replaced("但是不错", [(0, 2, "可是")])
    [['first', '但是'], ['second', '可是'], ['same', '不错']]
    """
    parts, done = [], 0
    for start, end, new in edits:
        parts += [("same", text[done:start]), ("first", text[start:end]), ("second", new)]
        done = end
    parts.append(("same", text[done:]))
    before, after = (iter(mask("".join(part for kind, part in parts if kind != left))) for left in ("second", "first"))
    out = []
    for kind, part in parts:
        if kind == "same":  # hidden where it belongs to an address on either side
            sides = zip(part, islice(before, len(part)), islice(after, len(part)), strict=True)
            shown = "".join(one if one != plain else other for plain, one, other in sides)
        else:
            shown = "".join(islice(before if kind == "first" else after, len(part)))
        out.append([kind, shown])
    return [part for part in out if part[1]]


def _words(parts: list[str]) -> list[str]:
    """At most `COMPARED` words; a run of characters of an unspaced script is taken apart."""
    words: list[str] = []
    for part in parts:
        words += list(part) if len(part) > 1 and ord(part[0]) >= 0x0E00 and not part[0].isupper() else [part]
        if len(words) >= COMPARED:
            break
    return words[:COMPARED]
