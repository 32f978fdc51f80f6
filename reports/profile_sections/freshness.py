"""How new the corpus is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TITLE = "Dates and freshness"

DRAWN = 12
"""Years with a bar: the last ones; those before are one bar together."""


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The block, with how long each bar of a year is, and its name."""
    named, dated = _bars(block.get("years") or []), []
    if "dates" in block:
        dated = _bars([{"from": y, "to": y, "documents": n} for y, n in block["dates"]["reading"]["detail"]["years"]])
        dated = _together(dated)
    return {"block": block, "years": named[::-1], "dated": dated[::-1]}


def _bars(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**row, "name": str(row["from"]) if row["from"] == row["to"] else f"{row['from']}–{row['to']}"} for row in rows
    ]


def _together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last `DRAWN` years, and one row for all before."""
    early = rows[:-DRAWN]
    if not early:
        return rows
    first = {"from": early[0]["from"], "to": early[-1]["to"], "documents": sum(row["documents"] for row in early)}
    return [*_bars([first]), *rows[-DRAWN:]]
