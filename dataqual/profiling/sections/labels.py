"""Whether labels can be trusted: how they are spread, which are probably wrong, which contradict each other, what gives them away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dataqual.columns import Columns
from dataqual.document_sample import DocumentSample
from dataqual.finding import Finding, percent
from dataqual.labels.copies import Conflict, Copied, conflict_reading, conflicts
from dataqual.labels.giveaways import giveaways
from dataqual.labels.judging import Judged, judge
from dataqual.profiling.label_findings import balance_of, uneven_labels, wrong_labels
from dataqual.profiling.sections import Setting
from dataqual.reading import Reading

SIZE = 5_000
"""Documents: models of so many say nearly as much as those of four times as many."""
MOST_LABELS, WORK = 50, 30_000
"""Labels that a profile judges at most, and documents times labels: their models cost half a second for so many."""
PHRASES = 2_000
"""Documents in which phrases that give a label away are looked for."""
SHOWN = 5
CONFLICTING = 0.005
LEAKING = 0.8
"""The share of a label's documents, at its lower end, that a phrase must be in to be told: of a subject's words few are."""


def wanted(columns: Columns) -> bool:
    """Only where there are labels."""
    return columns.label is not None


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """The block; None where no document has a label."""
    labels = sample.values("label")
    labelled = sum(label is not None for label in labels)
    if not labelled:
        return None
    judged, some = _judged(sample, setting), sample.first(PHRASES)
    found = conflicts(Copied.of(sample.text), labels)
    readings = {
        "label_balance": balance_of(labels, setting, complete=sample.complete),
        "label_errors": judged.errors(setting.seed) if judged else Reading("label_errors", None, 0),
        "label_conflicts": conflict_reading(found, labelled, complete=sample.complete),
    }
    return {
        "sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete},
        "column": setting.columns.label,
        "readings": {name: reading.facts() for name, reading in readings.items()},
        "accuracy": _accuracy(judged),
        "suspects": _suspects(sample, setting, judged),
        "conflicts": [_conflict(sample, setting, one) for one in found[:3]],
        "giveaways": [one.facts() for one in giveaways(some.text, some.values("label"))[:SHOWN]],
    }


def _judged(sample: DocumentSample, setting: Setting) -> Judged | None:
    """What models say of the labels, of fewer documents where there are more labels; None where there are many: dataqual labels has the time."""
    many = len({label for label in sample.values("label") if label is not None})
    if many > MOST_LABELS:
        return None
    few = sample.first(WORK // max(many, 1))
    return judge(few.text, few.values("label"), seed=setting.seed)


def findings(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterable[Finding]:
    """Wrong, contradicting, uneven and leaking labels."""
    yield from wrong_labels(block, facts)
    yield from _contradictions(block)
    yield from uneven_labels(
        block, "A model may learn to say the commonest label; measure it label by label, or rebalance."
    )
    leaks = [one for one in block["giveaways"] if one["coverage_interval"][0] >= LEAKING]
    if leaks:
        yield Finding(
            "label_leaks",
            "note",
            f"{leaks[0]['phrase']!r} gives the label {leaks[0]['label']!r} away in {percent(leaks[0]['coverage'])} of its documents",
            {"value": leaks[0]["coverage"], "n": leaks[0]["of_label"], "of": "documents", "method": "sample", "interval": leaks[0]["coverage_interval"]},
            "A model then learns the phrase and not the subject, and does worse where the phrase is missing.",
            where="labels",
        )  # fmt: skip


def _contradictions(block: Mapping[str, Any]) -> Iterable[Finding]:
    reading = block["readings"]["label_conflicts"]
    if reading["value"]:
        first = next(iter(block["conflicts"]), None)
        yield Finding(
            "label_conflicts",
            "warning" if reading["value"] >= CONFLICTING else "note",
            f"{percent(reading['value'])} of the labelled documents have copies with another label",
            reading,
            "Of two equal texts with different labels one label at least is wrong, or the labels leave room for both.",
            example=first["first"] if first else None,
            where="labels",
        )


def _accuracy(judged: Judged | None) -> dict[str, Any] | None:
    """How often a model that never saw the document says its label, beside saying the commonest one always."""
    if judged is None or judged.accuracy is None:
        return None
    counts = judged.confidence.counts
    return {"value": judged.accuracy, "n": len(judged.rows), "commonest": int(counts.max()) / int(counts.sum())}


def _suspects(sample: DocumentSample, setting: Setting, judged: Judged | None) -> list[dict[str, Any]]:
    """The most suspect labels, each with its document, and what it should probably be."""
    if judged is None:
        return []
    return [setting.example(sample, row) | told for row, told in judged.suspected(SHOWN)]


def _conflict(sample: DocumentSample, setting: Setting, one: Conflict) -> dict[str, Any]:
    """A contradiction with the first documents of its two commonest labels."""
    first, second = (setting.example(sample, int(row)) for row in np.array(one.rows[:2]).tolist())
    return {
        "exact": one.exact,
        "documents": one.size,
        "labels": [list(pair) for pair in one.labels[:SHOWN]],
        "first": first,
        "second": second,
    }
