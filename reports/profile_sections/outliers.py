"""Documents unlike the rest: how many, why, and the farthest of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLE = "Outliers"

WHY = {
    "signals": "by how they look: length, signs, figures, capitals",
    "topics": "by what they are about",
    "words": "by words that no other document has",
}
"""Each way to be unlike the rest, in words."""


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows."""
    why = block.get("why") or {}
    return {
        "reading": (block.get("readings") or {}).get("outliers") or {},
        "why": [(about, why[name]) for name, about in WHY.items() if why.get(name)],
        "examples": list(block.get("examples") or []),
    }
