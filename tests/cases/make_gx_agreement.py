"""Writes gx_agreement.json: columns of every kind, and checks that are made of each of them: python make_gx_agreement.py"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAN = "NaN"
"""JSON has none; the tests put the number there."""

COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "whole numbers with ties": ("int64", [1, 2, 2, 3, 5, 10]),
    "fractions, one NaN": ("float64", [0.1, 0.2, 0.30000000000000004, 0.3, 1.0, NAN]),
    "nullable integers": ("Int64", [1, None, 3, 3, None]),
    "huge and negative zero": ("float64", [-1.5, 0.0, -0.0, 2.5, 1e300, -1e300]),
    "infinite": ("float64", [1.0, "Infinity", "-Infinity", NAN]),
    "strings": ("str", ["a", "b", "b", "", "é", "中文", " a", None]),
    "objects": ("object", ["a", "b", None, "b"]),
    "mixed types": ("object", [1, "1", 1.0, None, True, "a"]),
    "truth values": ("bool", [True, False, True]),
    "truth values and null": ("object", [True, None, False]),
    "emoji and marks": ("str", ["😀", "👩‍👩‍👧", "e\u0301", "é", "﷽", "\u200b"]),
    "line ends": ("str", ["a\nb", "a", "\n", "b\r\n", "a$", "A"]),
    "digits of many scripts": ("str", ["1", "٣", "１", "12", "0x1", "1.0"]),
    "dates": ("datetime64[ns]", ["2024-01-01", "2024-02-29", "2023-12-31", None]),
    "dates as strings": ("str", ["2024-01-01", "2024-02-29", "2023-12-31", None]),
    "nothing but nulls": ("object", [None, None]),
    "empty": ("float64", []),
    "one value": ("int64", [7]),
    "whole numbers as floats": ("float64", [1.0, 2.0, 2.0]),
    "categories": ("category", ["x", "y", "x", None]),
    "tenths": ("float64", [n / 10 for n in range(10)]),
}

RANGES: list[dict[str, Any]] = [
    {"min": 1}, {"max": 3}, {"min": 1, "max": 3}, {"above": 1, "below": 3}, {"min": 0.1, "max": 0.3}, {"above": 0.1},
    {"below": 0.3}, {"min": 2, "max": 2}, {"above": -1e300}, {"max": 0}, {"min": 0, "below": 0.5},
]  # fmt: skip
DATES = [{"min": "2024-01-01"}, {"max": "2024-01-01"}, {"above": "2023-12-31", "below": "2024-02-29"}]
WHOLE = [{"nulls": False}, {"nulls": 0.25}, {"nulls": 0.4}, {"nulls": False, "mostly": 0.6}, {"unique": True}]
SETS = [
    {"allowed": [1, 2, 3]}, {"allowed": ["a", "b"]}, {"allowed": ["1", 1]}, {"forbidden": ["b", 2]}, {"allowed": [True]},
    {"allowed": []}, {"forbidden": []}, {"allowed": [0.3]}, {"allowed": ["é", "中文"]}, {"forbidden": [0]},
]  # fmt: skip
PATTERNS = [
    "^a", "a$", r"^\w+$", r"\d", ".", "^$", "(?i)a", "^(?=.*a)", "中", "^.$", r"\Aa\Z", r"[^\x00-\x7f]", r"\bb\b", "(a)(b)?",
    r"^\s*$", "1|2", r"^\d{4}-\d{2}-\d{2}$", "[é-ü]",
]  # fmt: skip
LENGTHS = [
    {"length": 1},
    {"length": {"min": 1, "max": 2}},
    {"length": {"above": 1}},
    {"length": 0},
    {"length": {"below": 3}},
]
TYPES = [{"type": name} for name in ("string", "integer", "float", "boolean", "number")]
NUMBERS = [
    {"statistic": name, **ends}
    for name in ("mean", "median", "min", "max", "total", "deviation", "distinct", "distinct_share")
    for ends in ({"min": 2}, {"max": 2}, {"min": 0.5, "max": 1.0}, {"above": 2}, {"below": 2})
] + [{"quantile": q, "min": 1, "max": 3} for q in (0.0, 0.1, 0.25, 0.5, 0.9, 1.0)]
SHARES = [{**ends, "mostly": m} for ends in RANGES[:5] for m in (0.0, 1 / 3, 0.5, 2 / 3, 0.6, 0.7, 0.8, 0.9)]

CHECKS = [
    *RANGES, *DATES, *WHOLE, {"unique": True, "mostly": 0.5}, *SETS, *({"pattern": p} for p in PATTERNS),
    {"without": "b"}, {"without": r"\d", "mostly": 0.5}, *LENGTHS, *TYPES, *NUMBERS, *SHARES,
]  # fmt: skip

DIFFERENT = [
    [
        "truth values and null",
        {"type": "integer"},
        "to Python, and to great-expectations, True is an int; to JSON and us not",
    ],
    [
        "truth values and null",
        {"type": "number"},
        "to Python, and to great-expectations, True is an int; to JSON and us not",
    ],
    ["mixed types", {"type": "integer"}, "to Python, and to great-expectations, True is an int; to JSON and us not"],
    ["mixed types", {"type": "number"}, "to Python, and to great-expectations, True is an int; to JSON and us not"],
    ["categories", {"type": "string"}, "great-expectations asks for the type of the column, we for that of its values"],
    [
        "nullable integers",
        {"type": "integer"},
        "great-expectations asks for the type of the column, and knows no Int64",
    ],
    ["nullable integers", {"type": "number"}, "great-expectations asks for the type of the column, and knows no Int64"],
    [
        "dates",
        {"pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "pandas writes times without their time of day where all are at midnight",
    ],
]

if __name__ == "__main__":
    table = {"columns": COLUMNS, "checks": CHECKS, "different": DIFFERENT}
    text = json.dumps(table, ensure_ascii=False, indent=1)
    Path(__file__).with_name("gx_agreement.json").write_text(text + "\n", encoding="utf-8")
