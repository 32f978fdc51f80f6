"""laws.json: the laws of every held-out set, in one shape whoever fitted them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]

SCHEMA = "laws@1"


def laws_json(laws: Mapping[str, Sequence[Facts]], notes: Sequence[str], **more: Any) -> dict[str, Any]:
    """A row per held-out set and law as study.json has it, but `objective` is Huber's alone, as published fits state it.

    Residuals are plain numbers, in the order of the runs that the law was fitted to.
    """
    rows = [{"held_out": held_out, **_row(law)} for held_out, found in laws.items() for law in found]
    return {"schema": SCHEMA, **more, "notes": list(notes), "laws": rows}


def _row(law: Facts) -> dict[str, Any]:
    both = law["objective"]
    residuals = [row["residual"] if isinstance(row, Mapping) else row for row in law["residuals"]]
    own = {"objective": both["huber"], "objective_least_squares": both["least_squares"], "residuals": residuals}
    return {**law, **own}
