"""The step `spoil_labels`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import polars as pl

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.drawing import document_keys, stream, uniform
from dataqual.errors import SpecError
from dataqual.images.steps._pictures import check_share, pictures_of
from dataqual.ledger import Edited
from dataqual.operators import Engine, Step, ViewName


@dataclass(frozen=True)
class SpoilLabels(Step):
    """Give a share of the labelled pictures, the `dose`, another label, each of the others as likely; pixels stay.

    Labels are those there are in the corpus, so that it must be seen first. In a folder that is written such a picture lies in
    that of its new label.
    """

    idempotent: ClassVar[bool] = False
    rewrites: ClassVar[bool] = True
    view: ClassVar[ViewName] = "image"

    dose: float
    seed: int = 0

    def __post_init__(self) -> None:
        check_share(self.dose, "dose")

    def prepare(self, corpus: Corpus, engine: Engine) -> Step:
        """Look which labels there are; SpecError where there are not two."""
        if "label" not in corpus.columns.extras():
            raise SpecError("spoil_labels: the corpus has no labels; name their column with --label")

        def look(chunk: Chunk) -> Counter[str]:
            return Counter(corpus.parse(chunk).columns["label"].drop_nulls().to_list())

        found: Counter[str] = Counter()
        for part in engine.map(look, corpus.chunks()):
            found += part
        if len(found) < 2:
            raise SpecError(f"spoil_labels: {len(found)} label, and it takes two to confuse them")
        return Mislabelling(self.dose, self.seed, tuple(sorted(found)))

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        """Only what `prepare` returns can."""
        pictures_of(batch, "spoil_labels")
        raise TypeError("call prepare, and then what it returns")


@dataclass(frozen=True, eq=False)
class Mislabelling(Step):
    """Gives other labels; each picture for itself."""

    idempotent: ClassVar[bool] = False
    rewrites: ClassVar[bool] = True
    view: ClassVar[ViewName] = "image"

    dose: float
    seed: int
    labels: tuple[str, ...]

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        pictures_of(batch, "spoil_labels")
        given = batch.columns["label"].to_list()
        keys = document_keys(batch.file, batch.record, "spoil_labels", self.seed)
        new = {
            row: self._other(given[row], int(keys[row]))
            for row in np.flatnonzero(uniform(keys) < self.dose).tolist()
            if given[row] in self.labels
        }
        if not new:
            return batch, []
        rows = np.array(list(new), np.int64)
        evidence = [f"label {given[row]!r} became {label!r}" for row, label in new.items()]
        return relabelled(batch, new), [
            Edited(batch.take(rows), "spoil_labels", "spoil_labels", np.ones(len(rows)), evidence)
        ]

    def _other(self, label: str, key: int) -> str:
        """One of the other labels."""
        others = [name for name in self.labels if name != label]
        return others[int(stream(key, 1, "which")[0] * len(others))]


def relabelled(batch: Batch, labels: Mapping[int, str]) -> Batch:
    """With another label in each of these rows, which counts as an edit."""
    given = batch.columns["label"].to_list()
    for row, label in labels.items():
        given[row] = label
    edited = np.zeros(len(batch), bool) if batch.edited is None else batch.edited.copy()
    edited[list(labels)] = True
    columns = batch.columns.with_columns(pl.Series("label", given, dtype=pl.String))
    return replace(batch, columns=columns, edited=edited)
