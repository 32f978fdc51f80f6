"""The Chinese is complete: every message, help, word of the vocabulary and page of `dataqual` has one."""

from __future__ import annotations

import inspect
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import dataqual
import reports
from dataqual import catalog, sample, vocabulary
from dataqual.cli import main
from dataqual.translating import Translation, sentences, translated, translation
from tests.messages import HOLE, templates
from tests.test_docs import cli_docs

ZH = translation("zh")
assert ZH is not None

IDENTIFIERS = re.compile(r"^[\w@.-]+(\(.*\)?)?( [≥≤<>=]+ -?[\d.,]+( and [≥≤<>=]+ -?[\d.,]+)?)?$|…\)? [≥≤<>]")
"""A name of ours, with its parameters and bounds, is a name in every language."""

NAMES_ALONE = {
    f"much_by_one {HOLE}1{HOLE}",
    f"{HOLE}1{HOLE} or {HOLE}2{HOLE}",
    f"--model: {HOLE}1{HOLE}: {HOLE}2{HOLE}",
}
"""Names of findings, which nobody is shown, and letters of which nothing is a word of ours."""

IN_PARTS = {
    f"{HOLE}1{HOLE} of the {HOLE}2{HOLE} {HOLE}3{HOLE}{HOLE}4{HOLE}",
    f"{HOLE}1{HOLE} of the {HOLE}2{HOLE} bear an id that was used before{HOLE}3{HOLE}",
}
"""Whose parts are words of ours: the sentences they make stand in the dictionary, and on the page of the sample."""


def filled(template: str) -> Iterator[str]:
    """The template with its holes as they are, as numbers and as shares: an entry may want either."""
    holes = re.findall(rf"{HOLE}\d+{HOLE}", template)
    for values in itertools.product((None, "77", "12 %"), repeat=min(len(holes), 6)):
        text = template
        for hole, value in zip(holes, values, strict=False):
            text = text.replace(hole, value or hole, 1)
        yield text


def known(text: str) -> bool:
    return any(ZH.find(one) is not None for one in filled(text))


def test_every_message_of_the_code_has_a_translation() -> None:
    unknown = {
        text: place
        for text, place in templates(("dataqual",)).items()
        if text not in NAMES_ALONE | IN_PARTS and not known(text)
    }
    assert unknown == {}


def test_a_message_that_is_not_translated_would_be_seen() -> None:
    assert not known(f"{HOLE}1{HOLE}: nobody has translated this")
    assert len(templates(("dataqual",))) > 200


def test_every_help_has_a_translation() -> None:
    unknown = []
    for typed, command, _ in cli_docs().every_command():
        if typed.startswith("dataqual"):
            paragraphs = [p for p in (command.help or "").split("\n\n") if "\b" not in p]
            options = [getattr(param, "help", None) or "" for param in command.params]
            unknown += [
                text for text in (" ".join(p.split()) for p in [*paragraphs, *options]) if text and not known(text)
            ]
    assert unknown == []


def test_the_whole_vocabulary_has_a_translation() -> None:
    kinds: tuple[Any, ...] = ("signals", "metrics", "steps")
    said = {
        f"{kind} {name}": " ".join((inspect.getdoc(catalog.find(kind, name)) or "").split("\n\n")[0].split())
        for kind in kinds
        for name in catalog.names(kind)
    }
    folder = Path(dataqual.__file__).parent
    for file in sorted([*folder.glob("**/rules/*.yaml"), *(folder / "recipes").glob("*.yaml")]):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        told = [content.get("about"), content.get("caveat"), *(r.get("about") for r in content.get("rules") or [])]
        said |= {f"{file.name} {at}": " ".join(text.split()) for at, text in enumerate(told) if text}
    for entry in vocabulary.entries():
        said |= {f"{entry.name} more": entry.more, f"{entry.name} unit": entry.unit}
    assert {name: text for name, text in said.items() if text and not known(text)} == {}


