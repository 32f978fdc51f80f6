"""What the page of a profile shows and says, read from its HTML; what it promises as a page is in tests/contracts."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from typing import Any

import jinja2
import pytest

import reports
from reports import page, profile_page
from reports.profiled import headline
from tests.reports import facts as made
from tests.reports import pages
from tests.reports.pages import Tree

drawn, read = partial(pages.page, "profile"), partial(pages.tree, "profile")


def test_when_and_how_long_it_ran_changes_no_byte() -> None:
    facts = made.likely()
    facts["run"] = {"started": "1999-12-31", "seconds": 1e9}
    assert reports.profile(facts) == drawn("likely")


@pytest.mark.parametrize("case", pages.KINDS["profile"].cases)
def test_every_drawing_is_a_figure_and_none_is_hidden_from_a_screen_reader(case: str) -> None:
    assert all(attrs.get("role") == "img" for attrs in read(case).all("svg"))


def test_what_was_prepared_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page.environment.cache_clear()
    profile_page.prepare()
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert "</html>" in reports.profile(made.likely())


def test_figures_drawn_ahead_are_those_of_the_page_and_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.profiled._drawn_ahead", {})
    facts = made.likely()
    profile_page.ahead(facts["signals"])
    with monkeypatch.context() as nothing_is_drawn:
        nothing_is_drawn.setattr("reports.figures.histogram", None)
        assert reports.profile(made.likely()) == drawn("likely")
    first = next(name for name, signal in facts["signals"].items() if signal["telling"])
    facts["signals"][first]["quantiles"]["0.5"] *= 2
    page_of_others = reports.profile(facts)
    monkeypatch.setattr("reports.profiled._drawn_ahead", {})
    assert page_of_others == reports.profile(facts) != drawn("likely")


def test_the_top_says_size_and_findings_worst_first() -> None:
    text = read("likely").text
    assert "194,605 documents, six findings, two of them serious." in text
    headlines = [f["headline"] for f in made.likely()["findings"]]
    places = [text.index(headline) for headline in headlines]
    assert places == sorted(places)
    assert text.index("257 MB") < places[0]


def test_a_finding_says_how_many_how_sure_and_what_mends_it() -> None:
    text = read("likely").text
    assert "13,875 of 194,605 documents, about 1 in 14" in text
    found = "Found by signatures of all 194,605 documents, and every copy compared as text"
    assert f"{found}; 95 % sure: between 6.98 % and 7.31 %." in text
    assert "Counted: all 194,605 documents." in text
    assert "dataqual clean corpus.jsonl --near-copies 0.8 -o clean.jsonl" in text
    assert '<mark title="HTML">&lt;div class=&#34;box&#34;&gt;</mark>' in drawn("likely")
    assert '<a href="#near_copies">' in drawn("likely")


def test_each_copy_is_shown_with_what_only_it_has() -> None:
    page = drawn("likely")
    assert 'Whenever it is a <mark class="first">damp, drizzly</mark> November' in page
    assert 'Whenever it is a <mark class="second">wet, dismal</mark> November' in page
    assert 'lang="zh">这家酒店的位置很好<mark class="second">离火车站</mark>' in page


def test_overlap_is_of_the_row() -> None:
    pair = made.likely()["overlap"][0]
    both, first, second = pair["both"], pair["first_only"], pair["second_only"]
    assert (both, first, second) == (18_500, 4_312, 900)
    assert "81.1 %18,500 of 22,812" in read("likely").text
    assert "95.4 %18,500 of 19,400" in read("likely").text


def test_what_was_not_measured_is_said_with_the_option_that_measures_it() -> None:
    text = read("bare").text
    for sentence in (
        "3 documents, nothing to mend.",
        "Near copies were not measured. Run again without --no-near-copies to see them.",
        "No rule sets were applied. Ask for them with --rules NAME.",
        "Signals were not measured.",
        "Nothing was counted per source or label. Name the columns with --group and --label.",
        "They were not looked for.",
        "Every record could be read.",
    ):
        assert sentence in text


def test_lists_that_were_cut_say_how_many_are_left_out() -> None:
    text = read("immense").text
    assert "20 more findings in profile.json." in text
    assert re.search(r"\d+ more rows in profile.json.", text)
    assert re.search(r"[\d,]+ more files in profile.json.", text)


def test_a_page_that_fits_shows_three_examples_of_each_rule() -> None:
    facts = made.likely()
    rule = facts["rules"][0]["rules"][0]
    rule["examples"] = [{**made.example(f"numbered example {i}"), "value": i} for i in range(5)]
    text = Tree(reports.profile(facts)).text
    assert [i for i in range(5) if f"numbered example {i}" in text] == [0, 1, 2]


def test_two_findings_of_one_name_have_each_their_anchor() -> None:
    facts = made.likely()
    facts["findings"] = [facts["findings"][0]] * 2
    ids = [a["id"] for a in Tree(reports.profile(facts)).all("article") if str(a.get("id")).startswith("finding")]
    assert ids == ["finding-near_copies", "finding-near_copies-2"]


def test_a_finding_can_point_to_a_rule_set_by_its_name() -> None:
    facts = made.likely()
    facts["findings"] = [{**facts["findings"][0], "name": "odd", "where": "rules-c4@tfds"}]
    page = reports.profile(facts)
    assert '<p class="where"><a href="#rules-c4-tfds">' in page
    assert '<article class="set" id="rules-c4-tfds"' in page


def test_rules_come_worst_first_and_those_that_nobody_fails_in_one_sentence() -> None:
    text = read("likely").text
    assert "No document fails bullets (bullet_lines ≤ 0.9)." in text
    facts = made.likely()
    facts["rules"][0]["rules"].reverse()
    assert Tree(reports.profile(facts)).text == text


def test_a_finding_has_further_examples_but_none_twice() -> None:
    (card,) = re.findall(r'id="finding-html_residue".*?</article>', drawn("likely"), re.DOTALL)
    assert card.count("<blockquote") == 2
    assert '<mark title="HTML">&lt;p&gt;</mark>Two' in card


def test_a_finding_that_points_nowhere_has_no_link() -> None:
    facts = made.likely()
    facts["findings"] = [{**facts["findings"][0], "name": "odd", "where": "nowhere"}]
    assert "See it in full" not in reports.profile(facts)


def test_importing_reports_loads_nothing_heavy() -> None:
    heavy = "matplotlib seaborn pandas jinja2 numpy"
    code = f"import sys, reports; print([m for m in {heavy.split()!r} if m in sys.modules], reports.__all__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['augmentation', 'check', 'cleaning', 'comparison', 'dedup', 'profile', 'study']"


def test_numbers_of_any_kind_can_be_missing() -> None:
    facts: dict[str, Any] = made.likely()
    for signal in facts["signals"].values():
        signal.update(min=None, max=None, mean=None, quantiles={"0.5": None}, histogram=None)
    facts["near_copies"]["share"] = facts["readings"]["near_copies"] = made.reading(None, 0)
    facts["findings"][0]["reading"] = made.reading(None, 0)
    tree = Tree(reports.profile(facts))
    assert "Nothing to measure." in tree.text
    assert not tree.all("svg")


@pytest.mark.parametrize(("severity", "said"), [("error", "a serious one"), ("warning", "not a serious one")])
def test_one_finding_is_said_as_one(severity: str, said: str) -> None:
    one = {"readings": {"documents": {"value": 2}}, "findings": [{"severity": severity}]}
    assert headline(one).replace("\u00a0", " ") == f"2 documents, one finding, {said}."
