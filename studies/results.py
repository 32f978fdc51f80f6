"""Results: typed lines in a file that only grows, in the order of the plan, without a clock in them.

    {"kind": "study", …}      once, first: what was studied, on which data, with which libraries
    {"kind": "point", …}      one per stop and held-out set
    {"kind": "made", …}       what the model of a stop made: `picture`, a PNG in base64, or `texts`, in tokens
    {"kind": "trial", …}      closes a trial, after its points and what was made
    {"kind": "diverged", …}   closes a trial whose loss became no number; it has no points

All lines of a trial are written at once. What a kill leaves behind the last closed trial is cut off when the file is
opened again, and done again; a damaged line before that is an error, because nobody may guess what stood there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dataqual.errors import InputError
from dataqual.writers.appearing import writing

Line = dict[str, Any]

VERSION = 1
KEYS = {
    "study": {"version", "study", "data", "versions", "trials"},
    "point": {
        *"trial learner grade arm seed size parameters non_embedding tokens unique epochs flops held_out loss".split()
    },
    "made": {*"trial learner grade arm seed size tokens unique".split()},
    "trial": {"trial", "flops_spent", "flops_apart", "exposure", "points"},
    "diverged": {*"trial learner grade arm seed size reason".split()},
}
"""Kind of line -> what it must hold."""
SAID_FIRST = ("study", "versions", "data", "trials")
"""Parts of the first line in the order in which differences are told: the data follow from the study, the trials from
both, so what was changed is said before what came of it."""
FOREIGN = "its trials are not those of this study: write elsewhere with -o, or begin again with --restart"
SHOWN = 3
"""Differences named in the error on a file of another study."""


@dataclass
class Records:
    """What a results file holds, and where in it the last closed trial ends."""

    header: Line | None = None
    points: list[Line] = field(default_factory=list)
    made: list[Line] = field(default_factory=list)
    """Pictures and texts: `made_of` has those of one kind."""
    trials: list[Line] = field(default_factory=list)
    diverged: list[Line] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The closed trials in order, those that diverged among them."""
    end: int = 0

    def made_of(self, what: Literal["picture", "texts"]) -> list[Line]:
        """The lines of what was made that hold `what`."""
        return [line for line in self.made if what in line]


class Results:
    """A results file that is being written; `records` is what was in it when it was opened."""

    def __init__(self, path: Path, header: Line) -> None:
        """Open or begin; InputError where the file is damaged, or tells of another study than `header`."""
        self.path = path
        self.records = read(path) if path.exists() else Records()
        if self.records.header is None:
            self._cut(0)
            self._append([header])
            return
        _check_same(path, self.records.header, header)
        self._cut(self.records.end)

    def close_trial(self, lines: Iterable[Line], trial: Line) -> None:
        """Append the points of a trial, what it made, and the line that closes it, and wait until they are on the disk."""
        self._append([*lines, trial])

    def _append(self, lines: Iterable[Line]) -> None:
        with writing(self.path), self.path.open("ab") as file:
            file.write(b"".join(encoded(line) for line in lines))
            file.flush()
            os.fsync(file.fileno())

    def _cut(self, end: int) -> None:
        """Take away what a kill left unfinished."""
        if self.path.exists() and self.path.stat().st_size > end:
            with writing(self.path), self.path.open("r+b") as file:
                file.truncate(end)


def encoded(line: Line) -> bytes:
    """One line as it stands in the file; numbers so that they read back as the same bits.

    >>> encoded({"kind": "point", "loss": 0.1})
    b'{"kind":"point","loss":0.1}\\n'
    """
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def read(path: Path) -> Records:
    """The closed trials of a results file; InputError, with the line, for one that is damaged or out of place.

    Behind the last closed trial there may be the beginning of another one, torn anywhere: it is left out.
    """
    records, open_lines, position = Records(), list[Line](), 0
    for number, raw in enumerate(_lines(path), 1):
        if not raw.endswith(b"\n"):
            break
        position += len(raw)
        line = _parsed(raw)
        wrong = "not a line of results" if line is None else _misplaced(line, records, open_lines)
        if line is None or wrong:
            raise InputError(f"{path}:{number}: {wrong}; mend or remove the line, or begin again with --restart")
        if line["kind"] in ("point", "made"):
            open_lines.append(line)
        elif line["kind"] == "study":
            records.header, records.end = line, position
        else:
            for kind, lines in (("point", records.points), ("made", records.made)):
                lines += [one for one in open_lines if one["kind"] == kind]
            (records.trials if line["kind"] == "trial" else records.diverged).append(line)
            records.keys.append(line["trial"])
            records.end, open_lines = position, []
    return records


def append_line(path: Path, line: Line) -> None:
    """Append one line to a file of which nothing depends on the last one, such as costs.jsonl."""
    with writing(path), path.open("ab") as file:
        file.write(encoded(line))


def read_lines(path: Path) -> list[Line]:
    """The whole lines of such a file; torn ones are left out, no file is no lines."""
    found = [_json(raw) for raw in _lines(path)] if path.exists() else []
    return [line for line in found if isinstance(line, dict)]


def differences(ours: object, theirs: object, at: str = "") -> Iterator[str]:
    """Where two nested facts differ, one path each with both values.

    >>> list(differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2}))
    ['a.b was 3 and is 1 now']
    """
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in sorted({*ours, *theirs}):
            yield from differences(ours.get(key), theirs.get(key), f"{at}.{key}" if at else key)
    elif ours != theirs:
        yield f"{at} was {_short(theirs)} and is {_short(ours)} now"


def _short(value: object) -> str:
    text = "absent" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 24 else f"{text[:23]}…"


def check_same(path: Path, here: Mapping[str, Any]) -> None:
    """InputError if the results at `path` are of another study, as far as `here` tells of ours; none there is fine."""
    if path.exists() and (there := read(path).header) is not None:
        _check_same(path, there, here)


def _check_same(path: Path, there: Line, here: Mapping[str, Any]) -> None:
    plain = json.loads(encoded(dict(here)))
    found = [one for part in SAID_FIRST if part in plain for one in differences(plain[part], there[part], part)]
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise InputError(
            f"{path}: the results of another study: {'; '.join(found[:SHOWN])}{more}: "
            "keep them and write elsewhere with -o, or begin again with --restart"
        )


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw.endswith(b"\n") else None
    except ValueError:  # neither UTF-8 nor JSON
        return None


def _parsed(raw: bytes) -> Line | None:
    """The line if it is one of ours with all it must hold."""
    line = _json(raw)
    if not isinstance(line, dict) or not isinstance(line.get("kind"), str) or line["kind"] not in KEYS:
        return None
    return line if KEYS[line["kind"]] <= line.keys() else None


def _misplaced(line: Line, records: Records, before: list[Line]) -> str | None:
    """What is wrong with a line that comes here; None if it may."""
    kind = line["kind"]
    if (kind == "study") == (records.header is not None):
        return "a second study in one file" if kind == "study" else "the line that says which study this is is missing"
    if kind == "study":
        version = line["version"]
        return None if version == VERSION else f"results of version {version}; this dataqual reads version {VERSION}"
    if before and before[0]["trial"] != line["trial"]:
        return f"trial {before[0]['trial']} was not closed"
    points = sum(one["kind"] == "point" for one in before)
    if kind in ("trial", "diverged") and (should := line.get("points", 0)) != points:
        return f"trial {line['trial']} should have {should} points and has {points}"
    if line["trial"] in records.keys:
        return f"trial {line['trial']} comes twice"
    return None
