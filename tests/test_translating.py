"""Sentences in another language: which entry is taken, what a hole holds, what stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dataqual import translating
from dataqual.errors import SpecError
from dataqual.translating import Translation, of_locale, sentences


def test_an_entry_with_more_words_of_its_own_is_surer() -> None:
    say = Translation({"{what} of it": "其中{what}", "all {what} of it": "全部{what}"})
    assert say("all copies of it") == "全部copies"
    assert say("copies of it") == "其中copies"


def test_a_hole_is_shown_as_it_is_unless_it_says_that_it_is_translated() -> None:
    say = Translation({"{path}: no {what}": "{path}：没有{what:t}", "none": "无", "file": "文件"})
    assert say("none: no file") == "none：没有文件"


def test_a_number_hole_takes_no_words() -> None:
    say = Translation({"{n} of {m}": "{m} 中的 {n}"})
    assert say("3 of 1,200") == "1,200 中的 3"
    assert say("out of order") == "out of order"


def test_a_share_takes_per_cent_alone() -> None:
    say = Translation({"{share} of the documents": "{share} 的文档"})
    assert say("> 99.9\u00a0% of the documents") == "> 99.9\u00a0% 的文档"
    assert say("half of the documents") == "half of the documents"


def test_what_is_not_known_stays_and_is_told() -> None:
    missed: list[str] = []
    say = Translation({"Known.": "已知。"}, missed.append)
    assert say("Known. Strange one.") == "已知。Strange one."
    assert missed == ["Strange one."]


def test_sentences_that_are_known_together_are_taken_together() -> None:
    say = Translation({"One. Two.": "一二。", "One.": "一。", "Three.": "三。"})
    assert say("One. Two. Three.") == "一二。三。"


def test_a_line_is_translated_whole_or_not_at_all() -> None:
    say = Translation({"Known.": "已知。", "there: {text}": "原文：{text}"})
    assert say.whole("Known. What somebody wrote. Known.") == "Known. What somebody wrote. Known."
    assert say.whole("   there: Known. or not") == "   原文：Known. or not"


def test_white_space_at_the_ends_and_what_has_no_letters_stay() -> None:
    say = Translation({"a": "甲"})
    assert [say("  a\n"), say(" 12 % "), say("")] == ["  甲\n", " 12 % ", ""]


def test_a_translation_with_a_hole_that_the_sentence_has_not_is_an_error() -> None:
    with pytest.raises(SpecError, match="'count'"):
        Translation({"{n} more": "另有 {count} 个"})


def test_a_sentence_stands_in_one_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "xx"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.toml").write_text('"one" = "yi"', encoding="utf-8")
    monkeypatch.setattr(translating, "FOLDER", tmp_path)
    with pytest.raises(SpecError, match=re.escape("b.toml: 'one' is translated already in another file")):
        sentences("xx")


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(SpecError, match=re.escape("no language 'fr'; there are: en, zh")):
        translating.translation("fr")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh_CN.UTF-8", "zh"), ("zh-Hant_TW", "zh"), ("zh", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"), ("", "en")],
)
def test_the_locale_says_the_language(locale: str, language: str) -> None:
    assert of_locale({"LANG": locale}) == language


NAMED = (
    "Cliff's delta",
    "Cohen's",
    "Fleiss' kappa",
    "Krippendorff's alpha",
    "Yule's K",
    "distinct-",
    "self-BLEU",
    "command: {command}",
)
"""What bears a name in every language."""


def test_every_chinese_sentence_is_chinese_and_says_every_number() -> None:
    for key, says in sentences("zh").items():
        own = re.sub(r"^\S+: (?=\{\w+\}$)|\{\w+(\?|:[t1])?\}|dataqual|studies", "", key)
        named = key.startswith(NAMED)
        assert (
            named
            or re.search("[\u3400-\u9fff]|^[1-9]$|^{n}[kMBT](、{[mk]}[kMBT])*$", says)
            or not re.search("[a-z]{3}", own)
        ), key
        numbers = {hole[1] for hole in re.finditer(r"\{(n|m|k|share|part)\}", key)}
        assert all(f"{{{name}}}" in says for name in numbers), key
        assert sorted(re.findall(r"</?\d/?>", key)) == sorted(re.findall(r"</?\d/?>", says)), key


def test_a_hole_of_one_sentence_ends_with_it() -> None:
    say = Translation({"worth {what:1}": "值 {what}", "{what} (in all)": "{what:t}（合计）", "none": "无"})
    assert say("worth a; none (in all)") == "值 a；无（合计）"


def test_a_sentence_may_begin_with_a_capital_and_end_in_a_stop_that_its_entry_has_not() -> None:
    say = Translation({"one": "一", "two.": "二。", "{n} (all)": "{n}（全部）"})
    assert say("One; two. one: 3 (all).") == "一；二。一：3（全部）。"
    assert say("three;") == "three;"


def test_latin_letters_in_a_translated_sentence_stand_apart_from_the_han_beside_them() -> None:
    say = Translation({"more {unit}": "加{unit:t}吧", "hours": "GPU 时", "GPU": "GPU"})
    assert [say("more hours"), say("more GPU"), say("more 3")] == ["加 GPU 时吧", "加 GPU 吧", "加3吧"]
