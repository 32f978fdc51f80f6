"""JUnit, SARIF and annotations: as other programs ask for them.

The schemas here are what JUnit's (Jenkins' xsd) and SARIF's (OASIS 2.1.0) say of the parts that are written, no more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from dataqual.checking import Checked, check, formats

jsonschema = pytest.importorskip("jsonschema")

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": LEVEL}},
    },
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {"type": "object", "properties": {"startLine": {"type": "integer", "minimum": 1}}},
            },
        }
    },
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION, "minItems": 1},
    },
    "if": {"properties": {"kind": {"not": {"const": "fail"}}}},
    "then": {"properties": {"level": {"const": "none"}}},
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {"type": "object", "required": ["name"], "properties": {"rules": {"items": RULE}}}
                        },
                    },
                    "invocations": {"items": {"type": "object", "required": ["executionSuccessful"]}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}

SUITE: list[dict[str, Any]] = [
    {"signal": "word_count", "min": 2, "name": "long, enough: 100%"},
    {"metric": "documents", "min": 100, "severity": "warn"},
    {"column": "n", "min": 0},
    {"metric": "mojibake", "max": 0},
    {"column": "id", "pattern": "^[a-z]+$"},
]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """One of each verdict, with bytes that XML cannot hold, in a file whose name needs escaping."""
    path = tmp_path_factory.mktemp("a b") / "c é%.jsonl"
    records = [{"text": "one\u0001", "id": "x\u0000y\ud7ff"}, {"text": "one two", "id": "ok"}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return check(path, SUITE)


def test_one_of_each_verdict(checked: Checked) -> None:
    assert [o.status for o in checked.outcomes] == ["failed", "failed", "cannot tell", "passed", "failed"]


CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "system-out": set(),
}


def test_junit_is_as_its_schema_has_it(checked: Checked) -> None:
    root = ET.fromstring(formats.junit(checked).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.attrib) == ATTRIBUTES[element.tag]
    [suite] = root
    assert {key: suite.attrib[key] for key in ("tests", "failures", "errors")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
    }
    assert [[child.tag for child in case] for case in suite] == [
        ["failure"],
        ["system-out"],
        ["error"],
        [],
        ["failure"],
    ]
    assert "seen: 50 % of 2 documents, 1 not as expected" in suite[0][0].attrib["message"]


def test_sarif_is_as_its_schema_has_it(checked: Checked) -> None:
    log = json.loads(json.dumps(formats.sarif(checked)))
    jsonschema.Draft7Validator(SARIF, format_checker=jsonschema.FormatChecker()).validate(log)
    [run] = log["runs"]
    assert [(r["ruleId"], r["kind"], r["level"]) for r in run["results"]] == [
        ("long, enough: 100%", "fail", "error"),
        ("documents", "fail", "warning"),
        ("n range", "open", "none"),
        ("id pattern", "fail", "error"),
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/c%20%C3%A9%25.jsonl")
    assert place["region"] == {"startLine": 1}
    assert "locations" not in run["results"][1]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_the_schema_would_see_what_is_no_sarif(checked: Checked) -> None:
    log = json.loads(json.dumps(formats.sarif(checked)))
    log["runs"][0]["results"][0]["kind"] = "open"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, SARIF)


def test_annotations_stand_at_the_line_and_escape_what_would_end_them(checked: Checked) -> None:
    lines = list(formats.github(checked))
    assert len(lines) == 4
    assert lines[0].startswith("::error file=")
    assert ",line=1,title=long%2C enough%3A 100%25::expected: " in lines[0]
    assert lines[1].startswith("::warning title=documents::expected: the number of documents is >= 100; seen: 2")
    assert all("\n" not in line for line in lines)


def test_documents_in_memory_have_no_place_in_a_repository() -> None:
    checked = check(["one"], SUITE[:1])
    assert next(formats.github(checked)).startswith("::error title=")
    assert "locations" not in formats.sarif(checked)["runs"][0]["results"][0]


def test_the_same_corpus_gives_the_same_bytes(checked: Checked) -> None:
    again = check(Path(checked.files[0]), SUITE)
    assert formats.junit(again) == formats.junit(checked)
    assert formats.sarif(again) == formats.sarif(checked)
