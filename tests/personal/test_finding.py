"""Personal data and secrets are found where they are and nowhere else: tests/cases/personal.json."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.masking import hide, mask
from dataqual.personal.finding import FIRST, KINDS, places, suspicious, tally
from dataqual.text import Text
from tests.strange import DOCUMENTS, documents

CASES = json.loads((Path(__file__).parent.parent / "cases" / "personal.json").read_text(encoding="utf-8"))


def text_of(case: Any) -> str:
    """A secret is kept in parts, lest tools that look for secrets in a repository take it for one."""
    return "".join(case["text"])


TEXTS = [text_of(case) for case in CASES]
EVERYTHING = 0xFF
mixtures = st.lists(
    st.one_of(st.sampled_from(TEXTS), st.sampled_from([" ", "\n", "-", ".", "，", "+", "1", "/", "é", ":"]), documents),
    max_size=6,
).map("".join)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_a_known_text_has_these_places(case: Any) -> None:
    text = text_of(case)
    assert [[place.kind, text[place.start : place.end]] for place in places(text)] == case["finds"]


def test_there_are_as_many_cases_of_nothing_as_of_something_and_each_says_why() -> None:
    found = [bool(case["finds"]) for case in CASES]
    assert found.count(True) >= 60 and found.count(False) >= found.count(True)
    assert all(case["comment"] and case["label"] for case in CASES)
    assert len({case["label"] for case in CASES}) == len(CASES) == len(set(TEXTS))
    kinds = Counter(kind for case in CASES for kind, _ in case["finds"])
    assert min(kinds[kind] for kind in KINDS) >= 5


@pytest.mark.parametrize("language", ["Chinese", "other"])
@pytest.mark.parametrize("kind", KINDS)
def test_for_every_kind_in_either_script_there_are_as_many_cases_of_what_only_looks_like_it(
    kind: str, language: str
) -> None:
    cases = [case for case in CASES if bool(re.search(r"[\u4e00-\u9fff]", text_of(case))) == (language == "Chinese")]
    found = sum(one == kind for case in cases for one, _ in case["finds"])
    assert found >= 2
    assert sum(case.get("looks_like") == kind for case in cases) >= found


@pytest.mark.parametrize(
    "around", ["", "Nothing is said here, and so it goes on for a while. " * 9, "这里没有什么，也没有数字。" * 20]
)
def test_what_is_counted_of_many_documents_is_what_is_found_in_each(around: str) -> None:
    texts = [f"{around}\n{text}\n{around}" for text in TEXTS]
    counted = tally(Text.of(texts))
    for row, text in enumerate(texts):
        found = Counter(place.kind for place in places(text) if not (place.kind == "email" and "＠" in text))
        assert {kind: int(counted[kind][row]) for kind in KINDS if counted[kind][row]} == found, text


@given(mixtures)
def test_counting_looks_at_windows_and_misses_nothing_of_the_whole(text: str) -> None:
    counted = tally(Text.of([text]))
    found = Counter(place.kind for place in places(text))
    assert all(counted[kind][0] == found[kind] for kind in KINDS if kind != "email")


@pytest.mark.parametrize("between", ["\n", "。", " ; "])
def test_neighbours_change_nothing(between: str) -> None:
    order = random.Random(0).sample(range(len(CASES)), len(CASES))
    text = between.join(TEXTS[i] for i in order if "heading" not in CASES[i]["label"])
    expected = Counter(tuple(place) for i in order if "heading" not in CASES[i]["label"] for place in CASES[i]["finds"])
    assert Counter((place.kind, text[place.start : place.end]) for place in places(text)) == expected


@given(mixtures)
def test_what_the_bytes_show_leaves_no_place_out(text: str) -> None:
    assert places(text) == places(text, KINDS, EVERYTHING)


@given(st.lists(mixtures, min_size=1, max_size=4))
def test_a_document_with_a_place_is_suspicious_whatever_stands_beside_it(texts: list[str]) -> None:
    sorts = suspicious(Text.of(texts))
    assert [places(text) for text in texts] == [
        places(text, KINDS, int(one)) for text, one in zip(texts, sorts, strict=True)
    ]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES if case["finds"]])
def test_each_kind_alone_makes_a_document_suspicious(case: Any) -> None:
    for kind, _ in case["finds"]:
        assert suspicious(Text.of(["", text_of(case)]), [kind]).astype(bool).tolist() == [False, True]


def test_clean_text_is_not_suspicious() -> None:
    clean = ["We met in 1998, 1999 and 2000.", "今天是2月，共3个", "a: b; c", "Kant wrote it. 12:30", ""]
    assert suspicious(Text.of(clean)).tolist() == [0] * 5
    assert suspicious(Text.of(["a@b.cn"]), ["phone"]).tolist() == [0]


@given(mixtures)
def test_places_are_in_order_and_apart(text: str) -> None:
    found = places(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(place.start < place.end <= len(text) for place in found)


def test_every_kind_has_its_turn() -> None:
    assert sorted(FIRST) == sorted(KINDS)


def test_strange_documents_are_looked_through() -> None:
    assert Counter(place.kind for text in DOCUMENTS for place in places(text)) == {"email": 1}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES if case["finds"]])
def test_a_masked_text_is_as_long_and_shows_no_value(case: Any) -> None:
    text = text_of(case)
    masked = mask(text)
    assert len(masked) == len(text)
    for kind, value in case["finds"]:
        assert value not in masked and hide(kind, value) in masked
        shown = [char for char in hide(kind, value)[2:] if char.isalnum()]
        assert kind == "email" or not shown


def test_places_are_found_as_quickly_in_a_long_row_of_digits() -> None:
    row = "1 2" * 50_000
    assert places(row) == places(f"{row} {'(' * 50_000}") == []
    assert np.count_nonzero(suspicious(Text.of([row]))) == 1
