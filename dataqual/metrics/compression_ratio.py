"""The metric `compression_ratio`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from dataqual.diversity import sets
from dataqual.document_sample import DocumentSample
from dataqual.operators import SampleMetric, at_least
from dataqual.reading import Reading

HEADER = 18
"""Bytes that gzip puts around what it packs."""


@dataclass(frozen=True)
class CompressionRatio(SampleMetric):
    """Compression ratio (Shaib et al. 2024): how many times smaller gzip makes the documents, joined by blanks; higher repeats more.

    Over sets of `among` bytes; of a corpus of no more, of all. Packed once. None without text.

    >>> round(CompressionRatio()(["again and again " * 40]).value)
    17
    """

    among: int = 1 << 17

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, among=self.among)

    def estimate(self, sample: DocumentSample) -> Reading:
        order = np.lexsort((sample.record, sample.file)) if sample.complete else slice(None)  # of all: as they came
        joined = b" ".join(sample.parts[order].tolist())
        over = sets.sets(sample, len(joined), self.among, "bytes", most=6)
        values = [(b - a) / (HEADER + len(zlib.compress(joined[a:b], 9, -15))) for a, b in over]
        return sets.reading(sample, "compression_ratio", over, values, ends=(0, 2000))
