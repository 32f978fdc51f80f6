"""`dataqual.checks`: plain callables, gates, the fixture for pytest, and what a frame of each kind gives."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import dataqual
from dataqual import checks
from dataqual.errors import CheckFailed, InputError, SpecError

pytest_plugins = ["pytester"]
TEXTS = ["one two", "三个词", "one"]


class HasPolars:
    """What can be had as a polars frame."""

    def to_polars(self) -> pl.DataFrame:
        return pl.DataFrame({"text": TEXTS})


class Dataset:
    """What is used of `datasets.Dataset`, for that package is not installed here: with_format("polars")[first:last] is a
    frame (https://huggingface.co/docs/datasets/use_with_polars)."""

    def __init__(self, frame: pl.DataFrame, kind: str = "") -> None:
        self._frame, self._kind = frame, kind
        self.column_names = frame.columns
        self.asked: list[int] = []

    def with_format(self, kind: str) -> Dataset:
        made = Dataset(self._frame, kind)
        made.asked = self.asked
        return made

    def __len__(self) -> int:
        return self._frame.height

    def __getitem__(self, rows: slice) -> pl.DataFrame:
        assert self._kind == "polars"
        found = self._frame[rows]
        self.asked.append(found.height)
        return found

    def to_polars(self) -> pl.DataFrame:
        raise AssertionError("the whole of it is not to be had at once")


def sources(folder: Path) -> list[Any]:
    pl.DataFrame({"text": TEXTS}).write_ndjson(folder / "c.jsonl")
    frames = [pl.DataFrame({"text": TEXTS}), pd.DataFrame({"text": TEXTS})]
    return [
        folder / "c.jsonl",
        str(folder / "c.jsonl"),
        TEXTS,
        *frames,
        HasPolars(),
        Dataset(frames[0]),
        dataqual.read(folder / "c.jsonl"),
    ]


def test_a_check_is_called_on_whatever_holds_documents(tmp_path: Path) -> None:
    check = checks.signal("word_count", min=2, mostly=0.6)
    strict = checks.signal("word_count", min=2)
    for source in sources(tmp_path):
        assert check(source).ok is True
        assert [o.value for o in strict(source).failures] == [2 / 3]


def test_a_dataset_is_read_slice_by_slice_and_gives_what_a_frame_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.readers.sliced.ROWS", 7)
    days = [dt.date(2026, 1, 1 + n % 28) for n in range(60)]
    said = [f"two words {n % 50}" if n % 5 else None for n in range(60)]
    frame = pl.DataFrame({"said": said, "day": days, "n": range(60), "kind": ["a", "一"] * 30})
    suite: Any = [
        {"signal": "word_count", "min": 3},
        {"metric": "exact_copies", "max": 0},
        {"column": "day", "min": "2026-01-02", "type": "date"},
        {"columns": ["said", "n"]},
        {"unique": ["n", "kind"]},
        {"signal": "word_count", "min": 3, "by": "label"},
    ]
    asked: dict[str, Any] = {"text": "said", "label": "kind", "max_unreadable": 0.5}
    dataset = Dataset(frame)
    found, same = (checks.suite(suite)(source, **asked).facts() for source in (dataset, frame))
    assert [one["seen"] for one in found["checks"]] == [one["seen"] for one in same["checks"]]
    assert found["checks"][1]["value"] > 0
    assert found["corpus"]["documents"] == 48
    assert max(dataset.asked[1:]) <= 7
    [only] = checks.column("n", max=59)(Dataset(frame[["n"]])).outcomes  # a table need have no text
    assert only.status == "passed"


def test_every_subject_has_a_function_and_they_go_together() -> None:
    frame = pl.DataFrame({"text": TEXTS, "n": [1, 2, 3], "id": ["a", "b", "c"]})
    all_of_them = (
        checks.metric("documents", min=3)
        & checks.rules("c4@tfds", mostly=0)
        & checks.column("n", min=1, max=3, nulls=False)
        & checks.columns(["text", "n"])
        & checks.unique(["n", "id"])
        & checks.suite([{"metric": "mojibake", "max": 0}])
    )
    checked = all_of_them(frame)
    assert checked.ok, str(checked)
    assert len(checked.outcomes) == 7
    with pytest.raises(SpecError, match="no signal 'wordcount'; did you mean 'word_count'"):
        checks.signal("wordcount", min=1)


def test_a_gate_does_not_use_up_what_comes_once() -> None:
    @checks.gate([{"metric": "documents", "min": 1}])
    def extract() -> Any:
        yield from TEXTS

    with pytest.raises(
        InputError, match=r"^a gate would use up this generator, which comes once; give it a list or a frame$"
    ):
        extract()


def test_a_gate_around_a_function_checks_what_it_returns() -> None:
    told = []

    @checks.gate([{"metric": "documents", "min": 2}], told=told.append)
    def extract(n: int) -> list[str]:
        """Texts."""
        return TEXTS[:n]

    assert extract(2) == TEXTS[:2]
    assert (extract.__name__, extract.__doc__) == ("extract", "Texts.")
    with pytest.raises(CheckFailed, match="documents"):
        extract(1)
    assert [checked.ok for checked in told] == [True, False]


def test_a_gate_before_a_function_keeps_it_from_running() -> None:
    ran = []

    @checks.gate([{"metric": "documents", "min": 2}], argument="texts")
    def train(texts: list[str], epochs: int = 1) -> None:
        ran.append(len(texts))

    train(TEXTS, epochs=2)
    with pytest.raises(CheckFailed):
        train(texts=["one"])
    assert ran == [3]
    with pytest.raises(SpecError, match="no argument 'tex'; did you mean 'texts'"):
        checks.gate([{"metric": "documents", "min": 2}], argument="tex")(train)


def test_a_gate_is_a_context_too_and_reads_its_suite_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such file or folder"):
        checks.gate(tmp_path / "none.yaml")
    with checks.gate([{"metric": "documents", "min": 2}]) as passing:
        assert passing(TEXTS) is TEXTS
    with pytest.raises(CheckFailed), checks.gate([{"metric": "documents", "min": 9}]) as passing:
        passing(TEXTS)


def test_a_notebook_shows_a_table_in_which_nothing_of_the_corpus_is_markup() -> None:
    shown = checks.signal("word_count", min=9)(["<script>alert(1)</script>"])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def plugin() -> tuple[str, ...]:
    """What makes pytest know our plugin where this package is not installed, which tells it by an entry point."""
    name = "dataqual.adapters.pytest_plugin"
    known = any(entry.value == name for entry in entry_points(group="pytest11"))
    return () if known else ("-p", name)


def test_the_fixture_fails_a_test_with_what_is_wrong(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", suite="checks:\n  - {signal: word_count, min: 2}\n")
    pytester.makefile(".jsonl", good='{"text": "one two"}', bad='{"text": "one"}')
    pytester.makepyfile(
        """
        def test_good(assert_corpus):
            assert assert_corpus("good.jsonl", "suite.yaml").ok

        def test_bad(assert_corpus):
            assert_corpus("bad.jsonl", "suite.yaml")
        """
    )
    result = pytester.runpytest_inprocess(*plugin(), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*AssertionError: bad.jsonl: 1 document, 1 check: 1 failed*", "*seen: *0 % of 1 documents*"]
    )


def test_the_fixture_compares_with_the_baseline_of_the_command_line(pytester: pytest.Pytester) -> None:
    checks.signal("word_count", min=2, mostly=0)(["one two"] * 50).save(pytester.path / "b.json")
    pytester.makepyfile('def test_it(assert_corpus):\n    assert_corpus(["one"] * 50)\n')
    options = (*plugin(), "--dataqual-baseline", "b.json")
    pytester.runpytest_inprocess(*options).assert_outcomes(failed=1)
