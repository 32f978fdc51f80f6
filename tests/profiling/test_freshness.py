"""Years that documents name, in figures and Chinese numerals, and what share names none of the last ones."""

from __future__ import annotations

from typing import Any

import pytest

import dataqual
from dataqual.reading import wilson
from dataqual.signals.newest_year import years


def block(texts: list[str]) -> dict[str, Any] | None:
    return dataqual.profile(dataqual.Corpus.of(texts), near_copies=False, rules=(), workers=1).facts.get("freshness")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("built in 1998, sold in 2007", [1998, 2007]),
        ("2024年3月5日，二〇二四年、一九九八年和二零零一年", [2024, 2024, 1998, 2001]),
        ("二十四年，二〇二四", []),
        ("item 20155, 2,012 people, v2.2019, $2000, 2099.5", []),
    ],
)
def test_years_are_read_in_figures_and_in_chinese_numerals(text: str, named: list[int]) -> None:
    found = years(text.encode())
    assert [year for year, _, _ in found] == named
    for _, start, end in found:
        assert text.encode()[start:end].decode() in text


def test_shares_are_of_documents_with_years_beside_the_latest_that_many_reach() -> None:
    texts = ["in 2020"] * 12 + ["二〇一四年"] * 6 + ["1990 and 2001"] * 2 + ["no year"] * 9 + ["by 2099"]
    found = block(texts)
    assert found is not None
    assert (found["latest"], found["newest"], found["stale_before"]) == (2020, 2099, 2016)
    assert found["readings"]["names_a_year"]["value"] == 21 / 30
    assert found["readings"]["stale"]["value"] == 8 / 21
    assert found["readings"]["stale"]["n"] == 21
    assert found["readings"]["median_newest_year"]["value"] == 2020
    assert sum(row["documents"] for row in found["years"]) == 21
    assert {example["value"] for example in found["examples"]["stale"]} <= {2014, 2001}
    start, end, _ = found["examples"]["latest"][0]["marks"][0]
    assert found["examples"]["latest"][0]["text"][start:end] in ("2020", "2099")


def test_a_sample_gives_intervals_and_most_that_is_stale_is_a_finding() -> None:
    texts = [f"number {at} of 1999" if at % 10 else f"number {at} of 2020" for at in range(4000)]
    profile = dataqual.profile(dataqual.Corpus.of(texts), near_copies=False, rules=(), workers=1)
    stale = profile.facts["freshness"]["readings"]["stale"]
    assert stale["method"] == "sample"
    assert stale["interval"] == list(wilson(stale["detail"]["documents"], stale["n"]) or ())
    [finding] = [finding for finding in profile.findings if finding.name == "stale"]
    assert finding.headline == f"{stale['value']:.0%} of the documents with years name none after 2015".replace(
        "%", " %"
    )


def test_without_years_there_is_no_section() -> None:
    assert block(["no year here", ""]) is None
