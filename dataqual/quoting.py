"""What a ledger quotes of a document: the place that matters, cut short, with addresses masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dataqual.ledger import Edits
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

NEAR = 4
"""The same where one of several edits put nothing in, or took nothing out."""


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
    return [part[at : at + QUOTED] for part, (_, at) in zip(_masked(parts), begun, strict=True)]


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


def replacements(befores: Sequence[str], edits: Sequence[Edits]) -> list[str]:
    """What to quote of texts that were made by several edits: each of them, as many as there is room for; addresses are masked.

    `edits` are start, end, replacement and reason, in characters of the text before. What was only put in or taken out comes
    with the characters around it. Where there may be something to mask is looked for in all texts at once.

    >>> replacements(["父母知道水的深浅"], [[(0, 2, "家长", "synonym"), (6, 8, "大大小小", "synonym")]])
    ['[父母→家长], [深浅→大大小小]']
    >>> replacements(["so it is"], [[(3, 6, "", "dropped")]])
    ['so [it →]is']
    """
    places = [_there_is_room_for(_edited(before, own)) for before, own in zip(befores, edits, strict=True)]
    shown = iter(_masked([text for found, _ in places for place in found for text in (place.old, place.new)]))
    told = [[replace(place, old=next(shown), new=next(shown)).quoted for place in found] for found, _ in places]
    return [
        ", ".join([*quoted, f"… +{left}"] if left else quoted) for quoted, (_, left) in zip(told, places, strict=True)
    ]


@dataclass(frozen=True)
class _Place:
    """An edit among what stands around it, before and after."""

    old: str
    new: str
    at: int
    """Where it begins in both."""
    size: int
    """Characters that went."""
    put: int
    """Characters that came."""

    @property
    def quoted(self) -> str:
        """`[was→now]`, each cut short."""
        beside, cut = 0 if self.size and self.put else NEAR, (QUOTED - 2 * AROUND) // 2
        old, put = (
            shown[self.at : self.at + size][:cut] + "…" * (size > cut)
            for shown, size in ((self.old, self.size), (self.new, self.put))
        )
        front, behind = self.old[max(0, self.at - beside) : self.at], self.old[self.at + self.size :][:beside]
        return f"{front}[{old}→{put}]{behind}"


def _edited(before: str, edits: Edits) -> Iterator[tuple[_Place, int]]:
    """Each edit, and how many come with it or behind it."""
    for number, (start, end, new, _) in enumerate(edits):
        low, high = max(0, start - QUOTED), end + QUOTED
        after = before[low:start] + new + before[end:high]
        yield _Place(before[low:high], after, start - low, end - start, len(new)), len(edits) - number


def _there_is_room_for(edited: Iterator[tuple[_Place, int]]) -> tuple[list[_Place], int]:
    """The first of them, as many as are quoted, and how many are left; what is masked is as long as it was."""
    found: list[_Place] = []
    room = QUOTED
    for place, left in edited:
        room -= len(place.quoted) + 2
        if room < 0 and found:
            return found, left
        found.append(place)
    return found, 0


def _masked(texts: Sequence[str]) -> list[str]:
    """Each as `mask` shows it."""
    sorts = suspicious(Text.of(list(texts))).tolist()
    return [mask(text, sort) if sort else text for text, sort in zip(texts, sorts, strict=True)]


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
