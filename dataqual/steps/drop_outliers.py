"""The step `drop_outliers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.document_sample import DocumentSample
from dataqual.ledger import Dropped
from dataqual.measured import Measured
from dataqual.operators import Engine, Step, at_least
from dataqual.outliers import REFERENCE, WHYS, Ordinary

TOLD_AS = tuple(f"outlier_{why}" for why in WHYS)


@dataclass(frozen=True)
class DropOutliers(Step):
    """Drop documents unlike the rest: far from all others by their signals or their topics, or of words that no other has.

    What is ordinary is seen in a sample of `documents`, in which ten documents alike are no outliers. Too far is what
    Tukey (1977) calls far out. The rule in the ledger says in which way, the value how far. Of fewer than fifty documents none goes.
    """

    idempotent: ClassVar[bool] = False
    """Among those that are left others are the farthest."""

    documents: int = REFERENCE
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(1, documents=self.documents)

    @property
    def told_as(self) -> tuple[str, ...]:
        """One name for every way."""
        return TOLD_AS

    def prepare(self, corpus: Corpus, engine: Engine) -> Step:
        """Draw the sample and measure it."""

        def look(chunk: Chunk) -> DocumentSample:
            return Measured(corpus.parse(chunk)).sample(self.documents, self.seed)

        nothing = Measured(Batch.empty(corpus.columns)).sample(self.documents, self.seed)
        return _Prepared(Ordinary.of(reduce(DocumentSample.merge, engine.map(look, corpus.chunks()), nothing)))

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        raise TypeError("drop_outliers must see the corpus first: call prepare, and then what it returns")


@dataclass(frozen=True, eq=False)
class _Prepared(Step):
    """Drops what is too far from the sample."""

    ordinary: Ordinary

    @property
    def told_as(self) -> tuple[str, ...]:
        """One name for every way."""
        return TOLD_AS

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        verdicts = self.ordinary.judge(batch.text, batch.file, batch.record)
        why, dropped = verdicts.why, []
        for at, rule in enumerate(TOLD_AS):
            found = why == at
            if found.any():
                limit = f"<= {self.ordinary.limits[at]:.4g}"
                dropped.append(
                    Dropped(
                        batch.where(found), "drop_outliers", rule, values=verdicts.values[found, at], threshold=limit
                    )
                )
        return batch.where(why < 0), dropped
