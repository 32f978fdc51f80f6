"""How varied pictures are: the Vendi score of their principal components, of all and of each label."""

from __future__ import annotations

from typing import Any

from dataqual.images.sample import PictureSample
from dataqual.metrics.vendi import Vendi
from dataqual.profiling.sections import Setting

LEAST, GROUPS, AMONG = 100, 20, 20
"""Pictures of a label without which it is not read, labels that are, and pictures of a set of one label."""


def facts(sample: PictureSample, setting: Setting) -> dict[str, Any] | None:
    """The reading of all, and of each of the commonest labels; None for a corpus without pictures."""
    if not len(sample):
        return None
    return {
        "sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete},
        "readings": {"vendi": Vendi().of_pictures(sample).facts()},
        "by": _by(sample, setting),
    }


def _by(sample: PictureSample, setting: Setting) -> list[dict[str, Any]]:
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(sample.labels):
        if label is not None:
            rows.setdefault(label, []).append(row)
    told = sorted(
        ((name, own) for name, own in rows.items() if len(own) >= LEAST), key=lambda one: (-len(one[1]), one[0])
    )
    if len(told) < 2:
        return []
    reading = Vendi(among=AMONG)
    each = [
        {"value": name, "documents": len(own), "readings": {"vendi": reading.of_pictures(sample.of_rows(own)).facts()}}
        for name, own in told[:GROUPS]
    ]
    return [{"column": setting.columns.label, "rows": each}]
