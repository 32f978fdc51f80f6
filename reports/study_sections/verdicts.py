"""The verdicts of a study: what came out, of which claim, and by how much, as a table and as sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from reports import html, say
from reports.study_sections.facts import Facts, once

WORDS = {
    "SUPPORTED": "The claim of its row is right here: the whole 95 % interval of the difference is on its side.",
    "REFUTED": "The claim of its row is wrong here, and its opposite right: the whole interval is on the other side.",
    "UNDECIDED": "This study cannot tell: the interval contains 0, or a control failed.",
}
BESIDE = 2
"""Columns of verdicts for which there is room beside a figure."""
ON = Markup("on {}")
CLAIMED = {
    "double_data": Markup("<b>Twice the data</b> lowers loss more than twice the {hours}"),
    "grade": Markup("<b>{grade}</b> lowers loss more than twice the {hours}"),
}
FOUND = {
    ("double_data", "SUPPORTED"): Markup("More data: twice the unique data lowers loss more than twice the {hours}"),
    ("double_data", "REFUTED"): Markup("More {hours}: twice as many lower loss more than twice the unique data"),
    ("double_data", "UNDECIDED"): Markup("More data or more {hours}: this study cannot tell"),
    ("grade", "SUPPORTED"): Markup("{grade} lowers loss more than twice the {hours}"),
    ("grade", "REFUTED"): Markup("Twice the {hours} lower loss more than {grade}"),
    ("grade", "UNDECIDED"): Markup("{grade} or twice the {hours}: this study cannot tell"),
}
"""What came out, by what was asked and the verdict on it: who reads it need not turn a refuted claim round."""


def verdict(ruling: Facts, unit: str, loss: str) -> dict[str, Any]:
    """A verdict with what came out, its claim as a sentence, and the tone of its word: undecided for one of another tool.

    >>> refuted = {"what": "double_data", "verdict": "REFUTED", "claim": "it is so.", "difference": {"value": -0.05, "interval": [-0.06, -0.04]}}
    >>> found = verdict(refuted, "core-hours", "bits per byte")
    >>> str(found["found"]), found["won"], found["claim"]
    ('More core-hours: twice as many lower loss more than twice the unique data', 'core-hours win by 0.050 [0.040,\\xa00.060] bits per byte', 'It is so')
    """
    word = str(ruling.get("verdict"))
    reason = str(ruling.get("reason") or "").strip().removesuffix(".")
    tone = word.lower() if word in WORDS else "undecided"
    what, grade = asked_of(ruling)
    found = FOUND.get((what, word))
    named = {"hours": html.cut(unit, 30), "grade": html.label(grade, 40)}
    return {
        **ruling,
        "claim": sentence(ruling.get("claim")),
        "found": found.format(**named) if found else None,
        "won": _winner(ruling.get("difference"), html.cut(unit, 30), loss, "data" if grade is None else "the grade"),
        "reason": reason,
        "word": word,
        "tone": tone,
    }


def asked_of(ruling: Facts) -> tuple[str, str | None]:
    """What was asked: of data, or of a grade, and of which.

    >>> asked_of({"what": "grade:typos"}), asked_of({"what": "double_data"})
    (('grade', 'typos'), ('double_data', None))
    """
    what = str(ruling.get("what"))
    return ("grade", what.removeprefix("grade:")) if what.startswith("grade:") else (what, None)


def sentence(text: object) -> str:
    """A sentence with a capital and without its full stop, which the page sets.

    >>> sentence("it holds. "), sentence(None)
    ('It holds', '')
    """
    said = str(text or "").strip().removesuffix(".")
    return said[:1].upper() + said[1:]


def matrix(held: Sequence[Facts], unit: str, most: int) -> dict[str, Any] | None:
    """The verdicts as a table, claims by held-out sets, the fewer of the two as columns; None where nothing was asked.

    A cell is None where a question was not asked on a set; `wide` tables have no room beside the figure.
    """
    asked = _asked(held, unit)[:most]
    if not asked:
        return None
    sets = [ON.format(html.label(h["name"], 40)) for h in held]
    if len(sets) <= max(BESIDE, len(asked)):
        return {"columns": sets, "rows": asked, "wide": len(sets) > BESIDE, "turned": False}
    turned = [(name, [cells[i] for _, cells in asked]) for i, name in enumerate(sets)]
    return {"columns": [claim for claim, _ in asked], "rows": turned, "wide": len(asked) > BESIDE, "turned": True}


def _asked(held: Sequence[Facts], unit: str) -> list[tuple[Markup, list[dict[str, Any] | None]]]:
    """Each claim with its verdicts, one for each held-out set."""
    found = []
    for what in once(*([v.get("what") for v in h["verdicts"]] for h in held)):
        cells = [next((v for v in h["verdicts"] if v.get("what") == what), None) for h in held]
        kind, grade = asked_of({"what": what})
        named = {"hours": html.cut(unit, 30), "grade": html.label(grade, 40)}
        claim = CLAIMED.get(kind)
        found.append((claim.format(**named) if claim else html.told(next(c for c in cells if c)["claim"]), cells))
    return found


def _winner(difference: Facts | None, hours: str, loss: str, other: str) -> str:
    """Which of machine time and its rival lowers loss more, and by how much; where that is open, between what the difference lies.

    >>> _winner({"value": -0.056, "interval": [-0.075, -0.043]}, "core-hours", "bits per byte", "data")
    'core-hours win by 0.056 [0.043,\\xa00.075] bits per byte'
    >>> _winner({"value": 0.01, "interval": [-0.02, 0.04]}, "core-hours", "FID", "data")
    'difference 0.010 [−0.020,\\xa00.040] FID'
    >>> _winner({"value": None, "interval": [0.01, 0.04]}, "core-hours", "FID", "data"), _winner(None, "", "FID", "data")
    ('data wins by 0.010 to 0.040 FID', '')
    """
    value, ends = (difference or {}).get("value"), (difference or {}).get("interval")
    if value is None and not ends:
        return ""
    low, high = ends or (value, value)
    if low is not None and low > 0:
        return f"{other} wins by {_spread(value, low, high)} {loss}"
    if high is not None and high < 0:
        return (
            f"{hours} win by {_spread(None if value is None else -value, -high, None if low is None else -low)} {loss}"
        )
    return f"difference {_spread(value, low, high)} {loss}"


def _spread(value: float | None, low: float | None, high: float | None) -> str:
    """An estimate with its ends; of a value that is not one, the ends alone.

    >>> _spread(0.03, 0.02, 0.04), _spread(None, -0.01, 0.02), _spread(None, 0.02, None)
    ('0.030 [0.020,\\xa00.040]', '−0.010 to 0.020', '0.02 to ∞')
    """
    if value is not None:
        return say.estimate({"value": value, "interval": [low, high] if low != high else None})
    ends = say.alike([-math.inf if low is None else low, math.inf if high is None else high])
    return " to ".join(ends)
