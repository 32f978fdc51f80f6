"""Grading: what every grade makes of a batch, what it loses to held-out text, and what that comes to over the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.drawing import document_keys
from dataqual.errors import InputError
from dataqual.ledger import Added, Edited
from dataqual.operators import Engine, Step
from dataqual.recipe import applied
from studies.design.sources import Grade
from studies.preparing.choosing import LowestKeys
from studies.preparing.grades import Share, ready, surveying, unique_bytes
from studies.preparing.holding_out import WORDS, Decontaminate, Grams, Overlap, Withhold
from studies.watching import Watch

MOST_REMOVED = 0.5
"""A grade that loses more of its text than this to the held-out sets is no longer the grade that was named."""

REMOVED_SCHEMA: dict[str, Any] = {
    "grade": pl.String, "path": pl.String, "record": pl.Int64, "bytes": pl.Int64, "when": pl.String,
    "held_out": pl.String, "held_out_path": pl.String, "held_out_record": pl.Int64, "words": pl.String,
    "shared": pl.Int64, "of": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What one batch comes to in one grade: what may be trained on, and what shares words with held-out text."""

    batch: Batch
    inside: int
    graded: int
    unique: int
    """All three in bytes, as in `Sum`."""
    edited: int
    added: int
    removed: pl.DataFrame


@dataclass(frozen=True)
class Grading:
    """The grades of a study over its corpus, each with its steps ready."""

    corpus: Corpus
    withhold: Withhold
    grams: Grams
    steps: Mapping[str, tuple[Step, ...]]

    @classmethod
    def of(
        cls, grades: Sequence[Grade], corpus: Corpus, withhold: Withhold, grams: Grams, engine: Engine, watch: Watch
    ) -> Grading:
        """With the surveys made that a step such as `dedup` needs: of what is neither held out nor like held-out text."""
        before = (withhold, Decontaminate(grams))
        steps = {grade.name: ready(grade, corpus, before, engine, surveying(grade, watch)) for grade in grades}
        return cls(corpus, withhold, grams, steps)

    def parts(self, batch: Batch) -> tuple[int, dict[str, Part]]:
        """What a batch comes to in every grade, and the bytes they were made from."""
        batch = self.withhold(batch)[0]
        overlaps = self.grams.overlaps(batch.text)
        clean = _without(batch, overlaps)
        parts = {name: self._part(name, batch, overlaps, clean) for name in self.steps}
        return len(clean.text.data), parts

    def _part(self, name: str, batch: Batch, overlaps: Sequence[Overlap], clean: Batch) -> Part:
        steps = self.steps[name]
        share = steps[0]
        assert isinstance(share, Share)
        inside = share.within(batch.file, batch.record)
        leaks = [overlap for overlap in overlaps if inside[overlap.row]]
        after, changes = applied(steps, clean)
        edited = sum(len(change) for change in changes if isinstance(change, Edited))
        added = sum(len(change) for change in changes if isinstance(change, Added))
        late = self.grams.overlaps(after.text) if edited or added else []
        rows = self._rows(name, "before", batch, leaks) + self._rows(name, "after", after, late)
        removed = pl.DataFrame(rows, schema=REMOVED_SCHEMA, orient="row")
        size = int(batch.text.byte_counts[inside].sum())
        return Part(_without(after, late), size, len(after.text.data), unique_bytes(after), edited, added, removed)

    def _rows(self, grade: str, when: str, batch: Batch, overlaps: Sequence[Overlap]) -> list[dict[str, Any]]:
        """What removed.parquet says of the documents that a grade loses."""
        return [
            {
                "grade": grade,
                "path": self.corpus.files[int(batch.file[overlap.row])].path,
                "record": int(batch.record[overlap.row]),
                "bytes": int(batch.text.byte_counts[overlap.row]),
                "when": when,
                "held_out": overlap.document.held_out,
                "held_out_path": overlap.document.path,
                "held_out_record": overlap.document.record,
                "words": overlap.words,
                "shared": overlap.shared,
                "of": overlap.of,
            }
            for overlap in overlaps
        ]


@dataclass
class Sum:
    """What the whole corpus comes to in one grade."""

    chosen: LowestKeys
    documents: int = 0
    bytes: int = 0
    unique: int = 0
    """Bytes, without those of copies that a step made."""
    edited: int = 0
    added: int = 0
    inside: int = 0
    """Bytes of its share of the corpus, before the steps and before anything was removed."""
    removed: int = 0
    removed_before: int = 0
    """Bytes; what was removed behind the steps as they left it."""
    removed_after: int = 0

    def add(self, part: Part) -> None:
        """One batch more."""
        self.chosen.add(choice_keys(part.batch), part.batch.text.byte_counts + 1)
        self.documents += len(part.batch)
        self.inside += part.inside
        self.bytes += part.graded
        self.unique += part.unique
        self.edited += part.edited
        self.added += part.added
        self.removed += part.removed.height
        before = int(part.removed.filter(pl.col("when") == "before")["bytes"].sum())
        self.removed_before += before
        self.removed_after += int(part.removed["bytes"].sum()) - before

    @property
    def lost(self) -> float:
        """The share of its text that was removed."""
        left = (1 - self.removed_before / max(self.inside, 1)) * (1 - self.removed_after / max(self.bytes, 1))
        return 1 - left

    def check(self, where: str) -> None:
        """InputError where the grade is not what its name says any more."""
        if self.lost > MOST_REMOVED:
            raise InputError(
                f"{where}: {self.removed:,} documents, {self.lost:.0%} of its text, share {WORDS} words with "
                "held-out text, which leaves less than half; is the neutral text a part of the corpus?"
            )
        if not self.documents:
            raise InputError(f"{where}: no document is left of the corpus")

    def facts(self, grade: Grade, corpus_bytes: int) -> dict[str, Any]:
        """What study.json says of it; `corpus_bytes` is all that grades are made from."""
        return {
            "yield": self.bytes / corpus_bytes,
            "unique": self.unique / max(self.bytes, 1),
            "share": grade.share,
            "steps": list(grade.says),
            "whole": {"documents": self.documents, "bytes": self.bytes, "edited": self.edited, "added": self.added},
            "removed": {"documents": self.removed, "bytes": self.removed_before + self.removed_after},
        }


def choice_keys(batch: Batch) -> NDArray[np.uint64]:
    """The numbers by which documents are chosen for a token file, lowest first, (documents,)."""
    return document_keys(batch.file, batch.record, "chosen")


def _without(batch: Batch, overlaps: Sequence[Overlap]) -> Batch:
    keep = np.ones(len(batch), bool)
    keep[[overlap.row for overlap in overlaps]] = False
    return batch.where(keep)
