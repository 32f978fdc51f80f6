"""Extending: a study that asks for more sizes or seeds than the one in its folder takes over the trials that are there.

The results of the smaller study are set aside in earlier.jsonl, and each of its trials is closed anew, unchanged, when its
turn in the larger plan comes; then the file goes. So the results are those of a larger study that was run at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from dataqual.errors import InputError
from studies.results import FOREIGN, Line, encoded, read
from studies.whole_file import write_whole

EARLIER = "earlier.jsonl"
"""Within the folder of a study, from its extension until it ends."""


def extends(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a study asks for all that another one did, and for more sizes, seeds or repeats; nothing else differs.

    Both are first lines of results, as far as they are known. One that asks for more different tokens is no extension:
    its data would be others.
    """
    parts = ("version", "versions", "data")
    if any(now[part] != before[part] for part in parts if part in now):
        return False
    ours, theirs = now["study"], before["study"]
    fixed = {*ours, *theirs} - {"sizes", "seeds", "grade_sizes", "repeats"}
    same = all(ours.get(name) == theirs.get(name) for name in fixed) and _longest(ours) == _longest(theirs)
    return same and _cells(theirs) < _cells(ours)


def _longest(study: Mapping[str, Any]) -> int:
    return int(max(*study["tokens"], *(study["repeats"] or {"unique": [0]})["unique"]))


def _cells(study: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """All that sizes, seeds and the like ask for, a tuple each."""
    repeats = study["repeats"] or {"sizes": [], "unique": [], "epochs": []}
    return {
        *(("seed", size, i) for size, seeds in zip(study["sizes"], study["seeds"], strict=True) for i in range(seeds)),
        *(("grades", size) for size in study["grade_sizes"]),
        *(
            ("repeats", size, unique, *repeats["epochs"])
            for size, unique in product(repeats["sizes"], repeats["unique"])
        ),
    }


def is_larger(now: Mapping[str, Any], folder: Path) -> bool:
    """Whether results of a smaller study are in a folder, which this one extends."""
    path = folder / "results.jsonl"
    before = read(path).header if path.exists() else None
    return before is not None and extends(json.loads(encoded(dict(now))), before)


def set_aside(folder: Path, planned: Collection[str]) -> None:
    """Move the trials of results.jsonl to earlier.jsonl, beside those that wait there already.

    InputError if one of them is not among the `planned` keys: it would be lost.
    """
    results = folder / "results.jsonl"
    header = read(results).header
    assert header is not None
    trials = closed(folder / EARLIER) | closed(results)
    if not trials.keys() <= set(planned):
        raise InputError(f"{results}: {FOREIGN}")
    lines = [header, *(line for before, close in trials.values() for line in (*before, close))]
    write_whole(folder / EARLIER, b"".join(map(encoded, lines)))
    results.unlink()


def closed(path: Path) -> dict[str, tuple[list[Line], Line]]:
    """The closed trials in a file of results: their points and what they made, and the line that closes them; none where there is no file."""
    if not path.exists():
        return {}
    records = read(path)
    found: dict[str, tuple[list[Line], Line]] = {
        line["trial"]: ([], line) for line in (*records.trials, *records.diverged)
    }
    for line in (*records.points, *records.made):
        found[line["trial"]][0].append(line)
    return {key: found[key] for key in records.keys}
