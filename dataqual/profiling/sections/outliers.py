"""Documents unlike the rest, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dataqual.document_sample import DocumentSample
from dataqual.finding import Finding, percent
from dataqual.masking import mask
from dataqual.outliers import FEWEST, WHYS, Ordinary
from dataqual.profiling.mending import clean_command
from dataqual.profiling.sections import Setting
from dataqual.reading import wilson

ALONE = True
SHOWN = 8
"""Examples: a screen."""
WARNED = 0.01
"""Share from which it is a warning: of prose about one in a hundred is odd."""


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """Their share, how many for which reason, and the farthest; None for a corpus too small to have a rest."""
    if len(sample) < FEWEST:
        return None
    ordinary = Ordinary.of(sample)
    verdicts = ordinary.judge(sample.text, sample.file, sample.record)
    why = verdicts.why
    n, hits = len(sample), int((why >= 0).sum())
    reading = sample.reading("outliers", hits / n, wilson(hits, n), detail={"documents": hits})
    excess = np.zeros(n)
    out = np.flatnonzero(why >= 0)
    with np.errstate(divide="ignore"):  # beyond a limit of 0 is endlessly far
        excess[out] = verdicts.values[out, why[out]] / np.array(ordinary.limits)[why[out]]
    farthest = np.argsort(-excess, kind="stable")[: min(SHOWN, hits)].tolist()
    return {
        "readings": {"outliers": reading.facts()},
        "why": {name: int((why == at).sum()) for at, name in enumerate(WHYS)},
        "examples": [
            setting.example(sample, row)
            | {
                "why": WHYS[why[row]],
                "value": float(verdicts.values[row, why[row]]),
                "limit": ordinary.limits[why[row]],
            }
            | {"reason": mask(ordinary.reason(sample.texts[row], int(why[row])))}
            for row in farthest
        ],
    }


def findings(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Finding]:
    """That there are some."""
    reading = block["readings"]["outliers"]
    if not reading["value"]:
        return
    yield Finding(
        "outliers",
        "warning" if reading["value"] >= WARNED else "note",
        f"{percent(reading['value'])} of the documents are unlike all others",
        reading,
        "Another language, tables, code or broken text among prose: look at them before you train on them.",
        block["examples"][0] if block["examples"] else None,
        "leave them out, if they do not belong here",
        clean_command(dict(facts), "outliers"),
        "outliers",
    )
