"""The page of a comparison: what it says, in which language, and that foreign text stays foreign."""

from __future__ import annotations

import re

import polars as pl
import pytest

import dataqual
import reports
from dataqual.comparing import with_reference
from dataqual.translating import Translation, sentences
from tests.comparing.test_comparing import chinese, english
from tests.reports.pages import Tree

EVIL = "<script>alert(1)</script> bread and butter"


@pytest.fixture(scope="module")
def found() -> dataqual.Comparison:
    """Two versions, the second with Chinese added, some edited, dropped and labelled anew."""
    texts = english(120, 1)
    before = pl.DataFrame({"id": [str(n) for n in range(120)], "text": texts, "label": ["a", "b"] * 60})
    kept = [f"{EVIL} {text}" if n % 9 == 0 else text for n, text in enumerate(texts)][:110]
    after = pl.DataFrame(
        {
            "id": [str(n) for n in [*range(110), *range(200, 280)]],
            "text": kept + chinese(80, 2),
            "label": ["a" if n % 7 == 0 else "ab"[n % 2] for n in range(110)] + ["a"] * 80,
        }
    )
    return dataqual.compare(before, after, names=["v1", "v2 <b>"], workers=1)


def test_the_page_tells_what_differs_and_what_became_of_the_documents(found: dataqual.Comparison) -> None:
    page = reports.comparison(found)
    assert reports.comparison(found.facts) == page
    counts = found.facts["pairs"][0]["changes"]["counts"]
    assert (counts["edited"], counts["dropped"], counts["added"]) == (13, 10, 80)
    text = re.sub(r"<[^>]+>", "", page.replace("\u00a0", " "))
    assert f"120 before = {counts['unchanged']} unchanged + 13 edited" in text
    assert f"{found.lights['red']} readings of {sum(found.lights.values())} differ much" in text
    for title in ("What differs", "Who is in it", "What each says", "Told apart", "Labels that changed"):
        assert title in text
    assert "<script>alert" not in page
    assert "v2 &lt;b&gt;" in page


def test_the_page_is_sound(found: dataqual.Comparison) -> None:
    tree = Tree(reports.comparison(found))
    assert tree.open == []
    ids = [attrs["id"] for _, attrs in tree.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] or "" for attrs in tree.all("a")]
    assert {link for link in links if not link.startswith("#")} == {"comparison.json"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert not tree.all("img", "iframe", "object")


def test_the_page_is_all_in_chinese(found: dataqual.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    missed: set[str] = set()
    monkeypatch.setattr("reports.page.translation", lambda language: Translation(sentences(language), missed.add))
    page = reports.comparison(found, language="zh")
    assert "有何差异" in page
    assert {text for text in missed if re.search("[a-z]{2}", text)} <= {"dataqual"}


def test_a_comparison_that_finds_nothing_says_so() -> None:
    page = reports.comparison(dataqual.compare(english(60, 1), english(60, 2), workers=1, near_copies=False))
    assert "Nothing that is both sure and large." in page
    assert "No document is in both." in page


def test_three_corpora_have_a_part_each() -> None:
    page = reports.comparison(dataqual.compare(english(60, 1), english(60, 2), chinese(60, 3), workers=1))
    assert 'href="#differs-0"' in page
    assert 'href="#differs-1"' in page
    assert 'id="versions-1"' in page


def test_a_profile_shows_what_differs_from_its_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = dataqual.profile(dataqual.Corpus.of(chinese(80, 1)), near_copies=False, workers=1)
    beside = with_reference(profile, english(80, 2), name="prose.jsonl", near_copies=False, workers=1)
    assert beside.facts["reference"]["lights"]["red"] > 0
    assert "reference" not in profile.facts
    [finding] = [finding for finding in beside.findings if finding.name == "reference"]
    assert finding.headline.endswith("readings differ much from prose.jsonl")
    missed: set[str] = set()
    monkeypatch.setattr("reports.page.translation", lambda language: Translation(sentences(language), missed.add))
    assert "与参照对照" in reports.profile(beside, language="zh")
    ours = {text for text in missed if re.search("[a-z]{3}", text)}
    assert not [text for text in ours if "reference" in text or "differ" in text]
