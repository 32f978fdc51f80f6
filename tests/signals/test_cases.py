"""Signals that judge text, on texts with a known answer: tests/cases/*.json, as many negative as positive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dataqual import catalog

CASES = Path(__file__).parent.parent / "cases"
JUDGES = ("email_addresses", "html_residue", "mojibake")


def _cases() -> Iterator[Any]:
    for name in JUDGES:
        for case in json.loads((CASES / f"{name}.json").read_text(encoding="utf-8")):
            marks = [pytest.mark.xfail(strict=True, reason=case["comment"])] if case.get("known_failure") else []
            yield pytest.param(name, case["text"], case["finds"], id=f"{name}: {case['label']}", marks=marks)


@pytest.mark.parametrize(("name", "text", "finds"), list(_cases()))
def test_a_known_text_has_so_many_places(name: str, text: str, finds: int) -> None:
    assert catalog.signal(name)([text]).tolist() == [finds]


@pytest.mark.parametrize(("name", "text", "finds"), list(_cases()))
def test_places_do_not_reach_into_neighbours(name: str, text: str, finds: int) -> None:
    half = len(text) // 2
    signal = catalog.signal(name)
    alone = [signal([part]).item() for part in (text[:half], text[half:])]
    assert signal([text, text[:half], text[half:], text]).tolist() == [finds, *alone, finds]


def test_every_case_says_why_and_no_two_are_the_same() -> None:
    for name in JUDGES:
        cases = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
        assert all(case["comment"] and case["label"] for case in cases)
        assert len({case["text"] for case in cases}) == len(cases) == len({case["label"] for case in cases})
        assert sum(case["finds"] == 0 for case in cases) >= len(cases) // 2 - 2


PLACES = {
    "email_addresses": [("mail ann@example.com, 王@x: bob@example.org", ["ann@example.com", "bob@example.org"])],
    "html_residue": [("é<p>ü</p>&nbsp;<!--x", ["<p>", "</p>", "&nbsp;", "<!--"]), ("<p>" * 12, ["<p>"] * 10)],
    "mojibake": [("好 cafÃ©, fÃ¼r", ["Ã©"]), ("Ð¿Ñ€", ["Ð¿Ñ€"]), ("a 锛屼", ["锛"]), ("", [])],
}


@pytest.mark.parametrize("name", PLACES)
def test_evidence_is_the_very_place(name: str) -> None:
    for document, expected in PLACES[name]:
        assert [document[a:b] for a, b, _ in catalog.signal(name).evidence(document)] == expected
