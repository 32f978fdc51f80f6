"""Augmenters of nlpaug by name, held to our promises: a seed for each document, and nothing changes that was not to."""

from __future__ import annotations

import inspect
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from importlib import import_module
from threading import RLock
from typing import Any

import numpy as np

from dataqual.children import WORDS_COMPARED, Augmenter, Chance, Child, Edit, pieces
from dataqual.errors import InputError, MissingExtra, SpecError, did_you_mean
from dataqual.protected import Protected

MODULES = ("nlpaug.augmenter.word", "nlpaug.augmenter.char", "nlpaug.augmenter.sentence")

SEED_KEYS = 2**32
"""numpy's old generator takes seeds below."""

_ALONE = RLock()
"""nlpaug draws from the generators of the whole process, so only one document is worked on at a time."""


def names() -> dict[str, Any]:
    """Every augmenter of text, by its class's name; MissingExtra where nlpaug is not installed."""
    try:
        modules = [import_module(name) for name in MODULES]
    except ImportError:
        raise MissingExtra("nlpaug", "augment", "its augmenters") from None
    return {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and name.endswith("Aug")
    }


@dataclass(frozen=True, eq=False)
class NlpaugAugmenter(Augmenter):
    """One augmenter with its options. It sees the text; of what it gives back only words that differ are taken."""

    name: str
    options: Mapping[str, Any]
    made: list[Any] = field(default_factory=list, repr=False)

    def __reduce__(self) -> tuple[type[NlpaugAugmenter], tuple[str, Mapping[str, Any]]]:
        return NlpaugAugmenter, (self.name, self.options)

    def opened(self) -> Any:
        """The augmenter itself; SpecError for a name or option there is not, InputError where its data are missing."""
        with _ALONE:
            if not self.made:
                self.made.append(self._open())
            return self.made[0]

    def _open(self) -> Any:
        known = names()
        if self.name not in known:
            raise SpecError(f"nlpaug has no augmenter {self.name!r}; {did_you_mean(self.name, known)}")
        allowed = set(inspect.signature(known[self.name].__init__).parameters) - {"self"}
        for option in self.options:
            if option not in allowed:
                raise SpecError(f"nlpaug's {self.name} has no option {option!r}; {did_you_mean(option, allowed)}")
        try:
            return known[self.name](**self.options)
        except Exception as error:  # whatever nlpaug and what it loads may raise
            raise InputError(f"nlpaug's {self.name} cannot be made: {_first_line(error)}") from None

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        """Of each document as many as are asked for, less those in which nothing differs."""
        return [
            [child for number in range(n) if (child := self._child(text, chance.of(f"child {number}"))).edits]
            for text, chance, n in zip(texts, chances, how_many, strict=True)
        ]

    def _child(self, text: str, chance: Chance) -> Child:
        given = self._augmented(text, chance.key)
        protected = Protected(text)
        edits = word_edits(text, given, self.name)
        if any(edit.start == edit.end and not _may_come(text, edit.start, protected) for edit in edits):
            return Child(text, ())  # without it a word that only moved would be lost
        return Child.of(text, [edit for edit in edits if not protected.touches(edit.start, edit.end)])

    def _augmented(self, text: str, key: int) -> str:
        augmenter = self.opened()
        with _ALONE:
            before = random.getstate(), np.random.get_state()  # noqa: NPY002
            random.seed(key)
            np.random.seed(key % SEED_KEYS)  # noqa: NPY002
            try:
                given = augmenter.augment(text, n=1, num_thread=1)
            except LookupError as error:
                raise InputError(f"nlpaug's {self.name} lacks its data: {_first_line(error)}") from None
            finally:
                random.setstate(before[0])
                np.random.set_state(before[1])  # noqa: NPY002
        given = given[0] if isinstance(given, list) and given else given
        return given if isinstance(given, str) else text


def _may_come(text: str, at: int, protected: Protected) -> bool:
    """Whether a word may be put in here: between blanks, or at the end."""
    return (at in (0, len(text)) or text[at - 1] in " \t\n") and not protected.touches(at, at)


def word_edits(parent: str, given: str, reason: str) -> list[Edit]:
    """What differs in words, taken alone: white space, punctuation and the case of words stay as the parent has them.

    >>> word_edits("It's  at 192.168.1.1, Ann said", "it ' s at 192 . 168 . 1 . 1 , ann told", "x")
    [Edit(start=26, end=30, replacement='told', reason='x')]
    """
    first, second = _words(parent), _words(given)
    if max(len(first), len(second)) > WORDS_COMPARED:
        return []
    same = SequenceMatcher(None, [w.casefold() for w, _ in first], [w.casefold() for w, _ in second], autojunk=False)
    edits = []
    for kind, a, b, c, d in same.get_opcodes():
        if kind == "equal":
            continue
        new = given[second[c][1] : second[d - 1][1] + len(second[d - 1][0])] if d > c else ""
        if b > a:
            start, end = first[a][1], first[b - 1][1] + len(first[b - 1][0])
            if not new:  # with the blank behind it, so that no two are left
                end += len(parent[end:]) - len(parent[end:].lstrip(" \t"))
            edits.append(Edit(start, end, new, reason))
        elif new:
            at = first[a][1] if a < len(first) else len(parent)
            edits.append(Edit(at, at, f"{new} " if a < len(first) else f" {new}", reason))
    return edits


def _words(text: str) -> list[tuple[str, int]]:
    """The pieces that are letters and digits, each with where it begins."""
    found, at = [], 0
    for piece in pieces(text):
        if piece[0].isalnum():
            found.append((piece, at))
        at += len(piece)
    return found


def _first_line(error: BaseException) -> str:
    lines = [line.strip(" *") for line in str(error).splitlines() if line.strip(" *")]
    return lines[0] if lines else type(error).__name__
