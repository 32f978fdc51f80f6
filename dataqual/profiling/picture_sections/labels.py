"""The labels of pictures: how they are spread, which are probably wrong, and what each class looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dataqual.errors import MissingExtra
from dataqual.finding import Finding, percent
from dataqual.images.labels import copied_of, judged_sample
from dataqual.images.sample import PictureSample
from dataqual.images.squares import squares
from dataqual.images.thumbnails import thumbnail
from dataqual.labels.copies import Conflict, Copied, conflict_reading, conflicts
from dataqual.labels.judging import Judged
from dataqual.profiling.label_findings import balance_of, uneven_labels, wrong_labels
from dataqual.profiling.picture_sections.examples import example
from dataqual.profiling.sections import Setting
from dataqual.reading import Reading, wilson

SIZE = 2_000
"""Pictures of the sample."""
LEARNT, STEPS = 1_000, 300
"""Pictures whose labels are judged, and steps of training of each of five networks: some seconds for each on one core."""
SIDE = 32
"""Side of the squares they learn from at most: a fourth of the time of 64."""
MOST_LABELS = 20
"""Labels that a profile judges at most; of more, dataqual labels has the time."""
SHOWN, FACES, LISTED, TORN, EACH = 12, 6, 50, 8, 4
"""Suspects, pictures of each class, classes, contradictions, and pictures of each of these that are shown."""


def facts(sample: PictureSample, setting: Setting) -> dict[str, Any] | None:
    """The block; None where no picture has a label."""
    labelled = sum(label is not None for label in sample.labels)
    if not labelled:
        return None
    copied = copied_of(sample.pictures)
    judged, unjudged = _judged(sample, setting, copied)
    found = conflicts(copied, sample.labels)
    readings = {
        "label_balance": balance_of(sample.labels, setting, complete=sample.complete),
        "label_errors": judged.errors(setting.seed) if judged else Reading("label_errors", None, 0),
        "label_conflicts": conflict_reading(found, labelled, complete=sample.complete),
    }
    return {
        "sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete},
        "column": setting.columns.label,
        "readings": {name: reading.facts() for name, reading in readings.items()},
        "accuracy": _accuracy(judged),
        "classes": _classes(sample, judged),
        "suspects": _suspects(sample, setting, judged),
        "conflicts": [_conflict(sample, setting, one) for one in found[:TORN]],
    } | ({"unjudged": unjudged} if unjudged else {})


def findings(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterable[Finding]:
    """Wrong, contradicting and uneven labels."""
    errors, torn = (block["readings"][name] for name in ("label_errors", "label_conflicts"))
    if missing := block.get("unjudged"):
        yield Finding(
            "labels_unjudged",
            "note",
            f"wrong labels were not looked for: {missing['package']} is not installed",
            errors,
            "Models that never saw a picture would say its label, and what they doubt would be listed here.",
            say="install it, and profile again",
            command=missing["command"],
            where="labels",
        )
    yield from wrong_labels(block, facts)
    if torn["value"]:
        yield Finding(
            "label_conflicts",
            "warning",
            f"{percent(torn['value'])} of the labelled pictures have copies with another label",
            torn,
            "Of two equal pictures with different labels one label at least is wrong, or the labels leave room for both.",
            example=block["conflicts"][0]["first"] if block["conflicts"] else None,
            say="dataqual labels with --conflicts FILE lists all of them",
            where="labels",
        )
    yield from uneven_labels(
        block,
        "A model may learn to say the commonest label; measure it label by label, or add children of what is rare.",
        "dataqual augment with --balance label adds children of what is rare",
    )


def _judged(sample: PictureSample, setting: Setting, copied: Copied) -> tuple[Judged | None, dict[str, str] | None]:
    """The labels as judged, or the package that is missing for it and the command that brings it."""
    if len({label for label in sample.labels if label is not None}) > MOST_LABELS:
        return None, None
    try:
        some, own = sample.first(LEARNT), copied.first(LEARNT)
        return judged_sample(some, seed=setting.seed, steps=STEPS, side=SIDE, copied=own), None
    except MissingExtra as error:
        return None, {"package": error.package, "command": error.command}


def _accuracy(judged: Judged | None) -> dict[str, Any] | None:
    """How often a model that never saw the picture says its label, beside saying the commonest one always."""
    if judged is None or judged.accuracy is None:
        return None
    counts = judged.confidence.counts
    n = len(judged.rows)
    interval = wilson(round(judged.accuracy * n), n)
    return {
        "value": judged.accuracy, "n": n, "interval": list(interval or ()), "commonest": int(counts.max()) / int(counts.sum()),
    }  # fmt: skip


def _classes(sample: PictureSample, judged: Judged | None) -> list[dict[str, Any]]:
    """Of each label: how many in the sample, how bright and contrasted they are, how often it is recognised, some of them."""
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(sample.labels):
        if label is not None:
            rows.setdefault(label, []).append(row)
    return [
        _class(sample, name, own, judged)
        for name, own in sorted(rows.items(), key=lambda one: (-len(one[1]), one[0]))[:LISTED]
    ]


def _class(sample: PictureSample, name: str, own: list[int], judged: Judged | None) -> dict[str, Any]:
    gray = squares([sample.pictures[row] for row in own], 16, 1).reshape(len(own), -1)
    found: dict[str, Any] = {"label": name, "documents": len(own)}
    for key, values in (("brightness", gray.mean(1)), ("contrast", gray.std(1))):
        found[key] = {"value": float(values.mean()), "interval": _around(values.astype(np.float64))}
    if judged is not None and name in judged.classes:
        there = judged.labels == judged.classes.index(name)
        n, right = int(there.sum()), int((judged.suggested == judged.labels)[there].sum())
        if n:
            found["recognised"] = {"value": right / n, "n": n, "interval": list(wilson(right, n) or ())}
            found["suspects"] = int(judged.suspects[there].sum())
    return found | {"pictures": [thumbnail(sample.pictures[row], 32) for row in own[:FACES]]}


def _around(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float] | None:
    """The 95 % interval of a mean; None of a single one."""
    if len(values) < 2:
        return None
    reach = 1.96 * float(values.std(ddof=1)) / float(np.sqrt(len(values)))
    return [float(values.mean()) - reach, float(values.mean()) + reach]


def _suspects(sample: PictureSample, setting: Setting, judged: Judged | None) -> list[dict[str, Any]]:
    """The most suspect labels, each with its picture, and what it should probably be."""
    if judged is None:
        return []
    return [example(sample, row, setting) | told for row, told in judged.suspected(SHOWN)]


def _conflict(sample: PictureSample, setting: Setting, one: Conflict) -> dict[str, Any]:
    """A contradiction with the first picture of each of its commonest labels."""
    shown = [example(sample, int(row), setting) for row in np.array(one.rows[:EACH]).tolist()]
    return {
        "exact": one.exact,
        "documents": one.size,
        "labels": [list(pair) for pair in one.labels],
        "first": shown[0],
        "second": shown[1],
        "examples": [told | {"given": label} for told, (label, _) in zip(shown, one.labels, strict=False)],
    }
