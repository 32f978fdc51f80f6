"""How varied a corpus is by the vectors of a model on disk: what stands for many documents, and what is unlike all others."""

from __future__ import annotations

from functools import cache
from typing import Any

from dataqual.document_sample import DocumentSample
from dataqual.embeddings import Model, open_model
from dataqual.masking import mask
from dataqual.meaning import Meaning
from dataqual.profiling.sections import Setting
from dataqual.reading import wilson

SIZE = 1_000
"""Documents of the sample: a transformer reads some tens of them a second on one core."""
SHOWN, FARTHEST = 2, 8


@cache
def opened(path: str) -> Model:
    """The model in a folder, opened once; InputError where there is none."""
    return open_model(path)


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """Readings, groups of like meaning and the documents far from all others; None where no model was named."""
    path = setting.extras.get("embeddings")
    if path is None or not len(sample):
        return None
    model = opened(path)
    meaning = Meaning.of(sample, model)
    drawn = meaning.sample
    outliers, far, limit = meaning.outliers()
    spread, groups = meaning.groups()
    nearest = meaning.nearest
    return {
        "model": model.told,
        "sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete, "unknown": meaning.unknown},
        "readings": {
            name: reading.facts()
            for name, reading in (("vendi", meaning.vendi), ("topic_spread", spread), ("outliers", outliers))
        },
        "groups": [
            {
                "documents": len(group.rows),
                "share": len(group.rows) / len(drawn),
                **({} if drawn.complete else {"interval": list(wilson(len(group.rows), len(drawn)) or ())}),
                "names": [mask(name) for name in group.names],
                "examples": [setting.example(drawn, row) for row in group.rows[:SHOWN].tolist()],
            }
            for group in groups
        ],
        "limit": limit,
        "examples": [setting.example(drawn, row) | {"value": float(nearest[row])} for row in far[:FARTHEST].tolist()],
    }
