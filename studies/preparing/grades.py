"""What a grade does to a corpus: a share of its documents, then the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus, Progress
from dataqual.drawing import document_keys, uniform
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step
from dataqual.recipe import prepared
from studies.design.sources import Grade
from studies.watching import Watch


@dataclass(frozen=True)
class Share(Step):
    """Keep a share of the documents, by hash of the address: each share lies within every larger one."""

    share: float

    def within(self, file: NDArray[np.int32], record: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which addresses are in the share."""
        return uniform(document_keys(file, record, "share")) < self.share

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        inside = self.within(batch.file, batch.record)
        dropped = [Dropped(batch.where(~inside), "share", "share")] if not inside.all() else []
        return batch.where(inside), dropped


def ready(
    grade: Grade, corpus: Corpus, before: tuple[Step, ...], engine: Engine, progress: Progress | None = None
) -> tuple[Step, ...]:
    """The steps of a grade, each after a survey of what `before` and the steps before it leave, if it needs one."""
    share = Share(grade.share)
    return (share, *prepared(grade.steps, corpus, engine, before=(*before, share), progress=progress))


def surveyed(grade: Grade) -> str | None:
    """What is said of the pass, or passes, in which the steps of a grade look at the whole corpus; None where none does."""
    return f"looking over the corpus for {grade.name}" if any(step.surveys for step in grade.steps) else None


def unique_bytes(batch: Batch) -> int:
    """Bytes of the documents, those of one address once: a copy has the address of its original.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.steps.spoil_duplicates import SpoilDuplicates
    >>> [batch] = Corpus.of(["one", "二二"]).batches()
    >>> copies = SpoilDuplicates(dose=1.0, copies=2)(batch)[0]
    >>> len(copies.text.data), unique_bytes(copies)
    (27, 9)
    """
    first = np.unique(np.stack([batch.file, batch.record]), axis=1, return_index=True)[1]
    return int(batch.text.byte_counts[first].sum())


def surveying(grade: Grade, watch: Watch) -> Progress | None:
    """Who is told how far these passes are."""
    what = surveyed(grade)
    return None if what is None else lambda documents, done, size: watch.prepare(what, done, size)
