"""Where personal data and secrets stand in a document, and which documents of many may have any."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import suspecting
from dataqual.line_cuts import Phrases, shared
from dataqual.personal import accounts, cards, emails, ibans, ids, internet, phones, secrets
from dataqual.text import Text

Kind = Literal["email", "phone", "ip", "id_number", "card", "iban", "account", "secret"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FIRST: tuple[Kind, ...] = ("secret", "email", "iban", "card", "id_number", "ip", "phone", "account")
"""Where two kinds want the same place the earlier has it: the surer its marks and check digits are."""


@dataclass(frozen=True, order=True)
class Place:
    """From one character of a document to another, and what stands there."""

    start: int
    end: int
    kind: Kind


PLAIN = {
    **{wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},
    **{ord(wide): ord(narrow) for wide, narrow in zip("＋－＠．（）＿\xa0‐‑–", "+-@.()_ ---", strict=True)},
}
"""Full-width letters, digits and signs, other hyphens and the no-break space are read as the ASCII ones."""
WIDE = re.compile(f"[{''.join(map(chr, PLAIN))}]")

RUN = re.compile(r"[0-9][0-9 ().+-]{5,}[0-9]", re.ASCII)
DIGITS = 7
"""No number that is looked for has fewer."""
CARD_DIGITS = 14
"""No number of a card has fewer."""
AROUND = 3
"""Characters before and behind a run of digits that belong to a number, or decide that it is none."""


def places(document: str, kinds: Collection[Kind] = KINDS, sorts: int | None = None) -> list[Place]:
    """All that is found of these kinds, in order; no two overlap. `sorts`: what `suspicious` says of it, if known.

    >>> [(place.kind, place.start) for place in places("电话：１３８１２３４５６７８，邮箱a@b.cn")]
    [('phone', 3), ('email', 17)]
    """
    known = _sorts(document) if sorts is None else sorts
    there = [kind for kind in FIRST if kind in kinds and known & SORTS[kind]] if known else []
    if not there:
        return []
    text = _plain(document)
    runs = [] if WITHIN_RUNS.keys().isdisjoint(there) else list(_runs(text))
    found: list[Place] = []
    for kind in there:
        for start, end in _found(kind, text, runs):
            at = bisect_left(found, Place(start, end, kind))
            if (at == 0 or found[at - 1].end <= start) and (at == len(found) or found[at].start >= end):
                found.insert(at, Place(start, end, kind))
    return found


def _plain(document: str) -> str:
    return document if document.isascii() else WIDE.sub(lambda wide: chr(PLAIN[ord(wide[0])]), document)


def suspicious(text: Text, kinds: Collection[Kind] = KINDS) -> NDArray[np.uint8]:
    """For each document the bits of what may be there of these kinds; where there are none there is nothing."""
    sorts = np.zeros(len(text), np.uint8)
    suspecting.suspect(text.data, text.offsets, suspecting.SORTED, np.empty(4, np.int64), sorts)
    for kind, marks in MARKS.items():
        if kind in kinds:
            sorts[Phrases.of(text, ALL_MARKS).counts(*marks) > 0] |= SORTS[kind] & (MARKED | NAMED)
    return sorts & np.bitwise_or.reduce([SORTS[kind] for kind in kinds], dtype=np.uint8)


AROUND_WINDOW = 72
"""Bytes on either side of suspicious digits that are looked at: the longest account number, and the words before a number."""


def tally(text: Text) -> dict[Kind, NDArray[np.int64]]:
    """How many places of each kind every document has, (documents,) each; counted once, and only where digits are suspicious.

    >>> [(kind, counts.tolist()) for kind, counts in tally(Text.of(["☎ 13812345678", "a@b.cn"])).items() if counts.any()]
    [('email', [0, 1]), ('phone', [1, 0])]
    """
    return shared(text, "personal data", lambda: _tally(text))


def _tally(text: Text) -> dict[Kind, NDArray[np.int64]]:
    counts = {kind: np.zeros(len(text), np.int64) for kind in KINDS}
    counts["email"] = emails.count(text).astype(np.int64)
    whole = {row for row in _with_secrets(text) if next(_secrets(text[row]), None)}
    named = np.flatnonzero(Phrases.of(text, ALL_MARKS).counts(*MARKS["account"])).tolist()
    whole |= {row for row in named if row not in whole and next(accounts.find(_plain(text[row])), None)}
    for row in whole:
        counts["email"][row] = 0  # a part of a secret is no address
        for place in places(text[row]):
            counts[place.kind][row] += 1
    for start, end, row, sorts in _windows(text):
        if row not in whole:
            document = text.data[start:end].tobytes().decode()
            for place in places(document, NUMBERS, sorts | (suspecting.AT if "@" in document else 0)):
                counts[place.kind][row] += place.kind != "email"
    return counts


def _with_secrets(text: Text) -> list[int]:
    """The documents that may have a secret: those with the mark of one, or with an `@` in a URL."""
    marked = Phrases.of(text, ALL_MARKS).counts(*MARKS["secret"]) > 0
    at = Phrases.of(text, ("@",)).positions("@")
    documents = np.searchsorted(text.offsets, at, side="right") - 1
    for place, row in zip(at.tolist(), documents.tolist(), strict=True):
        low = max(int(text.offsets[row]), place - internet.LONGEST_CREDENTIALS)
        if not marked[row] and internet.CREDENTIALS_HEAD in text.data[low:place].tobytes():
            marked[row] = True
    return np.flatnonzero(marked).tolist()


def _windows(text: Text) -> list[tuple[int, int, int, int]]:
    """Stretches of text with digits enough, as bytes from and to, the document, and what may be there as bits."""
    room = len(text.data) // 256 + len(text) + 64
    while True:
        starts, ends, documents = (np.empty(room, np.int64) for _ in range(3))
        sorts = np.zeros(room, np.uint8)
        n = suspecting.find_windows(
            text.data,
            text.offsets,
            suspecting.SORTED,
            AROUND_WINDOW,
            np.empty(4, np.int64),
            starts,
            ends,
            documents,
            sorts,
        )
        if n <= room:
            return list(zip(*(found[:n].tolist() for found in (starts, ends, documents, sorts)), strict=True))
        room = n


def _sorts(document: str) -> int:
    """The same for one document."""
    raw = document.encode()
    sorts = np.zeros(1, np.uint8)
    suspecting.suspect(
        np.frombuffer(raw, np.uint8), np.array([0, len(raw)]), suspecting.SORTED, np.empty(4, np.int64), sorts
    )
    marked = (MARKED if secrets.marked(document) else 0) | (NAMED if accounts.marked(document) else 0)
    return int(sorts[0]) | marked


NUMBERS: tuple[Kind, ...] = ("email", "iban", "card", "id_number", "ip", "phone")
MARKED = 32
"""The mark of a secret."""
NAMED = 64
"""The name of a messenger."""
SORTS: dict[Kind, int] = {
    "secret": MARKED | suspecting.AT,
    "account": NAMED,
    "email": suspecting.AT | suspecting.WIDE,
    "ip": suspecting.QUADS | suspecting.GROUPS | suspecting.WIDE,
    **dict.fromkeys(("iban", "card", "id_number", "phone"), suspecting.DIGITS | suspecting.WIDE),
}
"""What the bytes of a document that has such a place show."""

MARKS: dict[Kind, tuple[str, ...]] = {
    "secret": tuple(dict.fromkeys(mark.lower() for mark in secrets.MARKS)),
    "account": accounts.MARKS,
}
ALL_MARKS = tuple(mark for marks in MARKS.values() for mark in marks)
"""Looked for in one pass."""


def _found(kind: Kind, text: str, runs: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """The spans of one kind; some are looked for only where there are digits enough."""
    if kind in ANYWHERE:
        yield from ANYWHERE[kind](text)
        return
    for low, high, digits in runs:
        if kind != "card" or digits >= CARD_DIGITS:
            yield from WITHIN_RUNS[kind](text, low, high)


def _runs(text: str) -> Iterator[tuple[int, int, int]]:
    """Where there are digits enough close together, with a little around them, and how many."""
    for run in RUN.finditer(text):
        if (digits := sum(map(str.isdigit, run[0]))) >= DIGITS:
            yield max(0, run.start() - AROUND), run.end() + AROUND, digits


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    yield from secrets.find(text)
    yield from internet.find_credentials(text)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    yield from emails.find(text) if "@" in text else ()


ANYWHERE: dict[Kind, Callable[[str], Iterator[tuple[int, int]]]] = {
    "secret": _secrets,
    "account": accounts.find,
    "email": _emails,
    "iban": ibans.find,
    "ip": internet.find,
}
WITHIN_RUNS: dict[Kind, Callable[[str, int, int], Iterator[tuple[int, int]]]] = {
    "card": cards.find,
    "id_number": ids.find,
    "phone": phones.find,
}
