"""Checks on corpora of every kind: verdicts, counts, groups, and what cannot be told."""

from __future__ import annotations

import bz2
import json
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import dataqual
from dataqual import sample
from dataqual.checking import Checked, Suite, check
from dataqual.errors import InputError, NoDocuments, SpecError, TooManyUnreadable

TEXTS = ["one two three", "四个词语在", "", "😀", "the same words", "the same words"]


def only(source: Any, **content: Any) -> Any:
    """The outcome of one check."""
    [outcome] = check(source, [content]).outcomes
    return outcome


def test_a_share_of_documents_is_counted_and_shows_those_that_are_not_as_expected() -> None:
    outcome = only(TEXTS, signal="word_count", min=3, mostly=0.7)
    assert (outcome.status, outcome.value, outcome.n, outcome.sight.failing) == ("failed", 4 / 6, 6, 2)
    assert sorted((shown.record, shown.value) for shown in outcome.examples) == [(3, 0.0), (4, 0.0)]
    assert only(TEXTS, signal="word_count", min=3, mostly=4 / 6).status == "passed"


def test_copies_are_surveyed_once_and_told_with_what_they_are_copies_of() -> None:
    checked = check(TEXTS, [{"metric": "exact_copies", "max": 0}, {"metric": "near_copies", "max": 0}])
    exact, near = checked.outcomes
    assert (exact.status, exact.value, near.status) == ("failed", 1 / 6, "passed")
    assert [(shown.record, shown.note) for shown in exact.examples] == [(6, "a copy of record 5")]


STATISTICS = [("mean", 13 / 6), ("total", 13.0), ("min", 0.0), ("max", 5.0)]


@pytest.mark.parametrize(("statistic", "value"), STATISTICS)
def test_a_statistic_of_a_signal_is_that_of_all_documents(statistic: str, value: float) -> None:
    texts = ["a b c d e", "", "a b", "一二三", "a b", "a"]
    outcome = only(texts, signal="word_count", statistic=statistic, min=value)
    assert (outcome.status, outcome.value) == ("passed", pytest.approx(value))
    assert only(texts, signal="word_count", statistic=statistic, above=value + 0.01).status == "failed"


def test_what_is_too_small_shows_the_smallest_documents() -> None:
    outcome = only(["a b c", "a", "a b"], signal="word_count", statistic="min", min=2)
    assert [(shown.record, shown.value) for shown in outcome.examples] == [(2, 1.0), (3, 2.0), (1, 3.0)]


FRAME = {
    "text": ["a b", "c d", "e f", "g h"],
    "stars": [1, 5, 6, None],
    "lang": ["en", "zh", "zh", "xx"],
    "id": ["1", "2", "2", None],
}
COLUMNS: list[tuple[dict[str, Any], str, Any, int]] = [
    ({"column": "stars", "min": 1, "max": 5}, "failed", 2 / 3, 1),
    ({"column": "stars", "min": 1, "max": 5, "mostly": 0.6}, "passed", 2 / 3, 1),
    ({"column": "stars", "nulls": False}, "failed", 1 / 4, 1),
    ({"column": "stars", "nulls": 0.25}, "passed", 1 / 4, 1),
    ({"column": "stars", "type": "integer"}, "passed", 1.0, 0),
    ({"column": "stars", "type": "string"}, "failed", 0.0, 3),
    ({"column": "lang", "allowed": ["en", "zh"]}, "failed", 3 / 4, 1),
    ({"column": "lang", "forbidden": ["xx"]}, "failed", 3 / 4, 1),
    ({"column": "lang", "pattern": "^(en|zh)$"}, "failed", 3 / 4, 1),
    ({"column": "lang", "without": "x"}, "failed", 3 / 4, 1),
    ({"column": "lang", "length": 2}, "passed", 1.0, 0),
    ({"column": "id", "unique": True}, "failed", 1 / 3, 2),
    ({"unique": ["lang", "id"]}, "failed", 1 / 2, 2),
    ({"column": "stars", "statistic": "mean", "max": 4}, "passed", 4.0, 0),
    ({"column": "stars", "statistic": "median", "min": 5}, "passed", 5.0, 0),
    ({"column": "stars", "quantile": 0.5, "min": 5}, "passed", 5.0, 0),
    ({"column": "lang", "statistic": "distinct", "max": 2}, "failed", 3, 0),
    ({"columns": ["text", "stars"]}, "passed", 1.0, 0),
    ({"columns": ["text", "stars"], "exactly": True}, "failed", 0.0, 0),
    ({"columns": ["stars", "text"], "ordered": True}, "failed", 0.0, 0),
    ({"columns": ["text", "nothing"]}, "failed", 0.5, 0),
    ({"columns": {"max": 4}}, "passed", 4, 0),
    ({"metric": "records", "min": 4, "max": 4}, "passed", 4, 0),
]


