"""Early stopping: a trunk goes no further once the loss on validation text has not fallen at so many stops in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHARE, PATIENCE = 0.02, 2


@dataclass(frozen=True)
class EarlyStopping:
    """What a study asks for: text of the corpus that no grade and no held-out set has, and how long to wait."""

    share: float = SHARE
    """Of the corpus."""
    patience: int = PATIENCE
    """Stops in a row that are no better than the best before them."""


def best(losses: Sequence[float]) -> int:
    """The number of the stop with the lowest loss, the first of equal ones.

    >>> best([3.0, 2.0, 2.0, 2.5])
    1
    """
    return min(range(len(losses)), key=losses.__getitem__)


def over(losses: Sequence[float], patience: int) -> bool:
    """Whether a run with these losses goes no further.

    >>> over([3.0, 2.0, 2.1], patience=2), over([3.0, 2.0, 2.1, 2.0], patience=2)
    (False, True)
    """
    return bool(losses) and len(losses) - 1 - best(losses) >= patience
