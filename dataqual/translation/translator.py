"""`Translator`: one door for every engine; and how documents are cut for it and put together again."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from dataqual.errors import InputError
from dataqual.lazy import lazy
from dataqual.text import Text

_LETTER = re.compile(r"[^\W\d_]")
_BREAKS = re.compile(r"[\r\n\x00\v\f\x1c-\x1e\x85\u2028\u2029]+")
"""What parts lines anywhere, and NUL, which no engine takes: they stay where they are."""

Said = str | InputError
"""What an engine says of a text: its translation, or why there is none."""

FAILURES = 40
"""How often an engine may fail while the pieces are looked for at which it does, before the rest of a batch is given up."""


class Translator(ABC):
    """Texts in one language in, as many in another out. A subclass is a frozen dataclass of its parameters.

    An engine that fails altogether raises an InputError that says what to do; of one that fails at a single text the error
    stands in the place of the translation, and no other text is lost.
    """

    sentences: ClassVar[bool] = False
    """Whether it wants one sentence at a time, not a line."""

    @abstractmethod
    def translate(self, texts: Sequence[str]) -> list[Said]:
        """The translation of each text, none of which is empty or has a line break; the same whatever stands beside it."""

    free: ClassVar[bool] = True
    """Whether it costs nothing to ask for more than is needed: a server may be paid for."""

    @property
    def rests_on(self) -> object:
        """What beside its parameters decides what it says, such as weights."""
        return None

    def __call__(self, texts: Sequence[str]) -> list[Said]:
        """The translation of each document: cut at lines, or at sentences, and rejoined; what has no letter stays as it is.

        The same piece is translated once. Where any piece of a document failed its error stands for the document. Where the
        engine fails at many pieces together, those at which it fails are looked for; InputError where it fails at the first
        alone before it has ever translated anything.
        """
        cut = [pieces(text, by_sentence=self.sentences) for text in texts]
        wanted = dict.fromkeys(piece for parts in cut for piece, spoken in parts if spoken)
        found = dict(zip(wanted, self._all(list(wanted)), strict=True)) if wanted else {}
        return [_joined([found[piece] if spoken else piece for piece, spoken in parts]) for parts in cut]

    @lazy
    def _answered(self) -> set[bool]:
        """Whether it ever translated anything: then it is the piece at which it fails."""
        return set()

    def _all(self, wanted: Sequence[str]) -> list[Said]:
        """The translation of each piece, or why there is none."""
        try:
            found = self.translate(wanted)
        except InputError as error:
            if not self._answered:
                self._first(wanted, error)
            return self._parted(wanted, error, [FAILURES])
        if any(isinstance(one, str) for one in found):
            self._answered.add(True)
        return _spoken(found)

    def _first(self, wanted: Sequence[str], error: InputError) -> None:
        """Raise the error, unless the engine translates the first piece, or the last, when it is asked for it alone."""
        for piece in {0: wanted[0], len(wanted) - 1: wanted[-1]}.values() if len(wanted) > 1 else ():
            try:
                self.translate([piece])
            except InputError:
                continue
            self._answered.add(True)
            return
        raise error

    def _parted(self, wanted: Sequence[str], error: InputError, left: list[int]) -> list[Said]:
        """By halves, until those are found at which the engine fails; `left` is how often it may fail before all is given up."""
        left[0] -= 1
        if len(wanted) == 1 or left[0] < 0:
            return [error] * len(wanted)
        found: list[Said] = []
        for half in (wanted[: len(wanted) // 2], wanted[len(wanted) // 2 :]):
            try:
                found += _spoken(self.translate(half))
            except InputError as own:
                found += self._parted(half, own, left)
        return found


@dataclass(frozen=True)
class Route:
    """There and back: what the second makes of what the first says."""

    name: str
    there: Translator
    back: Translator

    def __call__(self, texts: Sequence[str]) -> list[Said]:
        """Each document back in its language, or the error of an engine that failed at it."""
        abroad = self.there(texts)
        reached = {at: text for at, text in enumerate(abroad) if isinstance(text, str)}
        home = dict(zip(reached, self.back(list(reached.values())), strict=True)) if reached else {}
        return [home.get(at, said) for at, said in enumerate(abroad)]

    @property
    def free(self) -> bool:
        """Whether both cost nothing."""
        return self.there.free and self.back.free

    @property
    def rests_on(self) -> object:
        """What either rests on."""
        return [found for side in (self.there, self.back) if (found := side.rests_on) is not None] or None


@dataclass(frozen=True)
class Whole:
    """A route that goes there and back by itself, such as nlpaug's."""

    name: str
    both: Callable[[Sequence[str]], list[Said]]
    rests_on: object = None
    free: ClassVar[bool] = True

    def __call__(self, texts: Sequence[str]) -> list[Said]:
        """Each document back in its language, or the error of an engine that failed at it."""
        return self.both(texts)


def pieces(text: str, *, by_sentence: bool = False) -> list[tuple[str, bool]]:
    """A text in pieces that make it up, and whether each is to be translated: white space and what has no letter is not.

    >>> pieces("Good.\\n\\n  Very good! 3")
    [('Good.', True), ('\\n\\n  ', False), ('Very good! 3', True)]
    >>> pieces("Good. Very good!", by_sentence=True)
    [('Good.', True), (' ', False), ('Very good!', True)]
    """
    out: list[tuple[str, bool]] = []
    for line, breaks in _lines(text):
        for part in _sentences(line) if by_sentence else [line]:
            bare = part.strip()
            if not _LETTER.search(bare):
                out.append((part, False))
                continue
            at = part.index(bare)
            out += [(part[:at], False), (bare, True), (part[at + len(bare) :], False)]
        out.append((breaks, False))
    return _together(out)


def _lines(text: str) -> list[tuple[str, str]]:
    """Lines, each with what breaks it from the next."""
    found, done = [], 0
    for match in _BREAKS.finditer(text):
        found.append((text[done : match.start()], match.group()))
        done = match.end()
    return [*found, (text[done:], "")]


def _sentences(line: str) -> list[str]:
    """The sentences of a line, each with the white space behind it."""
    data = line.encode()
    starts = Text.of([line]).sentences.starts.tolist()
    borders = [0, *starts[1:], len(data)] if starts else [0, len(data)]
    return [data[a:b].decode() for a, b in pairwise(borders)]


def _together(parts: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Without empty pieces, and with those that stay in one where they touch."""
    out: list[tuple[str, bool]] = []
    for piece, spoken in parts:
        if piece and out and not spoken and not out[-1][1]:
            out[-1] = (out[-1][0] + piece, False)
        elif piece:
            out.append((piece, spoken))
    return out


def _spoken(found: Sequence[Said]) -> list[Said]:
    """With an error in the place of what is empty, which no piece is."""
    return [InputError("the engine gave nothing back") if one == "" else one for one in found]


def _joined(parts: Sequence[Said]) -> Said:
    failed = next((part for part in parts if isinstance(part, InputError)), None)
    return failed if failed is not None else "".join(part for part in parts if isinstance(part, str))