def as_sources(tmp_path: Path) -> dict[str, Any]:
    """The same records as a frame of polars and of pandas, and as files; CSV has strings alone."""
    frame = pl.DataFrame(FRAME)
    frame.write_ndjson(tmp_path / "c.jsonl")
    frame.write_csv(tmp_path / "c.csv")
    frame.write_parquet(tmp_path / "c.parquet")
    typed = pd.DataFrame({**FRAME, "stars": pd.array([1, 5, 6, None], dtype="Int64")})
    paths = {path.name: path for path in (tmp_path / "c.jsonl", tmp_path / "c.csv", tmp_path / "c.parquet")}
    return {"polars": frame, "pandas": typed, **paths}


@pytest.mark.parametrize("kind", ["polars", "pandas", "c.jsonl", "c.csv", "c.parquet"])
def test_a_column_is_checked_alike_in_every_kind_of_source(kind: str, tmp_path: Path) -> None:
    checked = check(as_sources(tmp_path)[kind], [content for content, *_ in COLUMNS])
    found = [(o.status, o.value, o.sight.failing or 0) for o in checked.outcomes]
    wanted = [(status, pytest.approx(value), failing) for _, status, value, failing in COLUMNS]
    if kind == "c.csv":  # there a number is a string, too
        wanted[5] = ("passed", 1.0, 0)
    assert found == wanted


def test_a_table_without_a_text_is_checked_by_its_columns() -> None:
    assert check(pd.DataFrame({"n": [1, 2], "m": [3, 4]}), [{"column": "n", "max": 2}]).ok
    with pytest.raises(dataqual.DataqualError, match="cannot tell which column is the text"):
        check(pd.DataFrame({"n": [1, 2], "m": [3, 4]}), [{"signal": "word_count", "min": 1}])


def test_records_without_a_text_are_records_to_a_check_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"text": "a b", "n": 1}\n{"text": null, "n": 2}\n{"n": 3}\n')
    checked = check(path, [{"column": "text", "nulls": 0.5}, {"column": "n", "max": 3}])
    assert [(o.value, o.n) for o in checked.outcomes] == [(2 / 3, 3), (1.0, 3)]
    assert checked.outcomes[0].status == "failed"
    with pytest.raises(TooManyUnreadable):
        check(path, [{"signal": "word_count", "min": 1}])


def test_nothing_to_tell_by_never_passes() -> None:
    empty = only(pl.DataFrame({"text": ["a"], "n": pl.Series([None], dtype=pl.Int64)}), column="n", min=0)
    assert (empty.status, empty.why) == ("cannot tell", "there are no values to tell by")
    with pytest.raises(NoDocuments):
        check([], [{"metric": "documents", "min": 0}])
    with pytest.raises(NoDocuments):
        check(pl.DataFrame({"n": pl.Series([], dtype=pl.Int64)}), [{"column": "n", "min": 0}])
    words = only(pl.DataFrame({"text": ["a", "b"], "n": ["x", 1]}, strict=False), column="n", statistic="mean", min=0)
    assert words.status == "cannot tell"


