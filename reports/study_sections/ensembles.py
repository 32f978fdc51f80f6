"""Ensembles: what several models averaged come to, beside one larger or longer run of the same compute."""

from __future__ import annotations

from typing import Any

from reports.study_sections.facts import Facts, loss_of

HOUR = 3600.0


def ensembles_of(facts: Facts, rows: int) -> dict[str, Any] | None:
    """The sentences and the rows at the last stop of each model, those with most models behind; None where none were averaged."""
    found = facts.get("ensembles") or {}
    last: dict[tuple[Any, ...], float] = {}
    for row in found.get("rows") or []:
        last[_cell(row)] = max(row["tokens"], last.get(_cell(row), 0))
    shown = [row for row in found.get("rows") or [] if row["tokens"] == last[_cell(row)]]
    if not shown:
        return None
    return {
        "says": found["says"],
        "rows": [_row(row, facts) for row in shown[:rows]],
        "more": len(found["rows"]) - len(shown[:rows]),
    }


def _cell(row: Facts) -> tuple[Any, ...]:
    again = row["unique"] if row["arm"] == "repeats" else None
    return (*(row[name] for name in ("held_out", "grade", "arm", "size")), again)


def _row(row: Facts, facts: Facts) -> dict[str, Any]:
    told = {"value": row["loss"], "interval": row["interval"], "n": row["n"]}
    hours = None if row["seconds"] is None else row["seconds"] / HOUR
    return {**row, "told": told, "hours": hours, "unit": loss_of(facts, row["held_out"])}
