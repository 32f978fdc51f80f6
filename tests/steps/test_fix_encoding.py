"""The step `fix_encoding`: it mends what was read wrongly, and nothing that was read well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.steps import fix_encoding
from dataqual.steps.fix_encoding import FixEncoding, mended
from tests.steps.rewriting import after, batch_of, cases, check_cases, parameters
from tests.strange import documents

CLEAN = [case["text"] for case in cases("mojibake") if case["finds"] == 0 and not case.get("known_failure")]
SENTENCES = [
    "Größe und Übermut im Café",
    "Съешь же ещё этих мягких булок",
    "今天天气很好，我们去公园。",
    "naïve “quotes” — it’s",
]


@pytest.mark.parametrize("case", parameters("fix_encoding"))
def test_a_case_comes_out_as_it_should(case: dict[str, Any]) -> None:
    neighbours = ("plain", "今天天气很好")
    assert after(FixEncoding(), neighbours[0], case["text"], neighbours[1]) == [
        neighbours[0],
        case["mended"],
        neighbours[1],
    ]


@pytest.mark.parametrize("case", parameters("fix_encoding"))
def test_mending_a_clean_text_without_asking_whether_it_is_suspicious_leaves_it(case: dict[str, Any]) -> None:
    assert mended(case["mended"]) == case["mended"]


def test_the_cases_say_why_and_half_of_them_stay() -> None:
    check_cases("fix_encoding", "mended")


@pytest.mark.parametrize("text", CLEAN)
def test_what_the_signal_calls_clean_stays(text: str) -> None:
    assert after(FixEncoding(), text) == [text]


BEYOND_FTFY = {(SENTENCES[0], "cp1251"), (SENTENCES[1], "mac_roman")}


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "cp1250", "mac_roman", "cp437", "latin-1"])
@pytest.mark.parametrize("text", SENTENCES)
def test_nearly_every_mistake_of_one_byte_is_undone(text: str, encoding: str) -> None:
    try:
        wrong = text.encode().decode(encoding)
    except UnicodeDecodeError:
        return  # the encoding has no character for one of the bytes
    assert (after(FixEncoding(), wrong) == [text]) == ((text, encoding) not in BEYOND_FTFY)


@given(documents)
def test_a_second_run_changes_nothing(text: str) -> None:
    once = mended(text)
    assert mended(once) == once


@given(st.text(st.sampled_from("ÃÂâ€™œ¢Å±ÄãºÊÀ½ç£¬浣犲ソ锛屼笘鐣\ufffd?. 好\x85\x9d"), max_size=40))
def test_nor_does_it_on_what_looks_wrong(text: str) -> None:
    once = mended(text)
    assert mended(once) == once


def test_documents_without_a_suspicious_byte_are_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fix_encoding, "mended", lambda document: pytest.fail(document))
    batch = batch_of(["plain", "今天天气很好，我们去公园。", "Größe « là »", ""])
    assert FixEncoding()(batch) == (batch, [])


def test_a_run_of_latin_letters_marks_the_document_it_is_in() -> None:
    run = "é" * 8
    batch = batch_of(["a", run[:-1], "b", run, "c", "x\x95y", "", run[:-1]])
    assert fix_encoding.suspicious(batch.text).tolist() == [False, False, False, True, False, True, False, False]