def test_exit_codes_put_a_proven_violation_before_what_cannot_be_told() -> None:
    frame = pl.DataFrame({"text": ["a b"], "n": pl.Series([None], dtype=pl.Int64)})
    untold, bad, good = {"column": "n", "min": 0}, {"metric": "documents", "min": 5}, {"metric": "documents", "min": 1}
    codes = {
        name: check(frame, suite).exit_code
        for name, suite in {"u": [untold, good], "b": [untold, bad], "g": [good]}.items()
    }
    assert codes == {"u": 2, "b": 1, "g": 0}
    assert check(frame, [{**bad, "severity": "warn"}, {**untold, "severity": "warn"}]).exit_code == 0


def test_groups_are_judged_each_by_itself() -> None:
    frame = pl.DataFrame({"text": ["a b", "a b", "a", "a b"], "source": ["x", "x", "y", None]})
    outcome = only(frame, signal="word_count", min=2, by="group")
    assert {name: own.status for name, own in outcome.groups.items()} == {"x": "passed", "y": "failed", None: "passed"}
    assert outcome.status == "failed"
    assert [shown.record for shown in outcome.examples] == [3]
    values = only(frame.with_columns(n=pl.Series([1, 2, 9, 3])), column="n", max=5, by="group")
    assert {name: own.value for name, own in values.groups.items()} == {"x": 1.0, "y": 0.0, None: 1.0}
    with pytest.raises(InputError, match="no column is known for it; name one with --group"):
        only(["a"], signal="word_count", min=2, by="group")


def test_a_group_is_called_the_same_in_documents_and_in_columns(tmp_path: Path) -> None:
    rows = [{"text": "a b", "label": True, "n": 1}, {"text": "a", "label": False, "n": None}]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    suite = [{"column": "n", "nulls": False, "by": "label"}, {"signal": "word_count", "min": 2, "by": "label"}]
    for outcome in check(tmp_path / "c.jsonl", suite).outcomes:
        assert {name: own.status for name, own in outcome.groups.items()} == {"true": "passed", "false": "failed"}


def test_a_column_in_a_list_is_looked_at_where_its_name_leads() -> None:
    chats = [{"text": "a", "turns": [{"said": "x"}]}, {"text": "b", "turns": [{"said": None}]}]
    outcome = only(chats, column="turns.0.said", nulls=0.1)
    assert (outcome.value, [shown.record for shown in outcome.examples]) == (0.5, [2])


