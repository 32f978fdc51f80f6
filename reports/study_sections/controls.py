"""What had to come out as known: failed controls, how often windows were seen, held-out text that was removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.study_sections.facts import Facts


def failed_where(facts: Facts) -> str:
    """Which verdicts the failed controls take back: those on their held-out sets, or all.

    >>> failed_where({"controls": [{"passed": False, "held_out": "raw"}, {"passed": True}]})
    'on raw text'
    """
    sets = [c.get("held_out") for c in facts.get("controls") or [] if c.get("passed") is False]
    return "from this study" if None in sets else f"on {' or '.join(map(str, sets))} text"


def withheld(facts: Facts, name: str) -> bool:
    """Whether a failed control takes back what the law says on a held-out set.

    >>> withheld({"controls": [{"passed": False, "held_out": "raw"}]}, "raw"), withheld({}, "raw")
    (True, False)
    """
    return any(c.get("passed") is False and c.get("held_out") in (None, name) for c in facts.get("controls") or [])


def exposure(facts: Facts) -> dict[str, Any]:
    """What is said of it, how often windows were seen, and everything else by name."""
    rest = dict(facts.get("exposure") or {})
    says, times = rest.pop("says", None), rest.pop("times", None)
    return {
        "says": [str(s) for s in says] if isinstance(says, (list, tuple)) else [str(says)] if says else [],
        "times": list(times.items())[:20] if isinstance(times, Mapping) else [],
        "rest": [(k, v) for k, v in rest.items() if not isinstance(v, (Mapping, list))][:20],
        "known": bool(facts.get("exposure")),
    }


def removed(facts: Facts) -> list[tuple[str, Facts]]:
    """The grades from which held-out text was removed, and how much of it."""
    grades = (facts.get("data") or {}).get("grades") or {}
    return [(name, grade["removed"]) for name, grade in grades.items() if grade.get("removed")]
