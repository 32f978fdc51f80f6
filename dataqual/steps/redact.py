"""The step `redact`."""

from __future__ import annotations

import hashlib
import hmac
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, Literal

import numpy as np

from dataqual.corpus import Batch
from dataqual.errors import SpecError
from dataqual.ledger import Edited, edited
from dataqual.masking import hide
from dataqual.operators import Step
from dataqual.personal.finding import KINDS, PLAIN, Kind, Place, places, suspicious
from dataqual.text import Text

USUAL: tuple[Kind, ...] = ("email", "phone", "ip", "id_number", "card", "account", "secret")

SHORTEST_KEY = 16
"""Characters: what stands for a telephone number is no secret from who can try every key."""

LETTERS = 12
"""Of 26: 56 bits, so that of a million values two meet with a chance of one in 190,000. Letters, for digits would be found again."""

SHOWN = 3
"""Places of a kind that the ledger shows, masked."""
SHOWN_CHARS = 40


@dataclass(frozen=True)
class Redact(Step):
    """Put "[EMAIL]", "[PHONE]" … in the place of personal data and secrets, or a pseudonym for each value.

    A pseudonym, "[EMAIL:qkbzfmwdtrpa]", is a hash of the value under the `key`: the same everywhere for the same value,
    however it is spelled, and without the key it says nothing of it. `key` "$NAME" is the environment variable NAME.
    With `map` what each stands for is written beside the output, for `dataqual.restore`.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["Ask ann@example.org or call +44 20 7946 0958.", "arXiv:2301.12345, 2019-05-12"]).batches()
    >>> after, [told] = Redact()(batch)
    >>> after.text[0], told.values.tolist(), told.evidence
    ('Ask [EMAIL] or call [PHONE].', [2], ['email a••@•••••••.org; phone +4• •• •••• ••••'])
    """

    rewrites: ClassVar[bool] = True
    secrets: ClassVar[tuple[str, ...]] = ("key",)

    kinds: tuple[Kind, ...] = USUAL
    replace_with: Literal["mask", "pseudonym"] = "mask"
    key: str | None = None
    map: bool = False

    def __post_init__(self) -> None:
        if not self.kinds:
            raise SpecError(f"kinds is empty; there are: {', '.join(KINDS)}")
        if (self.key is None) == (self.replace_with == "pseudonym"):
            raise SpecError(
                "a key goes with pseudonyms, and pseudonyms with a key: key: $NAME of an environment variable"
            )
        if self.map and self.replace_with != "pseudonym":
            raise SpecError("a map goes with pseudonyms: replace_with: pseudonym; of a mask nothing can be found again")
        if self.key is not None and len(self._secret()) < SHORTEST_KEY:
            raise SpecError(f"the key has {len(self._secret())} characters; it needs {SHORTEST_KEY}")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        texts: dict[int, bytes] = {}
        counts, evidence, undo = [], [], []
        sorts = suspicious(batch.text, self.kinds)
        for row in np.flatnonzero(sorts).tolist():
            after, found = self._redacted(batch.text[row], int(sorts[row]))
            if found:
                texts[row] = after.encode()
                counts.append(len(found))
                evidence.append(_evidence([(kind, value) for _, kind, value in found]))
                undo.append([(self._placeholder(kind, value), value) for _, kind, value in sorted(found)])
        values = np.array(counts, np.int64)
        return edited(batch, texts, "redact", "redact", values, evidence, undo if self.map else None)

    @property
    def reversible(self) -> bool:
        """With a map."""
        return self.map

    def pseudonyms(self, column: object) -> dict[str, str]:
        """What each pseudonym in the redacted column stands for, found out again from the column as it was before.

        >>> Redact(replace_with="pseudonym", key="0123456789abcdef").pseudonyms(["a@b.cn, A@B.cn"])
        {'[EMAIL:...]': 'a@b.cn'}
        """
        text = Text.of(column)
        known: dict[str, str] = {}
        sorts = suspicious(text, self.kinds)
        for row in np.flatnonzero(sorts).tolist():
            for _, kind, value in self._redacted(text[row], int(sorts[row]))[1]:
                known.setdefault(self._placeholder(kind, value), value)
        return known

    def _redacted(self, document: str, sorts: int) -> tuple[str, list[tuple[int, Kind, str]]]:
        """The document with placeholders, and where in it they begin and what they stand for, as they were found.

        What is left is looked at again: a number that touched another may be one alone.
        """
        values: list[tuple[int, Kind, str]] = []
        while found := places(document, self.kinds, sorts):
            new = [(place.kind, document[place.start : place.end]) for place in found]
            said = [self._placeholder(*value) for value in new]
            longer = [len(one) - (place.end - place.start) for one, place in zip(said, found, strict=True)]
            shifts = [0, *accumulate(longer)]
            starts = [place.start for place in found]
            values = [(at + shifts[bisect_left(starts, at)], kind, value) for at, kind, value in values]
            values += [(at + shift, *value) for at, shift, value in zip(starts, shifts, new, strict=False)]
            document = _replaced(document, found, said)
        return document, values

    def _placeholder(self, kind: Kind, value: str) -> str:
        if self.replace_with == "mask":
            return f"[{kind.upper()}]"
        plain = "".join(char for char in value.translate(PLAIN) if char.isalnum() or kind in ("email", "ip", "secret"))
        said = plain if kind == "secret" else plain.lower()
        digest = hmac.digest(self._secret().encode(), f"{kind} {said}".encode(), hashlib.sha256)
        number, letters = int.from_bytes(digest, "big"), ""
        for _ in range(LETTERS):
            number, letter = divmod(number, 26)
            letters += chr(ord("a") + letter)
        return f"[{kind.upper()}:{letters}]"

    @property
    def rests_on(self) -> object:
        """The key, of which nothing can be read here."""
        return hashlib.sha256(self._secret().encode()).hexdigest() if self.key is not None else None

    def _secret(self) -> str:
        """The key itself; SpecError where the environment has none of that name."""
        assert self.key is not None
        if not self.key.startswith("$"):
            return self.key
        if not (value := os.environ.get(self.key[1:])):
            raise SpecError(f"key: no environment variable {self.key[1:]!r} is set")
        return value


def _replaced(document: str, found: Sequence[Place], placeholders: Sequence[str]) -> str:
    parts, at = [], 0
    for place, placeholder in zip(found, placeholders, strict=True):
        parts += [document[at : place.start], placeholder]
        at = place.end
    return "".join([*parts, document[at:]])


def _evidence(found: Sequence[tuple[Kind, str]]) -> str:
    """What was found, by kind: the first few values masked, and how many more there are."""
    shown, counts = [], Counter(kind for kind, _ in found)
    for kind, count in counts.items():
        values = [hide(kind, value)[:SHOWN_CHARS] for known, value in found if known == kind][:SHOWN]
        more = f" and {count - SHOWN:,} more" if count > SHOWN else ""
        shown.append(f"{kind} {', '.join(values)}{more}")
    return "; ".join(shown)
