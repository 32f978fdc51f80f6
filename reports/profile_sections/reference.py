"""What the corpus differs in from the one it was compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.comparison_page import compared

TITLE = "Beside the reference"
SHOWN = 10


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The readings that differ, the largest difference first, and what either says more often."""
    told = [compared(row) for row in block["rows"] if row["light"] in ("red", "amber")]
    terms = block.get("terms") or {}
    return {
        "block": block,
        "tests": sum(block["lights"].values()),
        "rows": told[:SHOWN],
        "more": max(len(told) - SHOWN, 0),
        "terms": [
            ("Said more often here", terms.get("second") or []),
            ("Said more often there", terms.get("first") or []),
        ],
    }
