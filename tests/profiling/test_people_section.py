"""The section on people: what its block says, that what is personal is masked, and when something is found wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dataqual
import reports
from dataqual import Corpus
from dataqual.document_sample import DocumentSample
from dataqual.errors import SpecError
from dataqual.profiling.sections import Setting, people
from dataqual.translating import translation
from tests.reports.facts import likely

SETTING = Setting(Corpus.of(["a"]).columns, {}, lambda file: "corpus.jsonl")


def block(texts: list[str]) -> dict:
    found = people.facts(DocumentSample.of_texts(texts), SETTING)
    assert found
    json.dumps(found, allow_nan=False)
    return found


CORPUS = [f"She is a nurse on ward {i}. He is an engineer. 他来了。" for i in range(40)]


def test_the_block_has_counts_intervals_words_and_sentences() -> None:
    found = block([*CORPUS, "nobody"])
    assert (found["naming"]["value"], found["naming"]["n"]) == (40 / 41, 41)
    [gender] = found["axes"]
    female = next(group for group in gender["groups"] if group["group"] == "female")
    assert (female["mentions"], female["of"], female["documents"]) == (40, 120, 40)
    assert female["interval"][0] < 1 / 3 < female["interval"][1]
    assert female["terms"] == [{"term": "she", "often": 40}]
    assert female["example"]["text"].startswith("She is a nurse")
    a, b, why = female["example"]["marks"][0]
    assert (female["example"]["text"][a:b], why) == ("She", "gender/female")
    nurse = next(row for row in found["associations"]["rows"] if row["item"] == "nurse")
    assert nurse["examples"][0]["text"].startswith("She is a nurse on ward")
    assert found["counterfactuals"]["n"] == 80  # "他来了" is too short to be a sentence with a pair


def test_what_is_personal_in_a_sentence_is_masked_also_where_the_sentence_ends_in_it() -> None:
    [gender] = block(["Write to her at ann.lee@example.com. She answers."] * 12)["axes"]
    shown = json.dumps(gender)
    assert "ann.lee" not in shown
    assert "example.com" not in shown


def test_flagged_words_are_hidden_in_the_sentences() -> None:
    found = block([f"She is a bitch {i}. He is an engineer." for i in range(40)])
    rows = [row for row in found["associations"]["rows"] if row["list"] == "flagged"]
    assert rows[0]["examples"][0]["text"].startswith("She is a b•••• ")


@pytest.mark.parametrize("texts", [[], [""], ["nobody is here", "没有人"]])
def test_where_nobody_is_named_there_is_no_section(texts: list[str]) -> None:
    assert people.facts(DocumentSample.of_texts(texts), SETTING) is None


def test_one_gender_named_far_more_often_is_a_note_and_flagged_words_beside_one_a_warning() -> None:
    lopsided = block([f"He met him {i}." for i in range(80)] + ["She left."] * 6)
    [note] = people.findings(lopsided, {})
    assert (note.name, note.severity, note.where) == ("lopsided_gender", "note", "people")
    assert note.headline == "male is named 26.7 times as often as female"
    assert "6 words name female" in note.why
    maligned = block([f"She is a bitch {i}. He is an engineer." for i in range(40)])
    [warning] = people.findings(maligned, {})
    assert (warning.name, warning.severity) == ("maligned_gender_female", "warning")
    assert [*people.findings(block(CORPUS), {})] == []


def test_findings_are_told_in_chinese() -> None:
    chinese = translation("zh")
    assert chinese
    for texts in (
        [f"He met him {i}." for i in range(80)],
        [f"She is a bitch {i}. He is an engineer." for i in range(40)],
    ):
        for finding in people.findings(block(texts), {}):
            for told in (finding.headline, finding.why, finding.say or ""):
                assert chinese.find(told) is not None, told


def test_a_profile_has_the_section_and_may_leave_it_out() -> None:
    corpus = Corpus.of(CORPUS)
    page = reports.profile(dataqual.profile(corpus, rules=()))
    assert '<section id="people"' in page
    assert "people" not in dataqual.profile(corpus, rules=(), skip=["people"]).facts


def test_the_page_is_chinese_where_it_is_asked_for() -> None:
    page = reports.profile(likely(), language="zh")
    for told in ("人群", "女性", "如何说到他们", "33 项检验中", "仅性别全部互换"):
        assert told in page, told
    assert ">south african<" not in page


def test_words_of_ones_own_and_a_table_of_shares_come_into_the_section(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("axes: {trade: {ward: [ward], tree: [tree]}}\n", encoding="utf-8")
    (tmp_path / "census.csv").write_text("axis,group,share\ngender,female,1\ngender,male,1\n", encoding="utf-8")
    made = dataqual.profile(
        Corpus.of(CORPUS), rules=(), people=str(tmp_path / "mine.yaml"), census=str(tmp_path / "census.csv")
    )
    axes = {axis["axis"]: axis["groups"] for axis in made.facts["people"]["axes"]}
    assert axes["trade"][0]["mentions"] == 40
    assert {group["group"]: round(group["ratio"], 3) for group in axes["gender"]} == {"male": 1.333, "female": 0.667}
    page = reports.profile(made)
    assert "times the reference" in page
    assert "<b>ward</b>" in page


def test_a_file_that_will_not_do_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "census.csv").write_text("axis,group,share\ngender,women,1\n", encoding="utf-8")
    for given, said in (
        ({"census": str(tmp_path / "census.csv")}, "no group 'women' of the axis 'gender'"),
        ({"people": str(tmp_path / "no.yaml")}, "no.yaml: "),
    ):
        with pytest.raises(SpecError, match=said):
            dataqual.profile("no such corpus.jsonl", **given)
