"""Where documents come from: `Corpus`, read as often as needed, in `Batch`es, never all in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.text import Text

CHUNK_BYTES = 4 << 20
"""Raw bytes per chunk, hence per batch. Fixed, so that the same input always falls into the same
batches: 4 MiB keeps two hundred batches in a 1 GB file (even work on many cores) at well under one per
cent of overhead, and a batch with all its cuts within 100 MB."""


@dataclass(frozen=True)
class Columns:
    """Which column is what; None where the corpus has no such column."""

    text: str = "text"
    id: str | None = None
    label: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """A record that could not become a document: where, of which kind, and why in words."""

    file: int
    """Index into `Corpus.files`."""
    record: int
    """1-based record number in the file, unreadable records included; for JSONL this is the line number."""
    line: int
    """1-based physical line on which the record begins (equals `record` but for CSV); 0 where there are no lines."""
    kind: str
    """One of a short fixed list: 'not JSON', 'invalid UTF-8', 'lone surrogate', 'NUL byte', 'not an object',
    'missing text', 'text is not a string', 'too long', 'wrong number of fields', 'truncated archive', …"""
    reason: str
    raw: bytes
    """The record as it came, at most `RAW_KEPT` bytes of it; the rest is counted in `reason`."""


@dataclass(frozen=True)
class Batch:
    """Documents of one chunk, in order, with what belongs to them. Row i of everything is document i."""

    index: int
    """Position among the corpus's batches, from 0."""
    text: Text
    file: NDArray[np.int32]
    """Index into `Corpus.files` for each document."""
    record: NDArray[np.int64]
    """1-based record number within the file for each document."""
    raw: Sequence[bytes]
    """The records as they came, without the line end; empty where the format has no raw records (parquet, frames)."""
    columns: pl.DataFrame
    """Columns `id`, `label`, `group` as strings, those the corpus has; nulls where a record has none."""
    unreadable: Sequence[Unreadable] = ()

    def __len__(self) -> int:
        return len(self.text)
