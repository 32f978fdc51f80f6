"""What is told of a refused child: which words were opposites, and once."""

from __future__ import annotations

import json
from pathlib import Path

import dataqual
import reports
from dataqual.augmenting import augment
from dataqual.children import Child, Refusal
from dataqual.steps._augmenting import SAME, _told_once


def test_explain_and_the_page_name_the_words_that_were_counted_as_opposites(tmp_path: Path) -> None:
    source, thesaurus, out = tmp_path / "r.jsonl", tmp_path / "th.txt", tmp_path / "o.jsonl"
    rows = [{"id": f"r{n}", "text": f"服务周到，第{n}次来"} for n in range(6)]
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    thesaurus.write_text("周到 敷衍\n", encoding="utf-8")
    parameters = {"chinese": str(thesaurus), "segment": "longest", "frequency": "none"}
    done = augment(source, out, method="synonyms", parameters=parameters)
    assert done.refused == {"antonyms_swapped": 6}
    [story] = dataqual.explain(out, "r0")
    assert "     Opposite: 周到 / 敷衍" in str(story).splitlines()
    assert "opposite: 周到 / 敷衍" in reports.augmentation(done)
    assert "反义词：周到 / 敷衍" in reports.augmentation(done, language="zh")


def test_a_refused_sibling_is_told_once_and_by_the_rule_of_the_gate() -> None:
    bad, parent = Child("a bad film", ()), Child("a good film", ())
    refused = [
        (parent, Refusal(SAME)),
        (bad, Refusal(SAME)),
        (parent, Refusal(SAME)),
        (bad, Refusal("antonyms_swapped", 1.0, "<= 0", "good / bad")),
    ]
    assert [(child.text, why.rule) for child, why in _told_once(refused)] == [
        ("a good film", SAME),
        ("a bad film", "antonyms_swapped"),
    ]
