"""`compare`: profile each side, put every reading beside the first side's, judge all at once, and pair the documents of versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dataqual.comparing import evidence
from dataqual.comparing.changes import Changes
from dataqual.comparing.result import SCHEMA, Comparison
from dataqual.comparing.rows import Row, rows_of
from dataqual.comparing.sides import Side, names_of, opened, side_of
from dataqual.comparing.versions import By, Versions
from dataqual.corpus import Progress
from dataqual.drift.lights import ALPHA, LEVELS, light
from dataqual.drift.multiple_testing import benjamini_hochberg
from dataqual.engine import Local
from dataqual.errors import SpecError, did_you_mean
from dataqual.version import __version__

LIGHTS = ("red", "amber", "green")
WAYS = ("auto", "id", "text")


def compare(
    *sources: Any,
    names: Sequence[str] | None = None,
    by: By = "auto",
    versions: bool = True,
    near_copies: bool = True,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Comparison:
    """What corpora differ in, each beside the first: every reading, words, a classifier, and what became of each document.

    `sources` are two or more of: what `profile` takes, a `Profile`, or the path of a saved one, which holds no texts. `by` says
    what names a document in two versions: "id", "text", or "auto", which is the id where ids name the same documents.
    `versions` false leaves that out. `asked` are the arguments of `profile`, and of `dataqual.read` for paths.

    SpecError for fewer than two sources; NoDocuments and TooManyUnreadable as for `profile`.
    """
    if len(sources) < 2:
        raise SpecError(f"compare: {len(sources)} corpus cannot be compared; name two or more")
    if by not in WAYS:
        raise SpecError(f"by: {by!r} is no way to know a document again; {did_you_mean(by, WAYS)}")
    labels = list(names) if names is not None else names_of(sources)
    if len(labels) != len(sources):
        raise SpecError(f"names: {len(labels)} for {len(sources)} corpora")
    engine = Local(workers=workers, max_memory=max_memory)
    measuring = {"near_copies": near_copies, "workers": workers, "max_memory": max_memory}
    of_profile = {name: asked.pop(name) for name in ("rules", "sample", "seed", "language") if name in asked}
    sides = [
        side_of(opened(source, **asked), label, progress=progress, inputs=_inputs(source), **measuring, **of_profile)
        for source, label in zip(sources, labels, strict=True)
    ]
    whole = versions and of_profile.get("sample") is None
    return compared(sides, Versions(by, near_copies) if whole else None, engine)


def compared(sides: Sequence[Side], versions: Versions | None, engine: Local) -> Comparison:
    """The comparison of sides that are measured; `versions` None leaves the documents alone."""
    pairs: list[dict[str, Any]] = []
    changes: list[Changes | None] = []
    judged: list[list[Row]] = []
    for second in sides[1:]:
        rows, behind = rows_of(sides[0], second)
        about = next((row for row in rows if row.name == "topic"), None)
        became = _changes(sides[0], second, versions, engine)
        changes.append(became)
        judged.append(rows)
        pairs.append(
            {
                "terms": evidence.terms(sides[0], second),
                "typical": evidence.typical(behind.classifier, sides[0], second),
                "topics": evidence.topics(about, behind.topics, sides[0], second),
                "changes": None if became is None else became.facts() | {"examples": evidence.changed(became)},
            }
        )
    told = _lit(judged)
    for at, (pair, rows) in enumerate(zip(pairs, told, strict=True), 1):
        own = {"first": 0, "second": at, "lights": _counted(rows), "rows": [row.facts() for row in rows]}
        pair |= own
    lights = _counted([row for rows in told for row in rows])
    facts = {
        "schema": SCHEMA,
        "versions": {"dataqual": __version__},
        "sides": [side.about() for side in sides],
        "lights": lights,
        "judged": {"alpha": ALPHA, "tests": sum(lights.values()), "levels": {k: list(v) for k, v in LEVELS.items()}},
        "pairs": pairs,
    }
    return Comparison(facts, tuple(changes))


def _changes(first: Side, second: Side, versions: Versions | None, engine: Local) -> Changes | None:
    if versions is None or first.corpus is None or second.corpus is None:
        return None
    return versions(first.corpus, second.corpus, engine)


def _lit(pairs: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Every reading with its adjusted p, over all pairs at once, and its light; the most serious first."""
    adjusted = iter(benjamini_hochberg([row.p for rows in pairs for row in rows]))
    found = []
    for rows in pairs:
        lit = []
        for row in rows:
            q = next(adjusted)
            lit.append(replace(row, adjusted=q, light=light(q, **row.effects)))
        found.append(sorted(lit, key=_order))
    return found


def _order(row: Row) -> tuple[int, float]:
    largest = max((abs(size) / LEVELS[name][0] for name, size in row.effects.items()), default=0.0)
    return LIGHTS.index(row.light) if row.light else len(LIGHTS), -largest


def _counted(rows: Sequence[Row]) -> dict[str, int]:
    return {light: sum(row.light == light for row in rows) for light in LIGHTS}


def _inputs(source: Any) -> list[str] | None:
    """What the user called a corpus."""
    return [str(source)] if isinstance(source, str) or hasattr(source, "__fspath__") else None
