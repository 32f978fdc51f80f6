"""The step `remove_lines`: what C4 and RefinedWeb take out of a page, checked against examples of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.ledger import Dropped, Edited
from dataqual.signals.c4_lines import judge
from dataqual.signals.refinedweb_removed_share import COUNTED
from dataqual.steps import remove_lines
from dataqual.steps.remove_lines import Left, RemoveLines, Variant
from dataqual.text import Text
from tests.steps.rewriting import CASES, after, batch_of
from tests.strange import DOCUMENTS, corpora

C4: Variant = "c4@tfds"
REFINEDWEB: Variant = "refinedweb@dclm"
OF_C4 = json.loads((Path(CASES) / "rules_c4.json").read_text(encoding="utf-8"))["cases"]
SENTENCE = "The harbour was quiet that morning and the gulls had not yet come to the pier, said the man. "
LONG = (SENTENCE * 5).strip()
SHORT = [document for document in DOCUMENTS if len(document) < 10_000]

every_variant = pytest.mark.parametrize("variant", [C4, REFINEDWEB])


def c4(document: str) -> Left:
    """One look at one document."""
    return remove_lines._look_of_c4(Text.of([document])).get(0, Left(document, 0))


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["label"]) for case in OF_C4 if case["kept_text"] is not None]
)
def test_one_look_leaves_what_the_code_of_c4_leaves(case: dict[str, str]) -> None:
    left, removed = c4(case["text"])
    if removed:
        assert left == case["kept_text"]
    else:  # only white space around lines would go
        assert [line.strip() for line in left.splitlines()] == case["kept_text"].splitlines()


def test_c4_has_many_examples_of_which_most_lose_a_line() -> None:
    assert sum(c4(case["text"]).removed > 0 for case in OF_C4 if case["kept_text"] is not None) >= 20


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[edit] One two three four five[12].\nMenu", "One two three four five."),
        ("One two three four five[citation needed].", "One two three four five."),
        ("One two three four five.\r\n\r\nSix", "One two three four five."),
        ("One two three four lorem ipsum.\nMenu\nIf x { then do it.", "One two three four lorem ipsum.\nIf x { then do it."),
        ("Please switch on your JavaScript.\nWe do not use cookies here.\nThis is a line of text.", "This is a line of text."),
        ("One two three four [[1]2] five.\nMenu", "One two three four  five."),
        ("One two three four five.  \n  One two three four five.", "One two three four five.  \n  One two three four five."),
        ("我们去公园。今天天气很好。\nOne two three four five.", "One two three four five."),
    ],
)  # fmt: skip
def test_lines_and_marks_that_c4_takes_out(text: str, left: str) -> None:
    assert after(RemoveLines(C4), text) == [left]


PAGES = [
    # the examples with which DCLM tests its own modifiers, at the parameters of RefinedWeb
    ("HELLO WORLD\n\nhello world\nHello, World\n\nHello, world", "hello world\nHello, World\n\nHello, world"),
    ("12345\nnot 12345", "not 12345"),
    ("1a b\n\n2bb b\n\n3cc b\nab cd", "1a b\n\n2bb b\n\n3cc b\nab cd"),
    *(
        (f"3 {word}\n3,000 {word}\n123K {word}!\n 5.1M   {word}  \nThis line does not hold one.", "This line does not hold one.")
        for word in COUNTED
    ),
    ("123K quotes\n\nHello, World.\n\nHello, World with 3 views.\n3 views", "Hello, World.\n\nHello, World with 3 views."),
    ("12345" * 10 + "\n" + "12345" * 10 + " likes", ""),
    ("Short line\n\na b\n  There are words in this line\nHi", "Short line\n\na b\n  There are words in this line"),
    (
        "You have 7 items in cart right now\n  items in cart  \n"
        "You have 7 items in cart right now but you can add more by going back to the first page.",
        "You have 7 right now\nYou have 7 items in cart right now but you can add more by going back to the first page.",
    ),
    (
        "sign-in for full access\nsign-in  \nThis is how to sign-in.\n\nsign-in here by giving your name and your word, and then wait for mail.",
        "for full access\nThis is how to sign-in.\n\nsign-in here by giving your name and your word, and then wait for mail.",
    ),
    (
        "Please read more...\n  read more...\nRead more...and find out!\n\nThis is a short summary of the page, which can be opened. Read more...",
        "Please\nRead more...and find out!\n\nThis is a short summary of the page, which can be opened. Read more...",
    ),
    # and some of ours
    ("Read more of it", "Read more of it"),
    ("ÀÉÎ ÖÜ\nÀÉÎ où là-bas\nПРИВЕТ МИР\nПривет, мир", "ÀÉÎ où là-bas\nПривет, мир"),
    ("one\r\n\r\ntwo words\r\n", "two words"),
    ("今天 天气\n今天天气", "今天 天气"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "left"), PAGES)
def test_one_look_leaves_what_refinedweb_leaves(text: str, left: str) -> None:
    assert remove_lines._refinedweb(text).text == left


def test_a_page_that_loses_more_than_one_word_in_twenty_goes() -> None:
    words = " ".join(["word"] * 19)
    left, changes = RemoveLines(REFINEDWEB)(
        batch_of([f"{words}\nMenu", f"{words}\n3 likes", LONG, f"{words}\nMenu\n..."])
    )
    dropped, edited = changes
    assert isinstance(dropped, Dropped) and isinstance(edited, Edited)
    assert dropped.values is not None and edited.values is not None
    assert [left.text[i] for i in range(len(left))] == [words, LONG, words]
    assert (dropped.rule, dropped.threshold) == ("words_removed@refinedweb@dclm", "<= 0.05")
    assert dropped.values.round(6).tolist() == [0.095238]
    assert dropped.batch.text[0] == f"{words}\n3 likes"
    assert (edited.rule, edited.values.tolist(), edited.batch.record.tolist()) == (
        "lines@refinedweb@dclm",
        [1, 2],
        [1, 4],
    )


@every_variant
def test_a_page_of_which_nothing_is_left_goes_under_a_rule_of_its_own(variant: Variant) -> None:
    left, [dropped] = RemoveLines(variant)(batch_of(["", "Menu", LONG, "MENU\nHOME"]))
    assert isinstance(dropped, Dropped) and dropped.values is not None
    assert [left.text[i] for i in range(len(left))] == ["", LONG]
    assert (dropped.rule, dropped.threshold, dropped.values.tolist()) == (f"nothing_left@{variant}", ">= 1", [0, 0])
    assert dropped.rule in RemoveLines(variant).told_as


@every_variant
def test_documents_of_which_every_line_stays_keep_their_batch(variant: Variant) -> None:
    batch = batch_of(["", LONG, f"{LONG}\n{LONG}", f"  {LONG}  "])
    left, changes = RemoveLines(variant)(batch)
    assert changes == []
    assert np.array_equal(left.text.data, batch.text.data)


def test_c4_judges_a_batch_at_once_and_then_only_what_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def counted(text: Text) -> Any:
        looked.append(len(text))
        return judge(text)

    monkeypatch.setattr(remove_lines, "judge", counted)
    twice = "This line has five [ed[1]it] words."
    assert after(RemoveLines(C4), *[LONG] * 50, *[f"{LONG}\nMenu"] * 30, *[twice] * 20) == [
        *[LONG] * 80,
        *["This line has five  words."] * 20,
    ]
    assert looked == [100, 50, 20]


PIECES = st.sampled_from(["[", "]", "[1]", "edit", "MENU", "3 likes", "items in cart", "Sign-in", "read more...", ".", "!", "{", " ", "\n", "\r\n",
                          "one two three", "four five", "\x85", "好", "É", "12", "javascript"])  # fmt: skip


@every_variant
@given(st.lists(PIECES, max_size=25).map("".join))
def test_a_second_run_takes_out_no_more(variant: Variant, document: str) -> None:
    once = after(RemoveLines(variant), document, LONG)
    assert after(RemoveLines(variant), *once) == once


@every_variant
@given(corpora, st.lists(PIECES, max_size=25).map("".join))
def test_only_documents_that_lose_a_line_are_looked_at_and_all_of_them(
    variant: Variant, documents: list[str], document: str
) -> None:
    leave = {C4: c4, REFINEDWEB: remove_lines._refinedweb}[variant]
    documents = [*documents, *SHORT, document]
    _, changes = RemoveLines(variant)(batch_of(documents))
    told = sorted(record for change in changes for record in change.batch.record.tolist())
    assert told == [number for number, one in enumerate(documents, 1) if leave(one).removed]
