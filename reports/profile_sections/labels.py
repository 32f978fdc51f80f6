"""Whether labels can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataqual.finding import percent

TITLE = "Labels"

DRAWN = 8
"""Labels with a bar: more would not fit beside the rest of the section on one screen."""

LONGEST = 40
"""Characters of a label that are shown."""


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The block, and the commonest labels with how long their bars are."""
    rows = block["readings"]["label_balance"]["detail"]["rows"]
    most = max((row["documents"] for row in rows), default=1)
    suspects = [(one, _said(one)) for one in block["suspects"]]
    hidden = len(rows) - len(rows[:DRAWN])
    return {"block": block, "rows": rows[:DRAWN], "hidden": hidden, "most": most, "suspects": suspects}


def _said(one: Mapping[str, Any]) -> str:
    """Which label a document has, and which it should probably have."""
    given, other = (" ".join(str(one[name]).split())[:LONGEST] for name in ("given", "suggested"))
    return f"given {given} ({percent(one['probability'])}), probably {other} ({percent(one['suggested_probability'])})"
