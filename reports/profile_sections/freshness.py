"""How new the corpus is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLE = "Years and freshness"


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The block, with how long each bar of a year is, and its name."""
    rows = block["years"]
    most = max(row["documents"] for row in rows)
    years = [
        row | {"name": str(row["from"]) if row["from"] == row["to"] else f"{row['from']}–{row['to']}"} for row in rows
    ]
    return {"block": block, "years": years[::-1], "most": most}
