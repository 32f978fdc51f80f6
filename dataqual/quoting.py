"""What a ledger quotes of a document: the place that matters, cut short, with addresses masked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dataqual.masking import hidden, mask
from dataqual.operators import Signal
from dataqual.personal.finding import suspicious
from dataqual.text import Text

LOOKED_AT = 1 << 16
"""Characters of a document in which evidence is looked for; as much as a profile keeps of an example."""

QUOTED = 200
"""Characters of evidence in a row of the ledger: a sentence or two, so that a million rows stay a small file."""

AROUND = 20
"""Characters to quote before and behind a change."""


def evidence(document: str, signal: Signal | None) -> str:
    """What to quote of a document: the first place that made it fail, or its beginning; addresses are masked.

    >>> from dataqual.signals.email_addresses import EmailAddresses
    >>> evidence("Ask ann.lee@example.com now", EmailAddresses())
    'a••••••@•••••••.com now'
    """
    return evidences([document], signal)[0]


def evidences(documents: Sequence[str], signal: Signal | None) -> list[str]:
    """The same of several; where there may be something to mask is looked for in all of them at once."""
    begun = [_beginning(document, signal) for document in documents]
    parts = [document[: start + 2 * QUOTED] for document, start in begun]
    sorts = suspicious(Text.of(parts)).tolist()
    return [mask(part, sort)[at : at + QUOTED] for part, sort, (_, at) in zip(parts, sorts, begun, strict=True)]


def _beginning(document: str, signal: Signal | None) -> tuple[str, int]:
    """The document, without what its signal wants hidden, and where what made it fail begins."""
    marks = signal.evidence(document[:LOOKED_AT]) if signal is not None else []
    if signal is not None and signal.masked:
        document = hidden(document, marks)
    return document, marks[0][0] if marks else 0


def difference(before: str, after: str) -> str:
    """What to quote of an edit: from where the two differ, what stood there and what does now; addresses are masked.

    >>> difference("The café is open.", "The cafe is open.")
    'The caf[é→e] is open.'
    """
    start = _agreeing(before, after)
    end = _agreeing(before[start:][::-1], after[start:][::-1])
    old, new = (_around(text, start, len(text) - end) for text in (before, after))
    return f"{old[0]}[{old[1]}→{new[1]}]{old[2]}"


def _agreeing(first: str, second: str) -> int:
    """How many characters the two have in common at their beginnings."""
    size = min(len(first), len(second))
    one, two = (np.frombuffer(text[:size].encode("utf-32-le"), np.uint32) for text in (first, second))
    different = np.flatnonzero(one != two)
    return int(different[0]) if len(different) else size


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """A little before a place, what is there, and a little behind, each cut short; masked before it is cut."""
    low, room = max(0, start - QUOTED), (QUOTED - 2 * AROUND) // 2
    shown = mask(text[low : min(end, start + room) + QUOTED])
    place = shown[start - low : min(end, start + room) - low]
    behind = shown[end - low : end - low + AROUND] if end <= start + room else ""
    return shown[: start - low][-AROUND:], place + ("…" if end > start + room else ""), behind
