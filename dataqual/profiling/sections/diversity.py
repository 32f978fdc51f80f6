"""How varied a corpus is."""

from __future__ import annotations

from typing import Any

from dataqual import catalog
from dataqual.document_sample import DocumentSample
from dataqual.profiling.sections import Setting

READINGS = ("mattr",)


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """The readings of metrics of diversity on the sample; None for a corpus without documents."""
    if not len(sample):
        return None
    readings = {name: catalog.find("metrics", name)().estimate(sample).facts() for name in READINGS}
    return {"sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete}, "readings": readings}
