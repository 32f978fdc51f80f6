"""Noise: as much as is asked for, of the kind that is asked for, in every script that has it."""

from __future__ import annotations

import pytest

from dataqual.children import Chance
from dataqual.noise import KINDS, Noise, SentenceShuffle
from dataqual.noise.document import Document
from dataqual.word_spans import word_spans

ENGLISH = (
    "The weather in the northern mountains was terrible, and neither of the travellers could remember their address. "
    * 3
)
CHINESE = "我们今天去公园散步，天气很好，大家都非常开心。晚上回家以后又看了一部电影！" * 3
RUNS = 400
"""Documents of one dose; the standard error of a share of 400 × 100 places struck with the chance 0.1 is 0.0015."""


def document(text: str) -> Document:
    return Document(text, *word_spans([text]))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
def test_the_dose_is_exact_in_expectation(kind: str, rate: float) -> None:
    text = CHINESE if kind in ("pinyin", "shape") else ENGLISH
    places = KINDS[kind].places(document(text))
    assert len(places) > 10
    noise = Noise((kind,), rate)
    struck = 0
    for run in range(RUNS):
        [*children] = noise.children(text, Chance(run), 1)
        struck += sum(len(child.edits) for child in children)
    per_place = 2 if kind == "swap" else 1  # two words trade places
    share = struck / per_place / len(places) / RUNS
    error = (rate * (1 - rate) / (len(places) * RUNS)) ** 0.5
    assert abs(share - rate) < 4 * error + (0.03 * rate if kind == "swap" else 0)  # a word next to itself is no swap


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("keyboard", "word", {"w": "qeasd", "o": "ipkl", "r": "etdf", "d": "serfxc"}),
        ("case", "word", {"word": ["Word", "WORD"]}),
        ("spelling", "believe", {"believe": ["beleive"]}),
        ("spelling", "accommodation", {"accommodation": ["acommodation"]}),
        ("deletion", "two words", {"two ": [""], "words": [""]}),
    ],
)
def test_a_change_is_one_of_its_kind(kind: str, text: str, expected: dict[str, list[str]]) -> None:
    seen: dict[str, set[str]] = {}
    for run in range(300):
        for child in Noise((kind,), 0.5).children(text, Chance(run), 1):
            for edit in child.edits:
                seen.setdefault(text[edit.start : edit.end], set()).add(edit.replacement)
    assert seen.keys() == expected.keys()
    for old, new in expected.items():
        assert seen[old] & set(new)
        if kind not in ("spelling",):
            assert seen[old] <= set(new)


def test_homophones_have_the_sound_and_look_alikes_the_strokes() -> None:
    changed = {
        kind: {
            (CHINESE[edit.start], edit.replacement)
            for run in range(200)
            for child in Noise((kind,), 0.3).children(CHINESE, Chance(run), 1)
            for edit in child.edits
        }
        for kind in ("pinyin", "shape")
    }
    assert ("园", "圆") in changed["pinyin"]
    assert ("上", "止") in changed["shape"]
    assert not any(old == new or len(new) != 1 for pairs in changed.values() for old, new in pairs)


def test_a_kind_that_has_no_place_in_a_script_leaves_its_turn_to_others() -> None:
    for run in range(50):
        [child] = Noise(("keyboard", "pinyin"), 0.5).children("我们今天去公园散步", Chance(run), 1)
        assert {edit.reason for edit in child.edits} == {"pinyin"}
    assert Noise(("keyboard",), 0.5).children("我们今天去公园散步", Chance(0), 1) == []


def test_letters_keep_their_marks() -> None:
    text = "नमस्ते दुनिया école"
    for run in range(200):
        for child in Noise(("slips", "ocr", "keyboard"), 0.4).children(text, Chance(run), 1):
            assert not any(child.text[edit.start :][:1] in "\u0941\u093f\u0301" for edit in child.edits[:1])


def test_masked_spans_are_of_so_many_words_and_end_with_their_line() -> None:
    [child] = Noise(("mask",), 1.0, span=2, mask="<m>").children("a b c\nd e 5 f", Chance(0), 1)
    assert child.text == "<m> <m>\n<m> 5 <m>"
    [child] = Noise(("mask",), 1.0, span=4, mask="[MASK]").children("我们今天去公园。", Chance(0), 1)
    assert child.text == "[MASK][MASK]。"


def test_sentences_trade_places_and_what_stands_between_them_stays() -> None:
    text = "One is here.  Two is there!\n\n三在这里。Four?"
    children = SentenceShuffle().children(text, Chance(5), 3)
    assert children
    for child in children:
        assert sorted(child.text) == sorted(text)
        assert child.text != text
    assert SentenceShuffle().children("Only one sentence.", Chance(0), 3) == []
