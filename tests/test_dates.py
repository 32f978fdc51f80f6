"""Dates are read as corpora write them, found by the names of columns, and counted over all documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main
from dataqual.columns import find_columns
from dataqual.dates import MISSING, NO_DATE, dates, told
from dataqual.errors import UnknownColumn
from dataqual.metrics.stale_dates import StaleDates
from dataqual.profiling.sections.freshness import _median


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024-03-05", 20240305),
        ("2024-03-05T23:59:59+08:00", 20240305),
        ('"2024-03-05T00:00:00"', 20240305),
        ("2024/3/5 10:00", 20240305),
        ("2024.03.05", 20240305),
        ("20240305", 20240305),
        ("20240305123000", 20240305),
        ("2024年3月5日 10:00", 20240305),
        ("2024年3月", 20240300),
        ("2024-03", 20240300),
        ("2024", 20240000),
        ("2024年", 20240000),
        ("Tue, 05 Mar 2024 10:11:12 +0000", 20240305),
        ("Tue Mar 05 10:11:12 +0000 2024", 20240305),
        ("Mar 5th, 2024", 20240305),
        ("5 March 2024", 20240305),
        ("May 2024", 20240500),
        ("31/12/2024", 20241231),
        ("12/31/2024", 20241231),
        ("03/04/2024", 20240000),
        ("", MISSING),
        (None, MISSING),
        *((text, NO_DATE) for text in ("soon", "2024-13-01", "40/50/2024", "99", "20249999", "3024-01-01", "-5", "１２", "5")),
    ],
)  # fmt: skip
def test_a_date_is_known_as_exactly_as_it_is_written(written: str | None, date: int) -> None:
    assert dates([written]).tolist() == [date]


@pytest.mark.parametrize("power", [0, 3, 6, 9])
def test_times_since_1970_are_those_of_the_calendar(power: int) -> None:
    seconds = [100_000_000, 951_782_400, 1_709_632_800, 4_000_000_000]
    days = [datetime.fromtimestamp(one, UTC).strftime("%Y%m%d") for one in seconds]
    assert dates([str(one * 10**power) for one in seconds]).tolist() == list(map(int, days))
    assert dates(["1709632800.25"]).tolist() == [20240305]


@pytest.mark.parametrize(
    ("record", "column"),
    [
        ({"text": "a", "Created_At": "2024-01-01"}, "Created_At"),
        ({"text": "a", "发布时间": "2024年1月"}, "发布时间"),
        ({"text": "a", "timestamp": 1709632800}, "timestamp"),
        ({"text": "a", "time": "3 minutes"}, None),
        ({"text": "a", "date": {"year": 2024}}, None),
        ({"text": "a", "date": True}, None),
        ({"text": "a", "date": "2024", "label": "x"}, "date"),
    ],
)
def test_a_column_of_dates_is_found_by_its_name_and_its_values(record: dict[str, object], column: str | None) -> None:
    columns, notes = find_columns([record])
    assert columns.date == column
    assert not any("date" in note for note in notes)


ROWS = [
    {"text": f"document {at}", "date": day}
    for at, day in enumerate([*["2024-06-01"] * 8, *["2019-02-03"] * 6, *["2012年"] * 4, "", "soon"])
]


def test_what_is_old_is_counted_over_all_documents_beside_the_latest_that_many_reach() -> None:
    profile = dataqual.profile(dataqual.Corpus.of(ROWS), near_copies=False, rules=(), workers=1)
    block = profile.facts["freshness"]["dates"]
    assert block["column"] == "date"
    detail = block["reading"]["detail"]
    assert (block["reading"]["value"], block["reading"]["n"], block["reading"]["method"]) == (10 / 18, 18, "exact")
    assert (detail["oldest"], detail["median"], detail["newest"], detail["before"]) == (
        "2012",
        "2019-02-03",
        "2024-06-01",
        2020,
    )
    assert (detail["missing"], detail["no_date"]) == (1, 1)
    assert detail["years"] == [[2012, 4], [2019, 6], [2024, 8]]
    assert {example["date"] for example in block["examples"]["oldest"]} == {"2012"}
    assert told(20190203) == detail["median"]


def test_most_that_is_old_is_a_finding() -> None:
    rows = [{"text": f"text {at}", "date": "2001-01-01" if at % 10 else "2024-01-01"} for at in range(60)]
    profile = dataqual.profile(dataqual.Corpus.of(rows), near_copies=False, rules=(), workers=1)
    [found] = [finding for finding in profile.findings if finding.name == "stale_dates"]
    assert found.headline == "90 % of the documents with a date are from before 2020"


def test_of_few_years_the_median_has_no_interval() -> None:
    from dataqual.document_sample import DocumentSample

    sample = DocumentSample.of_texts([f"{at}" for at in range(20)], size=10)
    import numpy as np

    assert _median(sample, np.array([2001, 2002, 2003])).interval is None
    assert _median(sample, np.array([2001, 2002, 2003, 2004, 2005, 2006])).interval == (2001.0, 2006.0)


def test_other_verbs_do_not_read_the_dates(tmp_path: Path) -> None:
    corpus = dataqual.Corpus.of(ROWS)
    assert corpus.columns.date == "date"
    cleaned = dataqual.clean(corpus, str(tmp_path / "out.jsonl"), drop=["exact_copies"])
    assert cleaned.kept == len(ROWS)


def test_a_column_is_named_with_date_and_told_on_stderr(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps({**row, "seen": "2020-01-01"}) + "\n" for row in ROWS), encoding="utf-8")
    asked = [
        "profile",
        str(path),
        "--no-near-copies",
        "--no-rules",
        "--json",
        "-o",
        str(tmp_path / "p"),
        "--workers",
        "1",
    ]
    found = CliRunner().invoke(main, asked)
    assert "date column: 'date' (found)" in found.stderr
    named = CliRunner().invoke(main, [*asked, "--date", "seen"])
    assert "date column" not in named.stderr
    assert json.loads(named.stdout)["freshness"]["dates"]["reading"]["detail"]["newest"] == "2020-01-01"
    with pytest.raises(UnknownColumn, match="--date: no column 'seem'; did you mean 'seen'"):
        dataqual.read(path, date="seem")


def test_two_corpora_of_other_years_differ_in_them() -> None:
    old = [{"text": f"a letter of {2000 + at % 9}", "date": f"{2000 + at % 9}-05-05"} for at in range(300)]
    new = [{"text": f"a letter of {2006 + at % 9}", "date": f"{2006 + at % 9}-05-05"} for at in range(300)]
    found = dataqual.compare(old, new, versions=False, near_copies=False, rules=())
    rows = {row["name"]: row for row in found.rows()}
    for name in ("year of the date", "newest year named"):
        assert rows[name]["light"] == "red"
        assert (rows[name]["first"]["value"], rows[name]["second"]["value"]) == (2004, 2010)
        assert rows[name]["effects"]["delta"] == pytest.approx(
            sum((b > a) - (b < a) for a in range(9) for b in range(6, 15)) / 81, abs=0.02
        )
    assert "year of the date: median 2004 and 2010, delta" in str(found)


def test_without_a_column_the_metric_says_nothing() -> None:
    from dataqual.metric_reading import read

    assert read(StaleDates(), dataqual.Corpus.of(["a"])).value is None
