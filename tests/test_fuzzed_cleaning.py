"""A hundred thousand records as nobody should send them: no crash, even sums, and every reason holds when looked at again."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import dataqual
from dataqual import rules
from dataqual.near_duplicates import jaccard
from dataqual.recipe import Recipe
from tests import strange

RECORDS = 100_000

RECIPE = Recipe.of([{"keep": {"rules": ["gopher@datatrove", "c4@tfds"]}}, {"dedup": {"near": True}}], "fuzz")

WORDS = {
    "English": "the of and that have with be to harbour quiet morning boats grey mist dog wall post coat rain".split(),
    "Chinese": list("清晨的港口很安静小船停在从海上飘来的薄雾里一个人牵着狗沿着堤岸慢慢走过没有和他说话"),
    "Arabic": "كان الميناء هادئا في ذلك الصباح وكانت القوارب ساكنة تحت ضباب رقيق".split(),
}


def prose(rng: random.Random) -> str:
    """Sentences on lines, long enough for most rules."""
    words = WORDS[rng.choice(list(WORDS))]
    between = "" if len(words[0]) == 1 else " "
    lines = [
        between.join(rng.choices(words, k=rng.randint(5, 20))) + rng.choice([".", "。", "!", ""]) for _ in range(6)
    ]
    return "\n".join(lines)


def record(rng: random.Random, earlier: list[str]) -> bytes:
    """One line: a sound document, a strange one, a copy, or no document at all."""
    kind = rng.random()
    if kind < 0.01:
        return rng.choice(
            [b"{", b"[1]", b'{"text": 5}', b'{"text": null}', b'{"text": "\xff"}', b'{"text": "\\ud800"}', b"\x00",
             b'{"txt": ""}', b'{"text": "a\x00b"}', b'{"text": "x"', b"null", b'"text"']
        )  # fmt: skip
    if kind < 0.3:
        text = "".join(rng.choices(rng.choice(strange.ALPHABETS), k=rng.randint(0, 60)))
    elif kind < 0.4:
        text = " ".join(rng.choices(["", "one", "两", "\x00", "\u200b", "…"], k=rng.randint(0, 4)))
    elif kind < 0.6 and earlier:
        text = rng.choice(earlier) + rng.choice(["", " ", "\nOne line more of the harbour."])
    else:
        text = prose(rng)
        earlier.append(text)
    text = text.encode("utf-8", "replace").decode()
    return json.dumps({"n": rng.random(), "text": text}, ensure_ascii=rng.random() < 0.5).encode()


def records() -> Iterator[bytes]:
    rng = random.Random(11)
    earlier: list[str] = []
    for number in range(RECORDS):
        if number == RECORDS // 2:
            yield json.dumps({"text": "long " * 10_000_000}).encode()
        else:
            yield record(rng, earlier)


@pytest.mark.slow
def test_a_hundred_thousand_strange_records_are_all_accounted_for(tmp_path: Path) -> None:
    lines = list(records())
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    result = dataqual.clean(str(tmp_path / "in.jsonl"), tmp_path / "out.jsonl", recipe=RECIPE, max_unreadable=0.05)
    rows = pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet").to_dicts()

    assert result.read == RECORDS == result.kept + result.dropped + result.unreadable
    assert min(result.kept, result.dropped, result.unreadable) > 500
    gone = {row["record"] for row in rows}
    assert len(gone) == len(rows) == result.dropped + result.unreadable
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    assert (tmp_path / "out.jsonl").read_bytes() == b"\n".join([*kept, b""])

    for row in rows:
        if row["action"] == "unreadable":
            assert not readable(lines[row["record"] - 1])
    check_rules([row for row in rows if row["step"] == "keep"], lines)
    check_copies([row for row in rows if row["step"] == "dedup"], lines, gone)
    assert all(readable(line) for line in kept)


def readable(line: bytes) -> bool:
    """Whether a line holds a text, as Python's own parser sees it."""
    try:
        text = json.loads(line.decode())["text"]
        return isinstance(text, str) and bool(text.encode() or True)
    except (ValueError, KeyError, TypeError):
        return False


def text_of(lines: list[bytes], number: int) -> str:
    text: str = json.loads(lines[number - 1])["text"]
    return text


def check_rules(rows: list[dict[str, Any]], lines: list[bytes]) -> None:
    """Measured alone, far from its neighbours, each dropped document has the value that was told, out of bounds."""
    sets = [rules.load(name) for name in ("gopher@datatrove", "c4@tfds")]
    known = {f"{rule.name}@{one.name}": rule for one in sets for rule in one.rules}
    assert len({row["rule"] for row in rows}) > 5
    for name, rule in known.items():
        told = [row for row in rows if row["rule"] == name]
        values = rule.signal([text_of(lines, row["record"]) for row in told]) if told else np.zeros(0)
        np.testing.assert_allclose(values, [row["value"] for row in told], rtol=1e-12)
        assert not rule.bounds.accept(values).any()
    assert {row["rule"] for row in rows} <= set(known)


def check_copies(rows: list[dict[str, Any]], lines: list[bytes], gone: set[int]) -> None:
    """What was kept is there, earlier, and as similar as told."""
    assert {row["rule"] for row in rows} == {"exact_copies", "near_copies"}
    for row in rows:
        assert row["kept_record"] not in gone
        assert row["kept_record"] < row["record"]
        one, other = text_of(lines, row["record"]), text_of(lines, row["kept_record"])
        assert row["similarity"] == (1.0 if one == other else jaccard(one, other))
        assert row["similarity"] >= 0.8
