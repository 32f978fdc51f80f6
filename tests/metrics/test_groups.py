"""Groups against a pandas groupby."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas
import polars as pl
import pytest

from dataqual.corpus import Corpus
from dataqual.metric_reading import read
from dataqual.metrics import groups as module
from dataqual.metrics.groups import LISTED, Groups
from dataqual.rules import load

RULES = (load("c4@tfds"), load("fineweb@paper"))


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    """2,000 documents in 80 groups of uneven size, and some in none."""
    draw = np.random.default_rng(5)
    names = [f"group {number:02}" for number in (79 * draw.random(2000) ** 2).astype(int)]
    texts = ["A word. " * int(n) + "我们\n" * int(n % 3) for n in draw.integers(0, 9, 2000)]
    return pl.DataFrame({"text": texts, "group": [None if n % 50 == 0 else name for n, name in enumerate(names)]})


def test_rows_are_those_of_a_groupby_and_the_rest_is_their_sum(frame: pl.DataFrame) -> None:
    detail = read(Groups("group", RULES), Corpus.of(frame, group="group")).detail
    table = pandas.DataFrame({"group": frame["group"].to_list(), "documents": 1})
    table["bytes"] = [len(text.encode()) for text in frame["text"]]
    table["words"] = [text.count("word") * 2 + text.count("我") * 2 for text in frame["text"]]
    for rules in RULES:
        fails = [~rule.bounds.accept(rule.signal(frame["text"])) for rule in rules.rules]
        table[rules.name] = np.any(fails, axis=0)
    summed = table.groupby("group", dropna=False).sum().sort_values("documents", ascending=False)
    expected = {None if name != name else name: row for name, row in summed.astype(int).to_dict("index").items()}

    def flat(row: dict[str, Any]) -> dict[str, int]:
        return {name: row[name] for name in ("documents", "bytes", "words")} | row["fails"]

    assert len(detail["rows"]) == LISTED
    assert None in [row["value"] for row in detail["rows"]]
    assert {row["value"]: flat(row) for row in detail["rows"]} == {
        row["value"]: expected[row["value"]] for row in detail["rows"]
    }
    listed = {row["value"] for row in detail["rows"]}
    others = [row for name, row in expected.items() if name not in listed]
    assert detail["rest"]["groups"] == len(others) == detail["distinct"] - LISTED > 0
    assert flat(detail["rest"]) == {name: sum(row[name] for row in others) for name in others[0]}
    assert min(row["documents"] for row in detail["rows"]) >= max(row["documents"] for row in others)


def test_ties_go_by_name_and_the_missing_value_comes_last() -> None:
    corpus = Corpus.of(pl.DataFrame({"text": ["x"] * 5, "group": ["b", None, "", "a", "你"]}), group="group")
    rows = read(Groups("group"), corpus).detail["rows"]
    assert [row["value"] for row in rows] == ["", "a", "b", "你", None]


def test_fifty_groups_have_no_rest() -> None:
    frame = pl.DataFrame({"text": ["x"] * 50, "group": [str(n) for n in range(50)]})
    reading = read(Groups("group"), Corpus.of(frame, group="group"))
    assert (reading.value, reading.detail["rest"], len(reading.detail["rows"])) == (50, None, 50)


@pytest.mark.parametrize(("n", "value", "distinct"), [(20, 20, 20), (21, None, 20)])
def test_more_groups_than_can_be_held_are_not_tallied(
    monkeypatch: pytest.MonkeyPatch, n: int, value: int | None, distinct: int
) -> None:
    monkeypatch.setattr(module, "MOST", 20)
    frame = pl.DataFrame({"text": ["x"] * n, "group": [str(number) for number in range(n)]})
    reading = read(Groups("group"), Corpus.of(frame, group="group"))
    assert (reading.value, reading.detail["distinct"], reading.detail["overflow"]) == (value, distinct, value is None)
    assert bool(reading.detail["rows"]) == (value is not None)


def test_a_corpus_without_the_column_has_no_groups() -> None:
    assert read(Groups("group"), Corpus.of(["a"])).value == 0
