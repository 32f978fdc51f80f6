"""The tables against the running Python's unicodedata, for the characters that it knows."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable

import numpy as np
import pytest

from dataqual.kernels.unicode import DROPPED, SCRIPTS, Class, tables
from tests import reference
from tests.strange import CHANGED

ASSIGNED = [
    chr(point)
    for point in range(sys.maxunicode + 1)
    if unicodedata.category(chr(point)) not in ("Cn", "Cs") and chr(point) not in CHANGED
]
POINTS = np.array([ord(char) for char in ASSIGNED])

CLASS_OF = {
    "Lu": Class.UPPER, "Lt": Class.UPPER, "Ll": Class.LOWER, "Lm": Class.LETTER, "Lo": Class.LETTER, "Nl": Class.LETTER,
    "Mn": Class.MARK, "Mc": Class.MARK, "Me": Class.MARK, "Nd": Class.DIGIT, "No": Class.NUMBER,
    "Cc": Class.CONTROL, "Cf": Class.FORMAT, "Co": Class.UNASSIGNED,
}  # fmt: skip


def _class_of(char: str) -> Class:
    category = unicodedata.category(char)
    if char.isspace():
        return Class.SPACE
    if char in reference.JOINERS:
        return Class.JOINER
    return CLASS_OF.get(category) or (
        Class.PUNCTUATION if category[0] == "P" else Class.SYMBOL if category[0] == "S" else Class.UNASSIGNED
    )


def _differing(found: Iterable[object], expected: Iterable[object]) -> list[str]:
    """The characters for which a table says something else, as U+ numbers."""
    return [f"U+{ord(char):04X}" for char, a, b in zip(ASSIGNED, found, expected, strict=True) if a != b]


def test_the_tables_name_their_version_of_unicode() -> None:
    assert tables().version == "18.0.0"


def test_every_class_is_the_general_category() -> None:
    assert _differing(tables().classes[POINTS] & 15, [_class_of(char) for char in ASSIGNED]) == []


def test_white_space_is_what_str_isspace_says_for_every_code_point() -> None:
    spaces = np.flatnonzero((tables().classes & 15) == Class.SPACE)
    assert [chr(point) for point in spaces] == [char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()]


def test_characters_of_scripts_without_spaces_are_marked_alone() -> None:
    found = (tables().classes[POINTS] & Class.ALONE) > 0
    assert _differing(found, [reference.is_alone(char) for char in ASSIGNED]) == []


def test_lower_case_is_str_lower_where_that_is_one_character() -> None:
    assert _differing(tables().lower[POINTS], [ord(reference.lower(char)) for char in ASSIGNED]) == []


def test_bases_are_decompositions_without_nonspacing_marks() -> None:
    expected = [ord(bare) if (bare := reference.without_accents(char)) else DROPPED for char in ASSIGNED]
    assert _differing(tables().base[POINTS], expected) == []


def test_bases_in_lower_case_are_both_rules_one_after_the_other() -> None:
    both = [reference.lower(reference.without_accents(char)) for char in ASSIGNED]
    assert _differing(tables().lower_base[POINTS], [ord(char) if char else DROPPED for char in both]) == []


def test_sentence_ends_and_closing_quotes_are_marked_on_the_very_characters() -> None:
    classes = tables().classes
    ends = {chr(point) for point in np.flatnonzero(classes & Class.TERMINAL)}
    closing = {chr(point) for point in np.flatnonzero(classes & Class.CLOSING)}
    assert ends == set(".!?…" + reference.WIDE)
    assert closing == set("\"')]}’”»›」』】）》〉］｝〕〗〙〛〞〟｣")


@pytest.mark.parametrize(
    ("char", "script"),
    [
        ("a", "Latin"), ("é", "Latin"), ("Ж", "Cyrillic"), ("λ", "Greek"), ("漢", "Han"), ("〇", "Han"), ("ひ", "Hiragana"),
        ("カ", "Katakana"), ("ｶ", "Katakana"), ("ー", "Common"), ("한", "Hangul"), ("ㄅ", "Bopomofo"), ("ع", "Arabic"),
        ("ש", "Hebrew"), ("क", "Devanagari"), ("ก", "Thai"), ("ລ", "Lao"), ("ខ", "Khmer"), ("မ", "Myanmar"), ("ა", "Georgian"),
        ("1", "Common"), (" ", "Common"), ("🙂", "Common"), ("\u0301", "Common"), ("\u0378", "Common"), ("𐎀", "other scripts"),
    ],
)  # fmt: skip
def test_scripts_are_those_of_the_standard(char: str, script: str) -> None:
    assert SCRIPTS[tables().scripts[ord(char)]] == script


def test_code_points_that_are_no_characters_are_unassigned_and_map_to_themselves() -> None:
    for point in (0x0378, 0xFFFF, 0xE000, 0x10FFFF):
        assert tables().classes[point] == Class.UNASSIGNED
        assert tables().lower[point] == tables().base[point] == point
