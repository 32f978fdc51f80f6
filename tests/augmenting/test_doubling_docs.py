"""The figures of docs/augment.md on doubling a rare class are those that benchmarks/doubling.py wrote."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = (ROOT / "benchmarks/results/doubling.md").read_text(encoding="utf-8")
QUOTES = [line[2:] for line in RESULTS.splitlines() if line.startswith("> ")]


def test_what_the_benchmark_says_stands_in_the_docs_word_for_word() -> None:
    docs = " ".join((ROOT / "docs/augment.md").read_text(encoding="utf-8").split())
    assert len(QUOTES) == 3
    assert [quote for quote in QUOTES if quote not in docs] == []


def test_what_it_says_are_the_numbers_of_its_table() -> None:
    rows = [re.split(r" \| ", line.strip("| ")) for line in RESULTS.splitlines() if line.startswith("| ")]
    head, *rows = rows
    table = {name: dict(zip(head[1:], cells, strict=True)) for name, *cells in rows}
    for quote, name in zip(QUOTES, ("600 of 3,000", "1,500 of 7,500"), strict=False):
        plain, single = table[f"{name}, as it is"], table[f"{name}, most=1"]
        assert f"{plain['added']} of {plain['wanted']}" in quote
        assert f"(`--set most=1`) {single['added']}." in quote
        places = [[row[column] for column in ("in one place", "two", "three")] for row in (plain, single)]
        assert re.findall(r"\d+ %", quote) == places[0] + places[1]
        assert (
            f"{plain['near copies of a sibling']} are near copies of a sibling and {plain['of the parent']} of" in quote
        )
