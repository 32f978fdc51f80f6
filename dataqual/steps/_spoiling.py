"""What the steps `spoil_*` share: which documents they take, and the batch with those rewritten."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.drawing import document_keys, uniform
from dataqual.errors import SpecError
from dataqual.ledger import Edited, edited

Spoil = Callable[[str, int], tuple[str, int]]
"""A document and a number that is its own, for chance; the spoilt document, and how many places were changed."""


def check_share(value: float, name: str) -> None:
    """SpecError unless it is from 0 to 1."""
    if not 0 <= value <= 1:
        raise SpecError(f"{name} is {value:g}, not from 0 to 1")


def drawn(batch: Batch, dose: float, purpose: str, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
    """Which documents are spoilt, and a key for each; a larger dose takes these and more."""
    keys = document_keys(batch.file, batch.record, purpose, seed)
    return uniform(keys) < dose, keys


def spoilt(
    batch: Batch, mask: NDArray[np.bool_], keys: NDArray[np.uint64], step: str, spoil: Spoil
) -> tuple[Batch, list[Edited]]:
    """The batch with the documents under `mask` spoilt, and those that came out different, as they were."""
    new: dict[int, bytes] = {}
    changes = []
    for row in np.flatnonzero(mask).tolist():
        before = batch.text[row]
        text, places = spoil(before, int(keys[row]))
        if text != before:
            new[row] = text.encode()
            changes.append(places)
    if not new:
        return batch, []
    return edited(batch, new, step, step, np.array(changes, np.int64))
