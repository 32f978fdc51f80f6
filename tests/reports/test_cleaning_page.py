"""What the page of a cleaning shows and says, read from its HTML; what it promises as a page is in tests/contracts."""

from __future__ import annotations

from functools import partial

import pytest
import yaml

import dataqual
import reports
from dataqual import sample
from reports.cleaning_page import headline
from tests.reports import cleaning_facts as made
from tests.reports import pages
from tests.reports.pages import Tree

drawn, read = partial(pages.page, "cleaning"), partial(pages.tree, "cleaning")


def test_the_first_screen_says_what_stays_what_went_by_which_rule_and_what_to_look_at() -> None:
    text = read("likely").text
    assert "157,200 of 194,617 records stay, 798 edited, 41 added; 2 findings." in text
    parts = (
        "kept 157,200 (80.8 %)",
        "dropped: too_few_words@gopher@dolma 20,410 (10.5 %)",
        "unreadable 12 (0.0062 %)",
        "source forum/中文 loses 99 % of its documents",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert places[-1] < text.index("Before you use the output")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"read": 1, "kept": 1}, "1 of 1 record stays; nothing to look at first."),
        ({"read": 0, "kept": 0}, "0 of 0 records stay; nothing to look at first."),
        ({"read": 9, "kept": 8, "edited": 2, "findings": [{}]}, "8 of 9 records stay, 2 edited; 1 finding."),
    ],
)
def test_the_headline_says_it_in_one_line(facts: dict[str, object], said: str) -> None:
    assert headline(facts).replace("\xa0", " ") == said


def test_a_rule_shows_value_threshold_and_the_place_in_an_example() -> None:
    text = read("likely").text
    assert "word_count(cut=whitespace) should be ≥ 50 and ≤ 100,000 words." in text
    assert "measured 2" in text
    assert 'lang="zh">这家酒店' in drawn("likely")
    assert '<mark title="e-mail address">j•••@e••••••.org</mark>' in drawn("likely")


def test_an_edit_is_shown_before_and_after_and_a_copy_beside_what_stays() -> None:
    page, text = drawn("likely"), read("likely").text
    assert 'The caf<mark class="first">Ã©</mark> on the corner' in page
    assert 'The caf<mark class="second">é</mark> on the corner' in page
    assert "stays" in text
    assert "goes, 86 % alike" in text
    assert "goes, the same text" in text


def test_the_axis_reaches_to_the_threshold_beyond_what_failed() -> None:
    [figure, *_] = [attrs for attrs in read("likely").all("svg") if attrs.get("class") == "figure"]
    assert "thresholds at 50, 100,000" in str(figure["aria-label"])
    assert ">50</text>" in drawn("likely")
    assert ">100,000</text>" not in drawn("likely")


def test_the_groups_that_lost_far_more_are_marked_and_no_others() -> None:
    assert drawn("likely").count(">lost far more</span>") == 2
    assert "58 others" in read("likely").text
    assert "This column has more than 100,000 values" in read("likely").text


def test_the_recipe_is_yaml_that_can_be_copied_and_run() -> None:
    page = drawn("likely")
    pre = page.split('aria-label="Recipe">')[1].split("</pre>")[0]
    assert yaml.safe_load(pre)["steps"] == made.likely()["recipe"]["steps"]
    assert "dataqual explain clean.jsonl doc-7" in page


def test_a_dry_run_says_so_and_links_to_no_ledger() -> None:
    tree = Tree(reports.cleaning(made.dry()))
    assert "a dry run: nothing was written" in tree.text
    assert [a["href"] for a in tree.all("a") if "ledger" in str(a["href"])] == []


def test_a_page_elsewhere_names_the_ledger_without_a_link() -> None:
    tree = Tree(reports.cleaning(made.likely() | {"report": "pages/c.html"}))
    assert [a["href"] for a in tree.all("a") if "ledger" in str(a["href"])] == []
    assert "clean.jsonl.ledger.parquet" in tree.text


def test_whether_a_run_was_gone_on_with_changes_no_byte() -> None:
    assert reports.cleaning(made.likely() | {"resumed": 1_000}) == drawn("likely")


def test_the_page_of_a_real_cleaning_of_the_sample_has_all_its_rules_and_groups() -> None:
    cleaned = dataqual.clean(str(sample.path()), drop=["gopher@dolma", "near_copies"], dry_run=True)
    text = Tree(reports.cleaning(cleaned)).text
    for rule, count in cleaned.rules.items():
        assert rule in text
        assert not count or f"{count} dropped" in text
    for named in ("By source", "By label", "By script", "请启用 JavaScript", "script Han loses 100 % of its documents"):
        assert named in text
