"""What steps that mend text share: only suspicious documents are decoded, only those that come out different change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from dataqual.corpus import Batch
from dataqual.ledger import Edited, edited


def rewritten(batch: Batch, rows: Iterable[int], step: str, change: Callable[[str], str]) -> tuple[Batch, list[Edited]]:
    """The batch with these rows as `change` leaves them; a row that it leaves alone keeps the bytes it came in."""
    new: dict[int, bytes] = {}
    values = []
    for row in rows:
        before = batch.text[row]
        after = change(before)
        if after != before:
            new[row] = after.encode()
            values.append(lost(before, after))
    return edited(batch, new, step, step, np.array(values, np.int64))


def lost(before: str, after: str) -> int:
    """How many characters of a document its new text lacks; at least 1, for what only came or changed places.

    >>> lost("cafÃ©", "café"), lost("ab", "ba")
    (2, 1)
    """
    return max(1, (Counter(before) - Counter(after)).total())
