"""How varied the corpus is by meaning, as the vectors of a model on disk have it: groups, what stands for them, and the farthest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLE = "By meaning"


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows."""
    groups = list(block.get("groups") or [])
    return {
        "model": block.get("model") or "",
        "sample": block.get("sample") or {},
        "readings": block.get("readings") or {},
        "groups": groups,
        "widest": max((group.get("share") or 0 for group in groups), default=0),
        "limit": block.get("limit"),
        "examples": list(block.get("examples") or []),
    }
