"""What the documents of both sides are about: topics found without knowing whose a document is, and how many of each side have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.topics import Topics
from dataqual.document_sample import DocumentSample, priorities
from dataqual.text import Text

LEAST = 60
"""Documents of both sides together from which topics are looked for: twenty for each of three."""
NAMED = 4
"""Terms in the name of a topic."""
EVERYTHING = 1 << 40
"""Bytes: both samples are within their limits already."""


@dataclass(frozen=True, eq=False)
class SharedTopics:
    """Topics of two samples together."""

    names: tuple[str, ...]
    side: NDArray[np.int64]
    """(documents,): 0 or 1; both in the order of their priorities."""
    row: NDArray[np.int64]
    """(documents,): which document of its side."""
    topic: NDArray[np.int64]
    distance: NDArray[np.float64]
    """From the middle of its topic."""

    @classmethod
    def of(cls, first: DocumentSample, second: DocumentSample) -> SharedTopics | None:
        """Those of two samples; None where there are too few documents on a side, or no topics."""
        n = len(first)
        if min(n, len(second)) < LEAST // 3 or n + len(second) < LEAST:
            return None
        text = Text.of_bytes([*first.parts, *second.parts])
        file, record = np.zeros(len(text), np.int32), np.arange(len(text), dtype=np.int64)
        pooled = DocumentSample.draw(text, file, record, priorities(file, record), {}, len(text), EVERYTHING)
        found = Topics.of(pooled)
        if len(found.names) < 2:
            return None
        at = pooled.record
        names = tuple(", ".join(name[:NAMED]) or "…" for name in found.names)
        return cls(names, (at >= n).astype(np.int64), at - n * (at >= n), found.clusters.labels, found.distances)

    def counts(self, side: int) -> dict[str | None, int]:
        """Documents of a side by topic."""
        counted = np.bincount(self.topic[self.side == side], minlength=len(self.names)).tolist()
        tally: dict[str | None, int] = {}
        for name, count in zip(self.names, counted, strict=True):
            tally[name] = tally.get(name, 0) + count
        return tally

    def nearest(self, name: str, side: int) -> int | None:
        """The document of a side that is in the middle of a topic; None where it has none."""
        rows = np.flatnonzero((self.side == side) & (self.topic == self.names.index(name)))
        return int(self.row[rows[np.argmin(self.distance[rows])]]) if len(rows) else None


def most_changed(row: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """Of the values that a row lists, those whose share changed most, the rest left out."""
    return [value for value in row["detail"]["listed"] if not value["rest"]][:most]
