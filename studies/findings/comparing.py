"""`studies compare`: the answers of finished studies side by side, from their facts alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from dataqual.errors import InputError
from studies.findings.studied import Studied
from studies.telling.sentences import estimate
from studies.telling.wording import Wording

Facts = dict[str, Any]

SCHEMA = "study-comparison@1"
NORMAL = 1.959964
"""Standard errors on either side of a value in a 95 % interval."""


def compare(folders: Sequence[str | Path]) -> Facts:
    """Worths, verdicts and costs of two or more studies, as plain values; InputError for fewer, or where none has ended.

    A worth that two studies both have comes with the ratio of the second to the first, its interval as of independent
    estimates whose logarithms are normal, and whether it leaves 1 out; None where one of them is unbounded.
    """
    if len(folders) < 2:
        raise InputError("studies: a comparison takes two or more; name the folders of finished studies")
    studies = {_name(Path(folder)): Studied.load(folder).facts for folder in folders}
    if len(studies) < len(folders):
        raise InputError("studies: the same folder is named twice; a study does not differ from itself")
    wordings = {name: Wording.of(facts) for name, facts in studies.items()}
    losses = {name: wording.loss if wording else None for name, wording in wordings.items()}
    if len(set(losses.values())) > 1:
        first, other = next((a, b) for a, b in pairwise(losses) if losses[a] != losses[b])
        raise InputError(
            f"studies: {first} and {other} are judged by other numbers ({losses[first] or 'bits per byte'}, "
            f"{losses[other] or 'bits per byte'}): compare studies of one kind"
        )
    loss = next(iter(losses.values()))
    return ({"loss": loss} if loss else {}) | {
        "schema": SCHEMA,
        "studies": {name: _about(facts) for name, facts in studies.items()},
        "rows": [*_worths(studies), *_verdicts(studies)],
        "notes": list(_notes(studies)),
    }


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The same for a terminal: a block for every question, a line for every study."""
    told = _lines(found)
    loss = found.get("loss")
    yield from Wording(loss).each(told) if loss else told


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    for name, about in found["studies"].items():
        yield f"{name}: {about['sentence']}"
    width = max(map(len, found["studies"]))
    for row in found["rows"]:
        yield ""
        yield f"{row['held_out']}, {row['question']}"
        for name, answer in row["answers"].items():
            said = "not asked" if answer is None else _said(answer)
            yield f"  {name.ljust(width)}  {said}"
        for other, ratio in row["ratios"].items():
            yield f"  {other} over {next(iter(row['answers']))}: {estimate(ratio)}, {'different' if ratio['different'] else 'no difference shown'}"
    yield from (f"note: {note}" for note in found["notes"])


def _said(answer: Mapping[str, Any]) -> str:
    verdict = answer.get("verdict")
    return estimate(answer) if verdict is None else f"{verdict} {estimate(answer, '{:.3f}')}"


def _name(folder: Path) -> str:
    return folder.name.removesuffix(".study") or str(folder)


def _about(facts: Facts) -> Facts:
    study = facts["study"]
    return {
        "sentence": facts["sentence"],
        "sizes": study["sizes"],
        "tokens": study["tokens"],
        "reference": study["reference"],
        "hours": facts["cost"]["hours"],
        "unit": facts["cost"]["unit"],
        "failed": [control["name"] for control in facts["controls"] if control["passed"] is False],
    }


def _worths(studies: Mapping[str, Facts]) -> Iterator[Facts]:
    """A row per held-out set and grade that any of them has."""
    for held_out, grade in _keys(studies, lambda part: part["grades"]):
        answers = {
            name: ((facts["exchange"].get(held_out) or {}).get("grades", {}).get(grade) or {}).get("q")
            for name, facts in studies.items()
        }
        yield {"held_out": held_out, "question": f"a token of {grade}", "answers": answers, "ratios": _ratios(answers)}


def _verdicts(studies: Mapping[str, Facts]) -> Iterator[Facts]:
    """A row per held-out set and claim; differences in bits per byte of different text have no ratio."""
    for held_out, what in _keys(studies, lambda part: {v["what"]: None for v in part["verdicts"]}):
        answers: dict[str, Any] = {}
        claim = what
        for name, facts in studies.items():
            verdicts = (facts["exchange"].get(held_out) or {}).get("verdicts", [])
            found = next((v for v in verdicts if v["what"] == what), None)
            claim = claim if found is None else found["claim"]
            answers[name] = None if found is None else {**found["difference"], "verdict": found["verdict"]}
        yield {"held_out": held_out, "question": claim, "answers": answers, "ratios": {}}


def _keys(studies: Mapping[str, Facts], of: Any) -> list[tuple[str, str]]:
    """Held-out set and name of everything that any study has, in the order of the first that has it."""
    found = {
        (held_out, key): None
        for facts in studies.values()
        for held_out, part in facts["exchange"].items()
        for key in of(part)
    }
    return list(found)


def _ratios(answers: Mapping[str, Any]) -> Facts:
    """Of every further study's value over the first one's."""
    first, *others = answers
    base = _log(answers[first])
    found = {}
    for name in others:
        other = _log(answers[name])
        if base is None or other is None:
            continue
        middle, error = other[0] - base[0], math.hypot(other[1], base[1])
        ends = [math.exp(middle - NORMAL * error), math.exp(middle + NORMAL * error)]
        found[name] = {"value": math.exp(middle), "interval": ends, "n": None, "different": not ends[0] <= 1 <= ends[1]}
    return found


def _log(answer: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Logarithm and its standard error; None where either is not known."""
    interval = (answer or {}).get("interval")
    if not answer or not answer.get("value") or not interval or None in interval or min(interval) <= 0:
        return None
    return math.log(answer["value"]), math.log(interval[1] / interval[0]) / (2 * NORMAL)


def _notes(studies: Mapping[str, Facts]) -> Iterator[str]:
    """What keeps the answers from meaning the same thing."""
    first, *others = studies.items()
    for name, facts in others:
        for held_out, files in facts["data"]["held_out"].items():
            known = first[1]["data"]["held_out"].get(held_out)
            if known and known.get("sha256") != files.get("sha256"):
                yield f"{first[0]} and {name} have other {held_out} text: worths can be compared, losses cannot"
        if facts["study"]["reference"] != first[1]["study"]["reference"]:
            yield f"{first[0]} and {name} have other references: {first[1]['study']['reference']} and {facts['study']['reference']}"
        steps = [f["study"]["grades"] for f in (first[1], facts)]
        for grade in steps[0].keys() & steps[1].keys():
            if steps[0][grade] != steps[1][grade]:
                yield f"the grade {grade} is another recipe in {first[0]} than in {name}"
    for name, facts in studies.items():
        for control in facts["controls"]:
            if control["passed"] is False:
                yield f"{name}: the control {control['name']} failed; its verdicts are withheld"
