"""The page of an augmentation: pairs with their edits, refusals with their reasons, readings before and after."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import dataqual
import reports
from dataqual.cli import main
from dataqual.translating import Translation, sentences

TEXTS = (
    "The <script>alert(1)</script> weather was terrible today, and nobody liked it",
    "我们今天去公园散步，天气很好，大家都很开心",
    "12345",
)


@pytest.fixture(scope="module")
def augmented(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("augmented")
    rows = [
        {"id": f"d{i}", "text": TEXTS[i % 3] + f" {i}" * (i % 3 < 2), "label": "<b>rare</b>" if i % 5 == 0 else "common", "split": "test" if i == 39 else "train"}
        for i in range(40)
    ]  # fmt: skip
    (folder / "c.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    return dataqual.augment(folder / "c.jsonl", folder / "out.jsonl", method="noise", parameters={"rate": 0.1})


def test_it_shows_pairs_refusals_readings_and_who_grew(augmented: Any) -> None:
    page = reports.augmentation(augmented)
    reasons = {reason["rule"]: reason["documents"] for reason in augmented.page_facts()["reasons"]}
    assert reasons["nothing_to_change"] == 13  # the numbers, of which no child was ever made
    refused = augmented.facts()["refused"] - 13
    told = f"{refused} refused" if refused else "none refused"
    assert f"{augmented.added}\xa0children of 40\xa0documents added, {told}." in page
    assert page.count('class="pair sides"') >= 5
    assert "<ins" in page or "<mark" in page
    assert "nothing_to_change" in page
    for name in ("near_copies", "distinct", "mtld", "self_bleu", "vendi"):
        assert name in page.replace("<wbr>", "")
    assert "&lt;b&gt;rare" in page
    assert "<b>rare" not in page
    assert "<script>alert" not in page
    assert "1 document is held out" in page


def test_edits_are_marked_whole_and_siblings_are_not_shown_twice(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("但是 可是 不过\n喜欢 喜爱\n", encoding="utf-8")
    rows = [json.dumps({"id": f"d{n}", "text": f"第{n}次来，但是很喜欢"}, ensure_ascii=False) for n in range(3)]
    (tmp_path / "c.jsonl").write_text("\n".join(rows), encoding="utf-8")
    how = {"chinese": str(tmp_path / "words.txt"), "segment": "longest", "frequency": "none", "rate": 0.6}
    done = dataqual.augment(tmp_path / "c.jsonl", tmp_path / "o.jsonl", factor=3, parameters=how | {"gate": "none"})
    assert done.added > 3
    page = reports.augmentation(done)
    assert '<mark class="first">但是</mark>' in page
    assert re.search('<mark class="second">(可是|不过)</mark>很<mark class="second">喜爱</mark>', page)
    assert page.count("the child") == 3  # of six


def test_what_rules_ask_is_told_and_of_what_nothing_was_made_stands_apart(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"text": "One is here. Two is there."}\n{"text": "One"}\n', encoding="utf-8")
    gate = tmp_path / "gate.yaml"
    gate.write_text('rules: [{signal: copies_parent, max: -1, about: "Never passes, at all."}]', encoding="utf-8")
    done = dataqual.augment(
        tmp_path / "c.jsonl", tmp_path / "o.jsonl", method="shuffle", parameters={"gate": str(gate), "rate": 1}
    )
    page = reports.augmentation(done)
    refused, apart = page.index('<section id="refused"'), page.index('<section id="none"')
    assert "Never passes, at all." in page[refused:apart]
    assert "nothing_to_change" not in page[refused:apart].replace("<wbr>", "")
    assert "Nothing in it could be changed." in page[apart:]
    assert "1 nothing_to_change, no child made" in str(done)


def test_the_same_facts_give_the_same_page_and_facts_are_enough(augmented: Any) -> None:
    facts = json.loads(json.dumps(augmented.page_facts()))
    assert reports.augmentation(facts) == reports.augmentation(augmented)
    assert {one["name"]: one["after"]["n"] for one in facts["readings"]}["mtld"] == 40 + augmented.added
    bare = {key: facts[key] for key in ("schema", "read", "kept", "dropped", "unreadable", "added", "written")}
    assert "What was made" in reports.augmentation(bare)


def test_the_page_leaves_nothing_of_ours_in_english(augmented: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    missed: set[str] = set()
    monkeypatch.setattr("reports.page.translation", lambda language: Translation(sentences(language), missed.add))
    page = reports.augmentation(augmented, language="zh")
    assert "子文档" in page
    assert {
        text for text in missed if re.search("[a-z]{2}", text) and not re.fullmatch(r"[\w@.~:<>/-]+", text)
    } == set()


def test_the_command_writes_it_beside_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.jsonl").write_text('{"text": "One is here. Two is there."}\n' * 3, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = ["augment", "c.jsonl", "-o", "o.jsonl", "--method", "shuffle"]
    ran = CliRunner().invoke(main, [*words, "--workers", "1", "--max-memory", "1G"])
    assert ran.exit_code == 0, ran.output
    first = (tmp_path / "o.jsonl.report.html").read_bytes()
    assert b"dataqual augment c.jsonl -o o.jsonl --method shuffle</pre>" in first
    CliRunner().invoke(main, [*words, "--workers", "2", "--quiet"])
    assert (tmp_path / "o.jsonl.report.html").read_bytes() == first  # what changes no byte is not told


def test_what_was_done_to_pictures_is_said_in_chinese(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    np.savez(tmp_path / "x.npz", x=random.integers(0, 256, (6, 12, 12, 3), np.uint8), y=[*"aaabbb"])
    pages = ""
    for methods in ("crop,rotate,flip,colour,blur,noise,cutout", "mixup", "cutmix"):
        done = dataqual.augment(tmp_path / "x.npz", tmp_path / methods, method=methods, parameters={"gate": "none"})
        pages += reports.augmentation(done, language="zh")
    for said in (
        "裁剪至面积的",
        "旋转 ",
        "亮度 ",
        "色相",
        "模糊 ",
        "噪声 ",
        "挖空 ",
        "混入 ",
        "贴入 ",
        "翻转",
        "标签 'a' 占",
    ):
        assert said in pages, said
    for english in ("of the area", "degrees", "brightness", "cutout of", "of a picture of", "of label"):
        assert english not in pages, english
