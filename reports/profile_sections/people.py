"""Whom the corpus speaks of, and what it says of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

TITLE = "People"

FIRST = 3
"""Groups of an axis that stand in the first table; all are in the second."""
FEW = 30
"""Words for people of an axis from which on it stands in the first table."""
ROWS = 8
"""Associations that fit beside it on one screen."""


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Axes with their groups as readings, associations as factors between two odds, and what is there twice."""
    said = block.get("associations") or {}
    rows = [_association(row) for row in said.get("rows") or []]
    return {
        "sample": block.get("sample") or {},
        "census": any("reference" in group for axis in block.get("axes") or [] for group in axis.get("groups") or []),
        "naming": block.get("naming") or {},
        "axes": [_axis(axis) for axis in block.get("axes") or []],
        "tested": said.get("tested") or 0,
        "significant": said.get("significant") or 0,
        "associations": rows[:ROWS],
        "further": rows[ROWS:],
        "twice": block.get("counterfactuals") or {},
    }


def spoken(name: object) -> str:
    """The name of an axis, a group or a list as words.

    >>> spoken("south_african")
    'south african'
    """
    return str(name).replace("_", " ")


def _axis(axis: Mapping[str, Any]) -> dict[str, Any]:
    groups = [_group(group) for group in axis.get("groups") or []]
    named = [group for group in groups if group["mentions"]]
    first = named[:FIRST] if axis.get("mentions", 0) >= FEW else []
    return {**axis, "axis": spoken(axis.get("axis")), "groups": groups, "first": first}


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    """With its share as a reading, whose interval is of documents drawn anew."""
    share = {"value": group.get("share"), "n": group.get("of"), "of": "mentions", "interval": group.get("interval")}
    times = {"value": group.get("ratio"), "interval": group.get("ratio_interval")} if "ratio" in group else None
    return {**group, "group": spoken(group.get("group")), "reading": share, "times": times}


def _association(row: Mapping[str, Any]) -> dict[str, Any]:
    """With the factor between the odds beside this group and beside the others, and its interval."""
    low, high = row.get("interval") or (row["log_odds"], row["log_odds"])
    ends = [_times(low), _times(high)]
    factor = {"value": _times(row["log_odds"]), "interval": ends}
    return {**row, "group": spoken(row.get("group")), "list": spoken(row.get("list")), "factor": factor}


def _times(x: float) -> float:
    return math.exp(min(max(x, -50.0), 50.0))