def test_a_signal_is_told_in_chinese_to_its_last_paragraph() -> None:
    for entry in vocabulary.entries():
        told = entry.told(translation("zh")).split("\n\n")
        prose = [part for part in told[1:] if not part.startswith((">>>", "  ", "来源"))]
        assert all(
            len(re.findall("[\u4e00-\u9fff]", part)) > len(re.findall("[A-Za-z]", part)) / 3 for part in prose
        ), told


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The sample corpus profiled, and cleaned by a recipe that mends, drops and redacts."""
    folder = tmp_path_factory.mktemp("chinese")
    corpus = dataqual.read(sample.path(), label="label", group="source")
    return dataqual.profile(corpus), dataqual.clean(corpus, folder / "clean.jsonl", recipe="web")


def test_the_pages_of_the_sample_leave_nothing_of_ours_in_english(
    worked: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: set[str] = set()
    monkeypatch.setattr("reports.page.translation", lambda language: Translation(sentences(language), missed.add))
    profile, cleaned = worked
    assert "篇文档" in reports.profile(profile, language="zh")
    assert "清洗" in reports.cleaning(cleaned, language="zh")
    ours = {text.replace("\u00a0", " ") for text in missed if re.search("[a-z]{2}", text)}
    left = {text for text in ours if not IDENTIFIERS.search(text)}
    assert left <= {"sample.jsonl:"}


def test_facts_and_json_are_the_same_in_every_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "few.jsonl").write_text('{"text": "one two"}\n{"text": "一篇"}\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    told = []
    for language in ("en", "zh"):
        ran = CliRunner().invoke(main, ["profile", "few.jsonl", "--json", "--no-rules", "--lang", language])
        assert ran.exit_code == 0, ran.output
        facts = json.loads(ran.stdout)
        facts.pop("run")
        told.append(facts)
    assert told[0] == told[1]
    assert '<html lang="zh"' in (tmp_path / "few.profile" / "report.html").read_text(encoding="utf-8")


def test_a_command_speaks_chinese_by_option_and_by_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, environment in ((["--lang", "zh"], {}), ([], {"LC_ALL": "zh_CN.UTF-8"})):
        ran = CliRunner().invoke(main, ["profile", "no.jsonl", *arguments], env=environment)
        assert (ran.exit_code, ran.stderr) == (2, "dataqual: no.jsonl：没有这个文件或文件夹\n")
    ran = CliRunner().invoke(main, ["profile", "--samble", "3"], env={"LC_ALL": "zh_CN.UTF-8"})
    assert ran.exit_code == 2
    assert "没有选项 '--samble'。是否指 '--sample'？" in ran.stderr
    ran = CliRunner().invoke(main, ["--help"], env={"LANG": "zh_CN.UTF-8", "LC_ALL": ""})
    assert "说明语料里有什么、有什么问题、下一步做什么。" in ran.stdout
    ran = CliRunner().invoke(main, ["profile", "no.jsonl", "--lang", "en"], env={"LC_ALL": "zh_CN.UTF-8"})
    assert ran.stderr == "dataqual: no.jsonl: no such file or folder\n"


def test_sums_tables_and_hints_are_chinese_in_the_order_of_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text, told in (
        ("1,500 records read = 1,000 train + 300 valid + 200 test + 0 unreadable",
         "读取 1,500 条记录 = 1,000 train + 300 valid + 200 test + 无法读取 0"),
        ("     a@b keeps  a@b drops", "     a@b  保留  a@b  删去"),
        ("a@b drops     12      3", "a@b  删去     12      3"),
        ("162 bytes of text · 33 words · zh 100 % of the documents", "文本 162 bytes · 33 个词 · 文档构成：zh 100 %"),
        ("passed over: a/b.docx (hidden, linked, of an unknown kind, a profile, a report or a README)",
         "已略过：a/b.docx（隐藏文件、链接、未知类型、概况、报告或 README）"),
        ("  short: word_count(cut=whitespace) is 0.4, to be >= 1", "  short：word_count(cut=whitespace) 为 0.4，应为 >= 1"),
    ):  # fmt: skip
        assert ZH(text) == told
    (tmp_path / "all.jsonl").write_text('{"text": "a",\n' * 2, encoding="utf-8")
    (tmp_path / "most.jsonl").write_text('["a"]\n["b"]\n{"text": "c"}\n', encoding="utf-8")
    for path, why in (
        ("all.jsonl", "全部 2 条记录都无法读取；多为“不是 JSON”（2），首处在 all.jsonl:1：数据意外结束（第 14 列）；"
         "是否是一个跨多行的 JSON 数组或对象？若是：jq -c '.[]?' OLD > NEW.jsonl"),
        ("most.jsonl", "多为“不是对象”（2），首处在 most.jsonl:1：该行是一个列表，不是含字段 'text' 的对象；"
         "是否是一个 JSON 数组？若是：jq -c '.[]' OLD > NEW.jsonl；可用 --max-unreadable 0.67 放宽"),
    ):  # fmt: skip
        ran = CliRunner().invoke(main, ["profile", path, "--lang", "zh"])
        assert (ran.exit_code, ran.stderr.splitlines()[-1].endswith(why)) == (2, True), ran.stderr


def test_the_scripts_beyond_the_largest_are_words_of_ours_and_told_in_chinese() -> None:
    texts = ["Latin", "汉字", "кириллица", "ελληνικά", "עברית", "ไทย", "한국어", "العربية"]
    page = reports.profile(dataqual.profile(dataqual.Corpus.of(texts)), language="zh")
    assert "<span>其余 2 个</span>" in page
    assert "<bdi>2 others</bdi>" not in page


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Estimated from a sample of 2,000 documents; 95 % sure: between 2 % and 3 %.", "由 2,000 篇文档的抽样估计；95% 置信区间 2 % 至 3 %。"),
        ("Estimated by a sketch of all 90 words; certainly between 4 and 5.", "由全部 90 词的概要（sketch）估计；确定在 4 与 5 之间。"),
        ("Counted on 30 words; between 1 and 2.", "对 30 词计数；在 1 与 2 之间。"),
    ],
)  # fmt: skip
def test_how_a_reading_was_come_by_ends_where_its_interval_begins(english: str, chinese: str) -> None:
    assert translated(english, "zh") == chinese
