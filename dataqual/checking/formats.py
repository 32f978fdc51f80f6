"""Verdicts as other programs read them: JUnit's XML, SARIF 2.1.0, and the annotations of GitHub's workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from dataqual.checking.result import Checked, seen
from dataqual.suites.gauges import Shown
from dataqual.suites.verdicts import Outcome
from dataqual.version import __version__

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is escaped."""

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def junit(checked: Checked) -> str:
    """JUnit's XML: a test case for each check; what cannot be told is an error, a warning is told in a case that passes."""
    name = ", ".join(checked.inputs)
    strict = [outcome for outcome in checked.outcomes if outcome.check.severity == "fail"]
    counts = {
        "tests": len(checked.outcomes),
        "failures": sum(outcome.status == "failed" for outcome in strict),
        "errors": sum(outcome.status == "cannot tell" for outcome in strict),
    }
    numbers = {key: str(value) for key, value in counts.items()}
    root = ET.Element("testsuites", {"name": "dataqual check", **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": _xml(name), **numbers})
    for outcome in checked.outcomes:
        case = ET.SubElement(
            suite, "testcase", {"name": _xml(outcome.check.name), "classname": _xml(checked.suite.name), "time": "0"}
        )
        if outcome.status == "passed":
            continue
        if outcome.check.severity == "warn":
            ET.SubElement(case, "system-out").text = _xml(f"warning: {_told(checked, outcome)}")
            continue
        kind = "failure" if outcome.status == "failed" else "error"
        found = ET.SubElement(
            case, kind, {"message": _xml(_message(outcome)), "type": outcome.status.replace(" ", "_")}
        )
        found.text = _xml(_told(checked, outcome))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def sarif(checked: Checked) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS 2020): a rule for each check, a result for each example of one that failed, with its line."""
    rules = [
        {
            "id": outcome.check.name,
            "shortDescription": {"text": outcome.check.expected},
            "fullDescription": {"text": outcome.check.about or outcome.check.expected},
            "defaultConfiguration": {"level": "error" if outcome.check.severity == "fail" else "warning"},
        }
        for outcome in checked.outcomes
    ]
    run = {
        "tool": {"driver": {"name": "dataqual", "version": __version__, "rules": rules}},
        "invocations": [{"executionSuccessful": True, "exitCode": checked.exit_code}],
        "columnKind": "unicodeCodePoints",
        "results": [result for at, outcome in enumerate(checked.outcomes) for result in _results(checked, outcome, at)],
    }
    return {"$schema": SARIF, "version": "2.1.0", "runs": [run]}


def github(checked: Checked) -> Iterator[str]:
    """Workflow commands of GitHub Actions: one annotation for each example of a check that did not pass.

    What stands in them is escaped as the toolkit does it (actions/toolkit, packages/core/src/command.ts).
    """
    for outcome in checked.outcomes:
        if outcome.status == "passed":
            continue
        failed = outcome.status == "failed" and outcome.check.severity == "fail"
        level = "error" if failed else "warning"
        for shown in (*outcome.examples, *([] if outcome.examples else [None])):
            place = {"title": outcome.check.name}
            note = ""
            if shown is not None and not checked.files[shown.file].startswith("<"):
                place = {"file": checked.files[shown.file], "line": str(shown.record), **place}
                note = f"; {checked.told(shown)}"
            told = ",".join(f"{key}={_property(value)}" for key, value in place.items())
            yield f"::{level} {told}::{_data(_message(outcome) + note)}"


def _results(checked: Checked, outcome: Outcome, at: int) -> Iterator[dict[str, Any]]:
    if outcome.status == "passed":
        return
    failed = outcome.status == "failed"
    level = ("error" if outcome.check.severity == "fail" else "warning") if failed else "none"
    common = {"ruleId": outcome.check.name, "ruleIndex": at, "kind": "fail" if failed else "open", "level": level}
    for shown in (*outcome.examples, *([] if outcome.examples else [None])):
        note = f"; {checked.told(shown)}" if shown is not None else ""
        result: dict[str, Any] = {**common, "message": {"text": _message(outcome) + note}}
        if shown is not None and not checked.files[shown.file].startswith("<"):
            result["locations"] = [{"physicalLocation": _location(checked, shown)}]
        yield result


def _location(checked: Checked, shown: Shown) -> dict[str, Any]:
    path = checked.files[shown.file]
    raw = path.encode("utf-8", "surrogateescape")
    uri = f"file://{quote(raw)}" if Path(path).is_absolute() else quote(raw)
    region = {"region": {"startLine": shown.record}} if checked.formats[shown.file] == "jsonl" else {}
    return {"artifactLocation": {"uri": uri}, **region}


def _message(outcome: Outcome) -> str:
    return f"expected: {outcome.check.expected}; seen: {seen(outcome)}"


def _told(checked: Checked, outcome: Outcome) -> str:
    """A verdict with its examples and what mends it, over several lines."""
    lines = [_message(outcome), *map(checked.told, outcome.examples)]
    command = checked.mend(outcome)
    return "\n".join([*lines, *([f"mend: {command}"] if command else [])])


def _xml(text: str) -> str:
    return NOT_XML.sub("�", text)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