def test_a_damaged_file_is_told_in_one_line_whatever_is_asked(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1, and no more")
    for content in ({"columns": ["text"]}, {"metric": "documents", "min": 1}):
        with pytest.raises(NoDocuments, match="damaged parquet"):
            check(tmp_path / "x.parquet", [content], text="text")


def test_a_sample_fails_only_if_its_whole_interval_is_beyond_the_bound() -> None:
    texts = ["a b"] * 90 + ["a"] * 10
    content = {"signal": "word_count", "min": 2, "mostly": 0.95}
    assert only(texts, **content).status == "failed"
    sampled = only(texts, **content, sampled=True)
    assert (sampled.status, sampled.sure) == ("passed", False)
    assert sampled.interval == pytest.approx((0.8238, 0.9510), abs=1e-4)  # Clopper and Pearson, of scipy's binomtest
    assert only(texts * 10, **content, sampled=True).status == "failed"
    assert only(texts, **content, sampled=True, unsure="cannot tell").status == "cannot tell"
    assert only(texts, **content, sampled=True, unsure="fail").status == "failed"


SUITE = [
    {"metric": "near_copies", "max": 0.01},
    {"metric": "mojibake", "max": 0},
    {"signal": "word_count", "min": 20, "mostly": 0.95, "by": "group"},
    {"rules": "gopher@dolma", "mostly": 0.5},
    {"column": "id", "unique": True},
    {"signal": "word_count", "quantile": 0.5, "min": 500},
]


@pytest.fixture(scope="module")
def sampled() -> Checked:
    """A suite that mostly fails, on the sample corpus."""
    return check(sample.path(), SUITE)


def test_any_number_of_workers_sees_the_same(sampled: Checked) -> None:
    assert check(sample.path(), SUITE, workers=1).facts() == sampled.facts()


def test_the_facts_are_json_and_hold_every_check_with_its_evidence(sampled: Checked) -> None:
    facts = json.loads(json.dumps(sampled.facts(), allow_nan=False))
    assert [(one["name"], one["status"]) for one in facts["checks"]][:2] == [
        ("near_copies", "failed"),
        ("mojibake", "failed"),
    ]
    example = facts["checks"][1]["examples"][0]
    assert example["line"] == example["record"]
    assert example["marks"]
    assert [one.expected for one in Suite.of(facts["suite"]).checks] == [one["expected"] for one in facts["checks"]]
    assert "ann" not in json.dumps(facts["checks"][4])


def test_what_is_private_is_masked_in_examples() -> None:
    checked = check(["write to ann.lee@example.com"] * 2, [{"metric": "email_addresses", "max": 0}])
    assert "ann.lee" not in str(checked) + json.dumps(checked.facts()) + checked._repr_html_()
    assert "a••••••@•••••••.com" in str(checked)


def test_every_document_that_is_not_as_expected_is_in_the_ledger(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": ["a b", "a", "a b", "x y"], "n": [1, 9, 2, 9]})
    suite = [{"signal": "word_count", "min": 2}, {"column": "n", "max": 5}, {"metric": "exact_copies", "max": 0}]
    check(frame, suite, ledger=tmp_path / "l.parquet")
    rows = pl.read_parquet(tmp_path / "l.parquet").select(
        "record", "action", "rule", "value", "threshold", "kept_record"
    )
    assert rows.rows() == [
        (2, "failed", "word_count", 1.0, ">= 2", None),
        (2, "failed", "n range: n", None, "<= 5", None),
        (4, "failed", "n range: n", None, "<= 5", None),
        (3, "failed", "exact_copies", None, None, 1),
    ]
    check(["a b"], suite[:1], ledger=tmp_path / "none.parquet")
    assert pl.read_parquet(tmp_path / "none.parquet").height == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["l.parquet", "none.parquet"]
    with pytest.raises(SpecError, match=r"a ledger is a \.parquet file"):
        check(["a b"], suite[:1], ledger=tmp_path / "l.csv")


def test_the_command_that_mends_it_makes_it_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.jsonl").write_text('{"text": "one two"}\n{"text": "one"}\n{"text": "one two"}\n')
    suite = [{"metric": "exact_copies", "max": 0}, {"signal": "word_count", "min": 2}]
    copies, words = check("c.jsonl", suite).failures
    checked = check("c.jsonl", suite)
    assert checked.mend(copies) == "dataqual clean c.jsonl -o c.clean-exact_copies.jsonl --drop exact_copies"
    assert checked.mend(words) == (
        "echo '{steps: [{keep: {signal: word_count, min: 2}}]}' > word-count.yaml && "
        "dataqual clean c.jsonl -o c.clean-word-count.jsonl --recipe word-count.yaml"
    )
    Path("word-count.yaml").write_text("{steps: [{keep: {signal: word_count, min: 2}}]}")
    dataqual.clean("c.jsonl", "d.jsonl", recipe="word-count.yaml")
    assert check("d.jsonl", suite[1:]).ok


def test_strange_documents_are_checked_like_any_other() -> None:
    strange = ["", "\x00", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "中" * 10_000, " \n\t"]
    assert check(strange, [{"signal": "word_count", "max": 20_000}, {"metric": "exact_copies", "max": 1}]).ok
    assert check(["only one"], [{"signal": "word_count", "quantile": 0.5, "min": 2}]).ok


def test_what_mends_a_packed_file_names_an_output_that_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "k.jsonl.bz2"
    path.write_bytes(bz2.compress(b'{"text": ""}\n{"text": "a"}\n'))
    checked = check(path, [{"metric": "empty", "max": 0}])
    assert checked.mend(checked.outcomes[0]) == f"dataqual clean {path} -o k.clean-empty.jsonl.bz2 --drop empty"
