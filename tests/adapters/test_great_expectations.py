"""great-expectations: the same verdicts and counts where a check has an equal, and our own expectations in its results."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataqual.checking import Suite, check
from dataqual.errors import SpecError

dq = pytest.importorskip(
    "dataqual.adapters.great_expectations", reason="needs the extra: pip install '.[checks]' -c constraints.txt"
)

TABLE = json.loads((Path(__file__).parents[1] / "cases" / "gx_agreement.json").read_text(encoding="utf-8"))
WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": -float("inf")}
Validate = Callable[[pd.DataFrame, Any], list[Any]]


@pytest.fixture(scope="module")
def validate() -> Validate:
    """What great-expectations says of a frame and expectations, one context for all: making one takes long."""
    context = dq.gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    definition = asset.add_batch_definition_whole_dataframe("whole")

    def run(frame: pd.DataFrame, expectations: Any) -> list[Any]:
        suite = dq.gx.ExpectationSuite(name="s", expectations=list(expectations))
        results = definition.get_batch({"dataframe": frame}).validate(suite).results
        assert len(results) == len(suite.expectations)
        return list(results)

    return run


def series(dtype: str, values: list[Any]) -> pd.Series:
    found = [WORDS.get(value, value) if isinstance(value, str) and dtype == "float64" else value for value in values]
    return pd.Series(pd.to_datetime(found)) if dtype.startswith("datetime") else pd.Series(found, dtype=dtype)


def raised(result: Any) -> bool:
    info = result.exception_info or {}
    found = [info] if "raised_exception" in info else list(info.values())
    return any(one.get("raised_exception") for one in found if isinstance(one, dict))


def disagreements(frame: pd.DataFrame, contents: list[dict[str, Any]], validate: Validate) -> tuple[list[str], int]:
    """Where verdict or count differ, in words, and how many were compared.

    Two differences are meant: where there is no value, theirs passes and ours cannot tell; where theirs raises for types
    that cannot be compared, ours counts such values as not as expected.
    """
    asked = []
    for content in contents:
        try:
            [expectation] = dq.to_gx([content]).expectations
        except SpecError:
            continue
        asked.append((content, expectation))
    ours = check(frame, Suite.of([content for content, _ in asked]), text=str(frame.columns[0])) if len(frame) else None
    found = []
    for at, (content, expectation) in enumerate(asked):
        [theirs] = validate(frame, [expectation])
        if ours is None or ours.outcomes[at].status == "cannot tell":
            assert (
                theirs.result.get("observed_value") in (None, 0)
                or not frame["c"].notna().any()
                or "statistic" in content
            )
            continue
        if raised(theirs):
            continue
        outcome = ours.outcomes[at]
        count = theirs.result.get("unexpected_count")
        if (outcome.status == "passed") != bool(theirs.success) or count not in (None, outcome.sight.failing):
            found.append(f"{content}: ours {outcome.status}, {outcome.sight.failing}; theirs {theirs.success}, {count}")
    return found, len(asked)


@pytest.mark.parametrize("name", ["mixed types", "strings", "fractions, one NaN", "nothing but nulls"])
def test_verdicts_and_counts_are_the_same_as_theirs(name: str, validate: Validate) -> None:
    agree(name, validate, every=4)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE["columns"])
def test_verdicts_and_counts_are_the_same_as_theirs_over_the_whole_table(name: str, validate: Validate) -> None:
    agree(name, validate)


def agree(name: str, validate: Validate, every: int = 1) -> None:
    frame = pd.DataFrame({"c": series(*TABLE["columns"][name])})
    meant = [content for column, content, _ in TABLE["different"] if column == name]
    contents = [{"column": "c", **content} for content in TABLE["checks"][::every] if content not in meant]
    found, compared = disagreements(frame, contents, validate)
    assert found == []
    assert compared > 90 / every


@pytest.mark.parametrize(("name", "content", "why"), TABLE["different"])
def test_a_difference_that_is_meant_is_one(name: str, content: dict[str, Any], why: str, validate: Validate) -> None:
    found, _ = disagreements(
        pd.DataFrame({"c": series(*TABLE["columns"][name])}), [{"column": "c", **content}], validate
    )
    assert len(found) == 1, why


values = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=12),
    st.lists(st.one_of(st.none(), st.floats(-3, 3), st.just(0.5)), min_size=1, max_size=12),
    st.lists(st.one_of(st.none(), st.text("ab1 é中\n", max_size=3)), min_size=1, max_size=12),
)
contents = st.lists(st.sampled_from([c for c in TABLE["checks"] if "type" not in c]), min_size=3, max_size=3)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=values, asked=contents)
def test_any_column_is_judged_as_they_do(column: list[Any], asked: list[dict[str, Any]], validate: Validate) -> None:
    frame = pd.DataFrame({"c": pd.Series(column)})
    found, _ = disagreements(frame, [{"column": "c", **content} for content in asked], validate)
    assert found == []


TABLES: list[dict[str, Any]] = [
    {"columns": ["text", "n"]},
    {"columns": ["text"]},
    {"columns": ["text"], "exactly": True},
    {"columns": ["text", "n", "m"]},
    {"columns": ["text", "n"], "exactly": True, "ordered": True},
    {"columns": ["n", "text"], "exactly": True, "ordered": True},
    {"columns": {"min": 2, "max": 2}},
    {"columns": {"above": 2}},
    {"metric": "records", "min": 3, "max": 3},
    {"metric": "documents", "above": 3},
    {"unique": ["text", "n"]},
]


def test_checks_of_a_table_are_judged_as_they_do(validate: Validate) -> None:
    frame = pd.DataFrame({"text": ["a", "a", "b"], "n": [1, 1, 1]})
    ours = check(frame, TABLES)
    for outcome, content in zip(ours.outcomes, TABLES, strict=True):
        [theirs] = validate(frame, dq.to_gx([content]).expectations)
        assert (outcome.status == "passed") == theirs.success, content
        assert theirs.result.get("unexpected_count") in (None, outcome.sight.failing), content


TEXTS = pd.DataFrame({"text": ["one two three", "one two three", "a", None, "四个词语在"]})
OWN: list[tuple[Callable[[], Any], bool, Any]] = [
    (lambda: dq.ExpectTextWordCountToBeBetween(column="text", min_value=2), False, 1),
    (lambda: dq.ExpectTextWordCountToBeBetween(column="text", min_value=2, mostly=0.75), True, 1),
    (lambda: dq.ExpectTextWordCountToBeBetween(column="text", min_value=1, strict_min=True), False, 1),
    (lambda: dq.ExpectTextCharacterCountToBeBetween(column="text", max_value=5), False, 2),
    (lambda: dq.ExpectTextSignalToBeBetween(column="text", signal="han_share", max_value=0.5), False, 1),
    (lambda: dq.ExpectTextSignalToBeBetween(column="text", signal="word_count", parameters={"cut": "whitespace"}, max_value=1), False, 2),
    (lambda: dq.ExpectTextToPassRules(column="text", rules="gopher@dolma", mostly=0.0), True, 4),
    (lambda: dq.ExpectExactDuplicateShareToBeLessThan(column="text", max_value=0.2), False, 0.25),
    (lambda: dq.ExpectExactDuplicateShareToBeLessThan(column="text", max_value=0.25), True, 0.25),
    (lambda: dq.ExpectNearDuplicateShareToBeLessThan(column="text", max_value=0.1), True, 0.0),
    (lambda: dq.ExpectCorpusCheckToBeBetween(column="text", check={"signal": "word_count", "statistic": "max"}, max_value=4), False, 5),
]  # fmt: skip


def test_our_expectations_judge_a_batch_of_theirs(validate: Validate) -> None:
    for make, success, seen in OWN:
        [result] = validate(TEXTS, [make()])
        assert not raised(result), result.exception_info
        found = result.result.get("unexpected_count", result.result.get("observed_value"))
        assert (result.success, found) == (success, seen), result.expectation_config.type


def test_every_expectation_of_ours_has_a_sentence(validate: Validate) -> None:
    from great_expectations.render.renderer.inline_renderer import InlineRenderer

    for make, _, _ in OWN:
        [result] = validate(TEXTS, [make()])
        [block] = make()._prescriptive_renderer(configuration=result.expectation_config)
        assert block.to_json_dict()["string_template"]["template"].startswith("$column ")
        shown = InlineRenderer(result.expectation_config).get_rendered_content()
        assert any("text" in json.dumps(one.to_json_dict()) for one in shown)


SUITE: list[dict[str, Any]] = [
    {"metric": "records", "min": 2, "max": 9},
    {"metric": "near_copies", "max": 0.1},
    {"metric": "mojibake", "max": 0.1},
    {"signal": "word_count", "with": {"cut": "whitespace"}, "min": 2, "mostly": 0.5, "severity": "warn"},
    {"signal": "word_count", "quantile": 0.5, "min": 1, "max": 9},
    {"rules": "gopher@dolma", "mostly": 0.1, "about": "Why."},
    {"column": "n", "nulls": 0.5},
    {"column": "n", "min": 1, "below": 5},
    {"column": "n", "unique": True},
    {"column": "n", "statistic": "mean", "max": 3},
    {"column": "n", "quantile": 0.5, "min": 1, "max": 3},
    {"column": "n", "type": ["integer"]},
    {"column": "text", "pattern": "^a", "mostly": 0.1},
    {"column": "text", "length": {"min": 1, "max": 9}},
    {"column": "text", "allowed": ["a", "b"]},
    {"unique": ["text", "n"]},
    {"columns": ["text", "n"], "exactly": True, "ordered": True},
]


def test_a_suite_goes_to_theirs_and_comes_back_the_same() -> None:
    ours = Suite.of(SUITE)
    theirs = dq.to_gx(ours, name="both")
    again = dq.from_gx(theirs)
    assert [(c.expected, c.severity, c.about) for c in again.checks] == [
        (c.expected, c.severity, c.about) for c in ours.checks
    ]
    stored = dq.gx.ExpectationSuite(**json.loads(json.dumps(theirs.to_json_dict())))  # as it lies in a store of theirs
    assert [c.expected for c in dq.from_gx(stored).checks] == [c.expected for c in ours.checks]


def test_a_share_of_values_that_may_be_null_comes_over() -> None:
    theirs = [
        dq.gxe.ExpectColumnValuesToNotBeNull(column="n", mostly=0.9),
        dq.gxe.ExpectColumnValuesToNotBeNull(column="n"),
    ]
    ours = dq.from_gx(dq.gx.ExpectationSuite(name="s", expectations=theirs))
    assert [check.bounds.max for check in ours.checks] == [0.1, 0.0]


def test_what_has_no_like_is_an_error_that_says_so() -> None:
    sampled = {"signal": "word_count", "min": 1, "sampled": True}
    for content in (sampled, {"signal": "word_count", "min": 1, "by": "group"}, {"metric": "unreadable", "max": 0}):
        with pytest.raises(SpecError, match="great-expectations has no like"):
            dq.to_gx([content])
    with pytest.raises(SpecError, match="no check of dataqual is equal to it"):
        dq.from_gx(
            dq.gx.ExpectationSuite(name="s", expectations=[dq.gxe.ExpectColumnValuesToBeJsonParseable(column="c")])
        )


def test_signals_become_columns_and_null_where_the_text_is() -> None:
    made = dq.with_signals(TEXTS, ["word_count", {"signal": "word_count", "with": {"cut": "whitespace"}}])
    assert made["word_count"].tolist()[:3] == [3, 3, 1]
    assert made["word_count"].isna().tolist() == [False, False, False, True, False]
    assert made["word_count(cut=whitespace)"].tolist()[4] == 1
    assert list(TEXTS.columns) == ["text"]


@pytest.mark.slow
def test_a_checkpoint_and_data_docs_show_our_expectations(tmp_path: Path) -> None:
    context = dq.gx.get_context(mode="file", project_root_dir=tmp_path)
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    definition = asset.add_batch_definition_whole_dataframe("whole")
    suite = context.suites.add(
        dq.to_gx([{"metric": "near_copies", "max": 0.1}, {"signal": "word_count", "min": 2}], name="texts")
    )
    validation = dq.gx.ValidationDefinition(name="v", data=definition, suite=suite)
    checkpoint = dq.gx.Checkpoint(name="c", validation_definitions=[context.validation_definitions.add(validation)])
    result = context.checkpoints.add(checkpoint).run({"dataframe": TEXTS})
    assert not result.success
    context.build_data_docs()
    pages = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("validations/**/*.html"))
    assert "of the texts may be near copies of an earlier one" in pages
    assert "texts must have a" in pages
    assert not re.search(r"\$(min_value|max_value|signal|check)", pages)


def test_data_docs_of_a_check_show_every_verdict_and_load_nothing(tmp_path: Path) -> None:
    from dataqual.adapters.data_docs import data_docs

    suite = [
        {"metric": "near_copies", "max": 0.1},
        {"signal": "word_count", "min": 2},
        {"metric": "unreadable", "max": 0},
        {"column": "text", "pattern": "<script>alert(1)</script>"},
        {"signal": "word_count", "min": 2, "mostly": 0.1, "by": "group"},
    ]
    frame = TEXTS.dropna().assign(source=["a", "b", "b", "a"])
    page = data_docs(check(frame, suite), tmp_path / "docs").read_text(encoding="utf-8")
    for told in ("may be near copies of an earlier one", "texts must have a", "records that cannot be read is <= 0"):
        assert told in page.replace("&lt;", "<")
    assert not re.search(r"\$(min_value|max_value|signal|check)", page)
    assert "<script" not in page
    assert not re.findall(r"(?:src|href|action)\s*=\s*.(?:https?:)?//", page)
    assert "url(http" not in page


@pytest.mark.parametrize(
    ("ignored", "told"), [("any_value_is_missing", True), ("never", True), ("all_values_are_missing", False)]
)
def test_rows_that_other_rules_leave_out_are_refused_not_counted_otherwise(ignored: str, told: bool) -> None:
    given = dq.gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "b"], ignore_row_if=ignored)
    suite = dq.gx.ExpectationSuite(name="s", expectations=[given])
    if told:
        with pytest.raises(SpecError, match=f"ignore_row_if '{ignored}' has no like"):
            dq.from_gx(suite)
    else:
        assert dq.from_gx(suite).content["checks"] == [{"unique": ["a", "b"]}]
