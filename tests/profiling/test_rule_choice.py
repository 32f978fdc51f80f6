"""A profile applies the rule sets made for what a corpus is written in, and says what it went by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dataqual
import reports
from dataqual.profiling.rule_choice import chosen_for
from dataqual.rules import PROFILED

ENGLISH, CHINESE, RUSSIAN = (
    "It rains in the garden today.",
    "今天花园里下雨了，我们在家看书。",
    "Сегодня в саду идёт дождь.",
)
HAN = ("chinese-web@evalweb",)


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        ([ENGLISH] * 5, PROFILED),
        ([CHINESE] * 5, HAN),
        ([CHINESE] * 3 + [ENGLISH] * 2, (*PROFILED, *HAN)),
        ([CHINESE] * 3 + [ENGLISH], HAN),
        ([RUSSIAN] * 3, PROFILED),
        (["", "42"], PROFILED),
        ([], PROFILED),
        ([CHINESE[:9] * 2000], HAN),
    ],
)
def test_the_sets_for_each_script_of_a_third_of_the_documents_are_applied(
    texts: list[str], names: tuple[str, ...]
) -> None:
    assert chosen_for(dataqual.Corpus.of(texts)).names == names


def test_files_from_the_first_to_the_last_are_looked_at(tmp_path: Path) -> None:
    for at in range(10):
        text = ENGLISH if at < 5 else CHINESE
        (tmp_path / f"{at}.jsonl").write_text((json.dumps({"text": text}) + "\n") * 300, encoding="utf-8")
    found = chosen_for(dataqual.read(tmp_path))
    assert (found.documents, dict(found.scripts)) == (1000, {"Latin": 500, "Han": 500})
    assert found.names == (*PROFILED, *HAN)


def test_facts_and_page_say_by_what_they_were_chosen() -> None:
    profile = dataqual.profile(dataqual.Corpus.of([CHINESE] * 9 + [ENGLISH]), near_copies=False, workers=1)
    assert [rules["name"] for rules in profile.facts["rules"]] == list(HAN) == profile.facts["options"]["rules"]
    assert profile.facts["rules_for"] == {"documents": 10, "scripts": {"Han": 9, "Latin": 1}}
    assert "Chosen by the scripts of 10 documents" in reports.profile(profile)
    assert "按文件开头 10 篇文档的文字选定" in reports.profile(profile, language="zh")
    named = dataqual.profile(dataqual.Corpus.of([CHINESE]), near_copies=False, workers=1, rules=PROFILED[:1])
    assert "rules_for" not in named.facts
