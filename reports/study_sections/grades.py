"""What each grade is worth: a matrix of grades and held-out sets, drawn as a forest on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reports import say
from reports.study_sections.facts import Facts, others, unit_of


def worth(facts: Facts, grades: Sequence[str], held: Sequence[Facts]) -> dict[str, Any]:
    """The matrix of grades and held-out sets, and the scale that its forest shares."""
    described = (facts.get("data") or {}).get("grades") or {}
    groups: list[dict[str, Any]] = []
    for grade in grades:
        rows = [(h["name"], dict(others(h["exchange"]))[grade]) for h in held if grade in dict(others(h["exchange"]))]
        references = [h["name"] for h in held if str(h["exchange"].get("reference")) == grade]
        groups.append(
            {"grade": grade, "about": described.get(grade) or {}, "rows": rows, "reference": bool(references)}
        )
    readings = [cell.get(k) for g in groups for _, cell in g["rows"] for k in ("q", "net_worth")]
    found = [cell.get("gpu_hours_saved") for g in groups for _, cell in g["rows"]]
    part, unit = say.time_unit(max((abs(f["value"]) for f in found if _known(f)), default=0), unit_of(facts))
    return {
        "groups": groups,
        "scale": Scale.over(readings),
        "any": any(g["rows"] for g in groups),
        "saved": unit if any(map(_known, found)) else None,
        "hours": lambda reading: scaled(reading, 1 / part),
    }


def _known(reading: Facts | None) -> bool:
    return (reading or {}).get("value") is not None


def scaled(reading: Facts | None, times: float) -> dict[str, Any]:
    """An estimate in another unit.

    >>> scaled({"value": 0.5, "interval": [0.25, None]}, 60)
    {'value': 30.0, 'interval': [15.0, None]}
    """
    value, *ends = [
        x if x is None else x * times for x in ((reading or {}).get("value"), *((reading or {}).get("interval") or []))
    ]
    return {"value": value, "interval": ends or None}


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale of multipliers on which 1 is always seen."""

    low: float
    high: float

    @classmethod
    def over(cls, readings: Iterable[Facts | None]) -> Scale:
        """From the power of two below the least to the one above the most of values and ends, at most 1/64 to 64."""
        known = [1.0]
        for reading in readings:
            for end in [(reading or {}).get("value"), *((reading or {}).get("interval") or [])]:
                if end is not None and math.isfinite(end) and end > 0:
                    known.append(min(max(float(end), 1 / 64), 64.0))
        low, high = math.floor(math.log2(min(known)) - 0.1), math.ceil(math.log2(max(known)) + 0.1)
        return cls(2.0 ** min(low, -1), 2.0 ** max(high, 1))

    def at(self, value: float | None) -> str:
        """Where a multiplier lies, as a CSS length; what is out of reach, or unknown, at the nearer end.

        >>> Scale(0.25, 4).at(1), Scale(0.25, 4).at(0.5), Scale(0.25, 4).at(100)
        ('50.00%', '25.00%', '100.00%')
        """
        value = min(max(value if value is not None and value > 0 else self.low, self.low), self.high)
        return say.percent(math.log(value / self.low), math.log(self.high / self.low))

    def ticks(self) -> list[tuple[str, str]]:
        """Powers of two with their places, five at most."""
        low, high = round(math.log2(self.low)), round(math.log2(self.high))
        step = max(1, math.ceil((high - low) / 4))
        powers = [p for p in range(low, high + 1) if p % step == 0]
        return [(f"{2**p}" if p >= 0 else f"1/{2**-p}", self.at(2.0**p)) for p in powers]
