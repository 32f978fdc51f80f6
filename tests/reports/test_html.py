"""Foreign text on a page: visible, cut, escaped, its evidence where it was."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.meta import find_referenced_templates

from reports import html
from reports.page import REFERRED, TEMPLATES, environment

anything = st.text(st.characters(), max_size=80)


@pytest.mark.parametrize(
    "spelling",
    [
        "می‌خواهم",  # Persian: a non-joiner inside the word
        "क्‍ष",  # Hindi: a joiner asks for the half form
        "👩‍👩‍👧",  # a family is joined
        "ภาษา\u200bไทย",  # Thai: zero-width spaces part words
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland is spelt in tags
        "two\nlines\tand a tab",
        "汉字、かな、한글",
    ],
)
def test_what_is_spelling_stays_as_it_is(spelling: str) -> None:
    assert html.visible(spelling) == spelling


@pytest.mark.parametrize(
    ("trick", "seen"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\x00b", "a␀b"),
        ("a\x7f\x85", "a␡⟨U+0085⟩"),
        ("exe.\u202egpj", "exe.⟨RLO⟩gpj"),
        ("\u2066x\u2069", "⟨LRI⟩x⟨PDI⟩"),
        ("pass\u200bword", "pass⟨ZWSP⟩word"),
        ("\ufeffstart", "⟨BOM⟩start"),
        ("\ud83d alone", "⟨U+D83D⟩ alone"),
        ("a\rb", "a␍b"),
    ],
)
def test_tricks_become_visible(trick: str, seen: str) -> None:
    assert html.visible(trick) == seen


@given(anything, st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90), anything), max_size=40))
def test_an_excerpt_is_its_text_whatever_the_marks(text: str, marks: list[tuple[int, int, str]]) -> None:
    shown = html.excerpt({"text": text, "marks": [list(m) for m in marks]})
    bare = re.sub(r'<mark title="[^"<>]*">|</mark>', "", shown)
    assert "<" not in bare or not text.strip()
    if text.strip() and text.count("\n") < html.LINES:
        assert "⟨ZW" in bare or unescape(bare) == html.visible(text)


def test_evidence_is_marked_in_place_and_overlaps_are_shown_once() -> None:
    marks = [[6, 9, "b"], [0, 3, "a"], [2, 7, "c"], [40, 50, "outside"]]
    shown = html.excerpt({"text": "one two three", "marks": marks})
    assert shown == '<mark title="a">one</mark><mark title="c"> two</mark><mark title="b"> t</mark>hree'


def test_a_long_text_is_moved_to_its_evidence() -> None:
    shown = html.excerpt({"text": "x" * 5_000 + "HERE" + "y" * 5_000, "marks": [[5_000, 5_004, "why"]]}, 90)
    assert '<mark title="why">HERE</mark>' in shown
    assert len(shown) < 200


def test_a_text_of_short_lines_is_cut_to_a_few_and_still_shows_the_evidence() -> None:
    shown = html.excerpt({"text": "a\n" * 50 + "HERE", "marks": [[100, 104, "why"]]})
    assert shown.count("\n") < html.LINES
    assert "HERE" in shown


def test_an_empty_text_says_so() -> None:
    assert "an empty document" in html.excerpt({"text": ""})
    assert "only white space" in html.excerpt({"text": " \n"})


def test_long_names_lose_their_end_and_long_paths_their_front() -> None:
    assert html.label("n" * 200) == "<bdi>" + "n" * 79 + "…</bdi>"
    assert html.path("f" * 200 + "end") == "<bdi>…" + "f" * 76 + "end</bdi>"


def test_long_common_runs_of_two_copies_keep_their_ends() -> None:
    first, second = html.copies([["same", "A" + "m" * 1_000 + "Z"], ["first", "old"], ["second", "new"]])
    assert first.startswith("Am")
    assert "[…]" in first
    assert first.endswith('mZ<mark class="first">old</mark>')
    assert second.endswith('mZ<mark class="second">new</mark>')
    assert len(first) < 320


@pytest.mark.parametrize(
    ("text", "lang"),
    [("这家酒店的位置", "zh"), ("これはペンです", "ja"), ("안녕하세요", "ko"), ("สวัสดี", "und-Thai"), ("Привет, мир", "und-Cyrl"),
     ("plain English", None), ("naïve café", None), ("", None)],
)  # fmt: skip
def test_the_language_of_an_excerpt_is_told_by_its_script(text: str, lang: str | None) -> None:
    assert html.language(text) == lang


def test_templates_that_others_name_are_found_without_parsing() -> None:
    for file in TEMPLATES.glob("*.html"):
        source = file.read_text(encoding="utf-8")
        assert set(REFERRED.findall(source)) == set(find_referenced_templates(environment().parse(source))) - {None}, (
            file.name
        )
