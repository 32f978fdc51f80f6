"""Excerpts show the evidence and no address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from dataqual.excerpts import COMPARED, LONGEST, differences, excerpt
from dataqual.masking import mask
from dataqual.signals.control_characters import ControlCharacters
from dataqual.signals.email_addresses import EmailAddresses
from dataqual.signals.longest_word import LongestWord
from dataqual.signals.replacement_characters import ReplacementCharacters
from tests.strange import documents

SIGNALS = {
    "e-mail address": (EmailAddresses(), "ann.lee@example.com"),
    "control character": (ControlCharacters(), "\x1b"),
    "replacement characters": (ReplacementCharacters(), "\ufffd\ufffd"),
    "longest word": (LongestWord(), "Donaudampfschiff"),
}


@pytest.mark.parametrize("why", SIGNALS)
@pytest.mark.parametrize("before", ["", "我们 é " * 3, "不 " * 5000])
def test_an_excerpt_shows_the_evidence_wherever_it_stands(why: str, before: str) -> None:
    signal, part = SIGNALS[why]
    shown = excerpt(f"{before}{part} after", signal)
    assert len(shown["text"]) <= LONGEST
    [(start, end, reason)] = shown["marks"]
    assert reason == why
    assert len(shown["text"][start:end]) == len(part)
    assert shown["text"][start:end] == (part if "@" not in part else mask(part))
    assert shown["cut"] == (len(before) > LONGEST)


@given(documents)
def test_masking_changes_nothing_but_letters_of_addresses(text: str) -> None:
    text = f"{text} ann.lee@example.com {text}"
    masked = mask(text)
    assert len(masked) == len(text)
    assert "lee@" not in masked
    assert [a for a, b in zip(text, masked, strict=True) if a != b and b != "•"] == []


@pytest.mark.parametrize("address", ["a@b.com", "x_1%+-y@a-b.co.uk", "1@2.de", "ANN@EXAMPLE.ORG"])
def test_a_masked_address_keeps_first_letter_and_ending_only(address: str) -> None:
    local, domain = address.split("@")
    masked = mask(f"我的邮箱是{address}，谢谢")
    assert (
        masked
        == f"我的邮箱是{local[0]}{'•' * (len(local) - 1)}@{'•' * domain.rindex('.')}{domain[domain.rindex('.') :]}，谢谢"
    )


@pytest.mark.parametrize("end", ["ann.lee@", "ann.lee@exam", "ann.lee@example.c", "，ann.lee@exam"])
def test_an_address_that_the_end_of_what_was_kept_severs_is_left_out(end: str) -> None:
    shown = excerpt(f"Ask {end}", cut=True)
    assert "ann" not in shown["text"]
    assert shown["text"].startswith("Ask ")
    assert excerpt("you @ home", cut=True)["text"] == "you @ home"


@given(documents, documents)
def test_differences_spell_out_both_texts(first: str, second: str) -> None:
    parts = differences(first, second)
    for side, text in (("first", first), ("second", second)):
        spelt = "".join(piece for kind, piece in parts if kind in ("same", side))
        assert mask(text).startswith(spelt)
    assert {kind for kind, _ in parts} <= {"same", "first", "second"}


def test_equal_texts_differ_nowhere_and_one_changed_word_is_the_difference() -> None:
    assert differences("a b c", "a b c") == [["same", "a b c"]]
    assert differences("one two three", "one 2 three") == [
        ["same", "one "],
        ["first", "two "],
        ["second", "2 "],
        ["same", "three"],
    ]
    assert ["first", "不"] in differences("我不去上海", "我又去上海")


def test_differences_of_immense_texts_are_short_and_hold_no_severed_address() -> None:
    text = "x" * (LONGEST * 8 - 12) + " ann.lee@example.com " + "word " * 200_000
    parts = differences(text, text + " more")
    assert sum(len(re.findall(r"\w+", piece)) for _, piece in parts) <= COMPARED
    assert "lee@" not in "".join(piece for _, piece in parts)
