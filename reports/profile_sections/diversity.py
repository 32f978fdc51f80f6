"""How varied the corpus is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLE = "Diversity"

NAMES = {"mattr": "Different words among a hundred in a row"}
"""What a reading is called on the page."""


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The readings by what they are called, and of how much they are read."""
    readings = block.get("readings") or {}
    return {
        "sample": block.get("sample") or {},
        "readings": [(title, readings[name]) for name, title in NAMES.items() if name in readings],
    }
