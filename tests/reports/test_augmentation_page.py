"""The page of an augmentation: pairs with their edits, refusals with their reasons, readings before and after."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

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
    ran = CliRunner().invoke(main, ["augment", "c.jsonl", "-o", "o.jsonl", "--method", "shuffle"])
    assert ran.exit_code == 0, ran.output
    assert "dataqual augment c.jsonl -o o.jsonl --method shuffle" in (tmp_path / "o.jsonl.report.html").read_text(
        encoding="utf-8"
    )
