"""What the corpus differs in from a reference: made by `dataqual.comparing.with_reference`, after the profile."""

from __future__ import annotations

from typing import Any

from dataqual.columns import Columns
from dataqual.document_sample import DocumentSample
from dataqual.profiling.sections import Setting


def wanted(columns: Columns) -> bool:
    """Never in the pass over the corpus: it needs a second one."""
    return False


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """Nothing that the sample alone could tell."""
    return None
