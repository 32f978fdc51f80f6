"""The step `spoil_duplicates`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dataqual.corpus import Batch
from dataqual.errors import SpecError
from dataqual.ledger import Added
from dataqual.operators import Step, ViewName
from dataqual.steps._spoiling import check_share, drawn


@dataclass(frozen=True)
class SpoilDuplicates(Step):
    """Put `copies` exact copies of a share of the documents, the `dose`, right behind them.

    A copy has the address of its original, so whatever goes by address treats both alike.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["one", "二"]).batches()
    >>> after, [added] = SpoilDuplicates(dose=1.0, copies=2)(batch)
    >>> [after.text[i] for i in range(len(after))], len(added), after.record.tolist()
    (['one', 'one', 'one', '二', '二', '二'], 4, [1, 1, 1, 2, 2, 2])
    """

    view: ClassVar[ViewName | None] = None
    idempotent: ClassVar[bool] = False
    adds: ClassVar[bool] = True

    dose: float
    copies: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        check_share(self.dose, "dose")
        if self.copies < 1:
            raise SpecError(f"copies is {self.copies}; it is at least 1")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Added]]:
        mask, _ = drawn(batch, self.dose, "spoil_duplicates", self.seed)
        if not mask.any():
            return batch, []
        rows = np.repeat(np.arange(len(batch)), np.where(mask, 1 + self.copies, 1))
        copies = np.repeat(np.flatnonzero(mask), self.copies)
        return batch.take(rows), [Added(batch.take(copies), "spoil_duplicates", "spoil_duplicates")]
