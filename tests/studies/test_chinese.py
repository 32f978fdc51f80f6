"""What `studies` says, in Chinese: nothing of ours stays English, and every number is there as it was."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

import reports
from dataqual.translating import Translation, sentences
from reports import page
from studies.telling.sentences import summary
from tests.messages import HOLE, templates
from tests.reports import study_facts

SAY = Translation(sentences("zh"))
MESSAGES = templates(("studies",))
FILLED = ("\\1", "11", "12 %", "no")
"""What may stand in a hole: a name, a number, a share, a part of a sentence."""

OURS_TO_READ = {"dataqual", "scaling:"}
"""What stays as it is: the name of the program in the bar, and that of the study in the title."""
A_NUMBER = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*[kMGT]?B?")


@pytest.mark.parametrize("template", MESSAGES, ids=lambda text: text[:60])
def test_every_message_has_a_translation(template: str) -> None:
    forms = [re.sub(f"{HOLE}(\\d+){HOLE}", filled, template) for filled in FILLED]
    assert any(SAY.whole(form) != form for form in forms), MESSAGES[template]


@pytest.mark.parametrize("case", ["likely", "bare", "unsure", "priced", "labelled"])
def test_the_page_of_a_study_leaves_nothing_of_ours_in_english(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missed: list[str] = []
    say = Translation(sentences("zh"), missed.append)
    monkeypatch.setattr(page, "translation", lambda language: say)
    reports.study(getattr(study_facts, case)(), language="zh")
    assert {text for text in missed if not A_NUMBER.fullmatch(text)} - OURS_TO_READ == set()


@pytest.mark.parametrize("case", ["likely", "unsure", "priced"])
def test_every_line_of_the_summary_is_told_with_all_its_numbers(case: str) -> None:
    for line, _ in summary(getattr(study_facts, case)()):
        told = SAY.whole(line)
        assert told != line or not any(c.isalpha() for c in line), line
        assert numbers(told) == numbers(line)


def numbers(line: str) -> Counter[str]:
    """The numbers in a line, intervals and shares included, however the words around them are ordered."""
    return Counter(re.findall(r"[+\-−]?\d+(?:[.,]\d+)*(?:e\+\d+)?", line))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "More core-hours: doubling them beats doubling data by 0.010 [0.004, 0.016] bits per byte on raw text, 0.020 to 0.080 on neutral (373k parameters, 1.0M tokens).",
            "加核时：在 raw 文本上，核时加倍比数据加倍多降低损失 0.010 [0.004, 0.016] 比特/字节，在 neutral 上为 0.020 至 0.080（373k 参数，1.0M 词元）。",
        ),
        (
            "note: raw: laws chinchilla, power: needs 6 runs or more to fit 5 parameters, there are 3",
            "说明：raw：规律 chinchilla, power：拟合 5 个参数至少需要 6 次训练，现有 3 次",
        ),
        (
            "studies: mine.yaml.learner: 'gtp2' is unknown; did you mean 'gpt2'? there are: gpt2, oracle",
            "studies：mine.yaml.learner：未知的 'gtp2'；是否指 'gpt2'？可用的有：gpt2, oracle",
        ),
        (
            "3/18: clean, 30,000 parameters, seed 1: raw 2.4010, neutral 2.5, 3 min 20 s left",
            "3/18：clean，30,000 参数，种子 1：raw 2.4010, neutral 2.5，剩余 3 分 20 秒",
        ),
    ],
)
def test_composed_sentences_read_as_one(english: str, chinese: str) -> None:
    assert SAY.whole(english) == chinese


def test_grades_and_sets_keep_their_names_on_the_page() -> None:
    facts: dict[str, Any] = study_facts.bare()
    for part in ("grades", "held_out"):
        facts["data"][part] = {"neutral": next(iter(facts["data"][part].values()))}
    for point in facts["points"]:
        point.update(grade="neutral", held_out="neutral")
    drawn = reports.study(facts, language="zh")
    assert "<bdi>neutral</bdi>" in drawn
    assert "<bdi>中立</bdi>" not in drawn
