"""What every page promises, read from its HTML, whatever the facts."""

from __future__ import annotations

import copy
import hashlib
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import reports
from tests.reports.pages import KINDS, Tree, page, tree

ROOT = Path(__file__).parents[2]
every_kind = pytest.mark.parametrize("kind", KINDS)
every_page = pytest.mark.parametrize(("kind", "case"), [(name, case) for name, k in KINDS.items() for case in k.cases])


def ids(of: Tree) -> list[str | None]:
    return [attrs["id"] for _, attrs in of.tags if "id" in attrs]


TRIED_ON_RUNS = {"augmentation", "comparison"}
"""Pages whose own tests try them on the facts of runs over hostile text, in tests/reports."""


def test_every_page_there_is_keeps_these_promises() -> None:
    assert sorted([*KINDS, *TRIED_ON_RUNS]) == reports.__all__


@every_page
def test_a_page_is_well_formed_and_at_most_two_megabytes(kind: str, case: str) -> None:
    assert tree(kind, case).open == []
    assert 20_000 < len(page(kind, case).encode()) <= 2_000_000


@every_page
def test_ids_are_unique_and_every_link_arrives_or_leads_to_a_file_beside_the_page(kind: str, case: str) -> None:
    found, beside = tree(kind, case), KINDS[kind].beside
    assert len(ids(found)) == len(set(ids(found)))
    links = {str(a["href"]) for a in found.all("a", "use")}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids(found))
    away = {link for link in links if not link.startswith(("#", "data:text/csv"))}
    assert {beside[0]} <= away <= set(beside)


@every_page
def test_what_is_referred_to_by_aria_exists(kind: str, case: str) -> None:
    found = tree(kind, case)
    named = {attrs["aria-labelledby"] for _, attrs in found.tags if "aria-labelledby" in attrs}
    assert named <= set(ids(found))
    assert len(named) >= 8


@every_page
def test_a_page_says_its_language_and_title_and_has_one_main_part_and_named_landmarks(kind: str, case: str) -> None:
    found = tree(kind, case)
    (root,), (main,), (_title,) = found.all("html"), found.all("main"), found.all("title")
    assert (root["lang"], main["id"]) == ("en", "main")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in found.all("meta")
    assert found.all("nav")
    assert all(attrs.get("aria-label") for attrs in found.all("nav", "aside"))
    assert all(attrs.get("aria-labelledby") or attrs.get("aria-label") for attrs in found.all("section"))


@every_page
def test_headings_never_skip_a_level_and_there_is_one_of_the_first(kind: str, case: str) -> None:
    levels = [int(tag[1]) for tag, _ in tree(kind, case).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_page
def test_every_figure_button_and_scrolling_region_has_a_name(kind: str, case: str) -> None:
    found = tree(kind, case)
    assert all(attrs.get("aria-label") for _, attrs in found.tags if attrs.get("role") in ("img", "region"))
    assert all(attrs.get("role") == "img" or attrs.get("aria-hidden") == "true" for attrs in found.all("svg"))
    assert all(attrs.get("scope") in ("row", "col", "rowgroup") for attrs in found.all("th"))
    assert {attrs.get("type") for attrs in found.all("button")} == {"button"}


@every_page
def test_a_page_refers_to_nothing_outside_itself(kind: str, case: str) -> None:
    found = tree(kind, case)
    assert found.all("img", "iframe", "object", "embed", "audio", "video", "base", "form") == []
    assert {attrs["href"] for attrs in found.all("link")} == {"data:,"}
    assert found.all("script") == [{}]
    assert not re.search(r"@import|url\((?!#)", page(kind, case).split("</style>")[0])
    policy = next(a["content"] for a in found.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; ")


@every_kind
def test_hostile_text_makes_no_tag_and_no_attribute_and_is_shown_as_it_is(kind: str) -> None:
    hostile = tree(kind, "hostile")
    ours = {tag for case in KINDS[kind].cases if case != "hostile" for tag, _ in tree(kind, case).tags}
    assert {tag for tag, _ in hostile.tags} <= ours
    assert not [name for _, attrs in hostile.tags for name in attrs if name.startswith("on")]
    for foreign in ("{{7*7}}", "<script>alert(1)</script>", "干净的中文语料"):
        assert foreign in hostile.text


@every_kind
def test_no_control_bidi_or_surrogate_character_reaches_the_page(kind: str) -> None:
    hostile = page(kind, "hostile")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", hostile)
    for sign in ("␀", "␛", "⟨RLO⟩", "⟨LRI⟩", "⟨ZWSP⟩", "⟨U+D800⟩"):
        assert sign in hostile


@every_kind
def test_the_same_facts_give_the_same_bytes_and_are_left_as_they_were(kind: str) -> None:
    facts = KINDS[kind].facts("likely")
    before = copy.deepcopy(facts)
    assert KINDS[kind].draw(facts) == page(kind, "likely")
    assert facts == before


def test_another_process_gives_the_same_bytes() -> None:
    code = "import hashlib; from tests.reports.pages import KINDS, page"
    code += "; print(*[hashlib.sha256(page(kind, 'likely').encode()).hexdigest() for kind in KINDS])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == [hashlib.sha256(page(kind, "likely").encode()).hexdigest() for kind in KINDS]


@every_kind
def test_a_page_takes_what_bears_its_facts_as_well_as_the_facts(kind: str) -> None:
    class Bearer:
        facts = KINDS[kind].facts("bare")

    assert KINDS[kind].draw(Bearer()) == page(kind, "bare")
    with pytest.raises(TypeError, match=rf"reports.{kind} needs {KINDS[kind].takes}, not int"):
        KINDS[kind].draw(3)
