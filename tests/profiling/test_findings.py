"""What becomes a finding, how bad it is, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

import dataqual
from dataqual.finding import Finding, percent
from dataqual.profiling.findings import KINDS, find
from tests.profiling.conftest import Profiled


def rule_set(name: str, share: float, language: str | None = "en") -> dict[str, Any]:
    reading = {"value": share, "n": 100, "of": "documents", "method": "exact"}
    rule = {"name": "short", "bounds": ">= 50", "fails": reading, "examples": []}
    return {"name": name, "language": language, "about": "About it.", "fails": reading, "rules": [rule]}


def facts(**changed: Any) -> dict[str, Any]:
    """Facts with nothing to find, but for what is changed."""
    exact = {"value": 0.0, "n": 100, "of": "documents", "method": "exact"}
    corpus = {"inputs": ["c.jsonl"], "embedded_sample": False, "sample": None, "files": [], "columns": {}}
    scripts = [{"script": "Latin", "characters": 100, "share": 1.0, "documents": 100}]
    base: dict[str, Any] = {
        "corpus": corpus | changed.pop("corpus", {}),
        "options": {"text": None},
        "readings": {"unreadable": exact} | changed.pop("readings", {}),
        "unreadable": {"kinds": {}},
        "rules": [],
        "overlap": [],
        "shares": {},
        "scripts": scripts,
    }
    return base | changed


def reading(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "n": 1000, "of": "documents", "method": "exact"} | more


def test_where_nothing_is_wrong_there_is_no_finding() -> None:
    assert find(facts()) == []
    clean = dataqual.profile(["One clean sentence about the weather of today."], rules=())
    assert clean.findings == []


@pytest.mark.parametrize("name", KINDS)
def test_a_share_is_a_note_then_a_warning_then_an_error(name: str) -> None:
    kind = KINDS[name]
    for share, severity in [
        (kind.warning * 0.9, "note"),
        (kind.warning, "warning"),
        (kind.error * 0.9, "warning"),
        (kind.error, "error"),
    ]:
        [finding] = find(facts(readings={name: reading(share)}))
        assert (finding.name, finding.severity) == (name, severity)
        assert finding.headline == f"{percent(share)} of the documents {kind.what}"
        assert finding.command
        assert f"--drop {name}" in finding.command or "--recipe redact" in finding.command
    assert find(facts(readings={name: reading(0.0)})) == []


@pytest.mark.parametrize(
    ("share", "severity", "proposed"),
    [(0.05, "note", True), (0.1, "warning", True), (0.5, "warning", True), (0.51, "note", False), (1.0, "note", False)],
)
def test_a_rule_set_that_rejects_most_documents_is_a_misfit_and_no_command_drops_them(
    share: float, severity: str, proposed: bool
) -> None:
    [finding] = find(facts(rules=[rule_set("gopher@dolma", share)]))
    assert finding.severity == severity
    assert (finding.command is not None) == (finding.say is not None) == proposed
    assert ("It rejects most of this corpus" in finding.why) is not proposed


@pytest.mark.parametrize(
    ("latin", "others", "severity", "said"),
    [(100, 0, "warning", ""), (97, 3, "warning", ""), (64, 36, "warning", "36 %"), (10, 90, "note", "90 %")],
)
def test_an_english_rule_set_says_how_many_documents_are_in_other_scripts(
    latin: int, others: int, severity: str, said: str
) -> None:
    scripts = [{"script": "Han", "documents": others}, {"script": "Latin", "documents": latin}]
    [finding] = find(facts(rules=[rule_set("gopher@dolma", 0.3)], scripts=scripts))
    assert finding.severity == severity
    expected = f"It was made for English; {said} of the documents are in another script." if said else "About it."
    assert expected in finding.why
    assert ("made for English" in finding.why) == bool(said)
    [any_language] = find(facts(rules=[rule_set("mine", 0.3, None)], scripts=scripts))
    assert (any_language.severity, any_language.why) == ("warning", "About it.")


def test_faults_come_before_verdicts_and_large_shares_before_small_ones() -> None:
    found = find(
        facts(
            readings={"exact_copies": reading(0.02), "mojibake": reading(0.01), "empty": reading(0.5)},
            rules=[rule_set("a@x", 0.4), rule_set("b@x", 0.05)],
        )
    )
    assert [(finding.name, finding.severity) for finding in found] == [
        ("empty", "error"),
        ("exact_copies", "warning"),
        ("mojibake", "warning"),
        ("a@x", "warning"),
        ("b@x", "note"),
    ]


def test_variants_of_one_rule_set_that_disagree_are_named_with_the_share() -> None:
    pair = {"rules": ["g@a", "g@b"], "both": 1, "first_only": 2, "second_only": 3, "neither": 94, "examples": []}
    other = pair | {"rules": ["g@a", "c@a"]}
    [finding] = find(facts(overlap=[pair, other]))
    assert (finding.severity, finding.headline) == ("note", "g@a and g@b disagree about 5.0 % of the documents")
    assert finding.reading == {"value": 0.05, "n": 100, "of": "documents", "method": "exact"}
    [sampled] = find(facts(overlap=[pair], corpus={"sample": {"documents": 100, "seed": 0, "of": 1000}}))
    assert sampled.reading["method"] == "sample"
    assert sampled.reading["interval"] == pytest.approx([0.0215, 0.1118], abs=1e-4)


def test_a_finding_survives_the_trip_through_json(sampled: Profiled) -> None:
    for finding, plain in zip(sampled.profile.findings, sampled.facts["findings"], strict=True):
        assert Finding.of_facts(plain) == finding
        assert finding.facts() == plain
        assert finding.why.endswith(".")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.9949, "99 %"),
        (0.9999, "> 99 %"),
        (0.0949, "9.5 %"),
        (0.1, "10 %"),
        (0.000009, "< 0.001 %"),
    ],
)
def test_a_share_is_neither_nothing_nor_everything_by_rounding(share: float, text: str) -> None:
    assert percent(share) == text


def test_documents_made_from_few_templates_are_a_finding_with_one_of_them() -> None:
    things = [
        f"{a} {b}" for a in ("old", "new", "red", "blue", "cold") for b in ("cats", "roads", "boats", "towns", "hats")
    ]
    made = dataqual.profile([f"Please write me a short poem about {thing}." for thing in things], rules=())
    [finding] = [finding for finding in made.findings if finding.name == "templates"]
    assert finding.severity == "warning"
    assert finding.headline == "100 % of the documents share a sentence frame with another of a hundred"
    assert finding.example and finding.example["marks"][0][2] == "sentence of this frame"
    assert made.facts["diversity"]["frames"][0]["frame"] == "Please write me a short poem about …."
    prose = dataqual.profile([f"{thing} stood there, and nobody knew why" for thing in things[:1]], rules=())
    assert not [finding for finding in prose.findings if finding.name == "templates"]
