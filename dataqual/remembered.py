"""What steps left while a survey looked on need not be judged by them again: each document is judged on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.ledger import Change, addresses
from dataqual.operators import Step


@dataclass(frozen=True, eq=False)
class Passed:
    """Which documents some steps left, batch by batch: two bytes for each.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["a", "b", "c"]).batches()
    >>> passed = Passed()
    >>> passed.add(batch.take(np.array([0, 2])))
    >>> passed.of(batch).tolist()
    [True, False, True]
    """

    _batches: dict[int, tuple[np.uint64, NDArray[Any]]] = field(default_factory=dict)
    """By the number of the batch: the first address, and how far all are from it."""

    def __bool__(self) -> bool:
        return bool(self._batches)

    def add(self, left: Batch) -> None:
        """What was left of a batch; in any thread, and as often as the corpus is read."""
        place = addresses(left.file, left.record)
        if len(place):
            behind = place - place[0]
            narrow = behind.max() <= np.iinfo(np.uint16).max  # always, but where a batch spans several files
            self._batches[left.index] = place[0], behind.astype(np.uint16) if narrow else behind

    def of(self, batch: Batch) -> NDArray[np.bool_]:
        """Which documents of a batch are known to have passed, (documents,); none where one stands there twice."""
        place = addresses(batch.file, batch.record)
        first, behind = self._batches.get(batch.index, (np.uint64(0), np.zeros(0, np.uint16)))
        if not len(behind) or (len(place) > 1 and not (place[1:] > place[:-1]).all()):
            return np.zeros(len(batch), np.bool_)
        return np.isin(place, first + behind.astype(np.uint64))


@dataclass(frozen=True, eq=False)
class Remembered(Step):
    """A step that only drops, and looks no more at what it has left before."""

    light: ClassVar[bool] = True
    only_drops: ClassVar[bool] = True

    step: Step
    passed: Passed

    @classmethod
    def of(cls, step: Step, passed: Passed) -> Step:
        """The step itself where there is nothing to remember."""
        return cls(step, passed) if passed and step.only_drops and not isinstance(step, cls) else step

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the step."""
        return self.step.told_as

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        """What the step would do; documents that a later step dropped are judged once more."""
        stays = self.passed.of(batch)
        if not stays.any():
            return self.step(batch)
        if stays.all():
            return batch, []
        left, changes = self.step(batch.where(~stays))
        again = np.searchsorted(addresses(batch.file, batch.record), addresses(left.file, left.record))
        stays[again] = True
        return batch.where(stays), changes
