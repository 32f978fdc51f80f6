"""The pair signal `antonyms_swapped`: a word that went and its opposite that came."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.pairs import HAN, Pairs, PairSignal
from dataqual.lexicons import FOLDER

PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis")
"""What makes the opposite of an English word (Quirk et al. 1985, appendix I.21)."""
SHORTEST = 3
"""Letters of a word to which a prefix is put: `able`, `unable`; but `to`, `into`."""
ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ier", "y"),
    ("er", ""), ("er", "e"), ("iest", "y"), ("est", ""), ("est", "e"), ("ily", "y"), ("ly", ""), ("ly", "le"), ("ness", ""), ("iness", "y"),
)  # fmt: skip
"""The rules of detachment of WordNet's morphy, and -ly and -ness, which make no other sense of a word."""

IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "wives": "wife", "lives": "life", "better": "good", "best": "good",
    "worse": "bad", "worst": "bad", "won": "win", "lost": "lose", "found": "find", "came": "come", "went": "go", "gave": "give",
    "given": "give", "took": "take", "taken": "take", "rose": "rise", "risen": "rise", "fell": "fall", "fallen": "fall",
    "bought": "buy", "sold": "sell", "began": "begin", "begun": "begin", "left": "leave", "kept": "keep", "broke": "break",
    "broken": "break", "built": "build", "caught": "catch", "forgot": "forget", "forgotten": "forget", "knew": "know",
    "known": "know", "slept": "sleep", "woke": "wake", "stood": "stand", "sat": "sit", "understood": "understand",
}  # fmt: skip
"""Forms that no ending tells, of words that have opposites."""

VALENCE = 2
"""Oppositions as which praise and blame count, so that one rare sense that two words share does not outweigh them."""


@dataclass(frozen=True)
class AntonymsSwapped(PairSignal):
    """How many words of the parent went while a word of the opposite sense came.

    Opposites are WordNet's antonyms, and words similar to them (indirect antonyms, Gross, Fischer and Miller 1989), a
    word and itself with a prefix (`happy`, `unhappy`) or with -less for -ful, and words of praise and of blame (after
    VADER, Hutto and Gilbert 2014); for Chinese both are lists of our own (lexicons/antonyms.*.txt, valence.*.txt). `not
    bad` for `good` counts too: who cannot tell refuses.

    >>> pairs = Pairs.of(["She loved it, a great film.", "服务很好", "a kind man"], ["She hated it, a great film.", "服务很差", "a nice man"])
    >>> AntonymsSwapped().measure(pairs).tolist()
    [1.0, 1.0, 0.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        counts = [
            _english(gone, come) + _chinese(parent, child)
            for (gone, come), (parent, child) in zip(pairs.replaced, pairs.texts, strict=True)
        ]
        return np.array(counts, np.float64)


def _english(gone: Counter[str], come: Counter[str]) -> int:
    """Words that went and have an opposite among those that came, once each was paired with one of the same sense."""
    old, new = ([word for word in side if word.isascii()] for side in (gone, come))
    kinship = {(a, b): _kinship(a, b) for a in old for b in new}
    left, right = set(old), set(new)
    for (a, b), near in sorted(kinship.items(), key=lambda one: (-one[1], one[0])):
        if near > 0 and a in left and b in right:
            left.remove(a)
            right.remove(b)
    return sum(any(kinship[a, b] < 0 for b in right) for a in left)


SAME = 100
"""Kinship of two forms of a word: more than any number of oppositions."""


def _kinship(one: str, other: str) -> int:
    """On how many oppositions two words stand on the same side, less those on which they face each other."""
    first, second = _forms(one), _forms(other)
    if first & second:
        return SAME
    if any(_negated(a, b) or _negated(b, a) or _emptied(a, b) or _emptied(b, a) for a in first for b in second):
        return -SAME
    sides, others = _sides_of(one), _sides_of(other)
    if not sides or not others:
        return 0
    return len(sides & others) - sum(side ^ 1 in others for side in sides)


@cache
def _sides_of(word: str) -> frozenset[int]:
    sides = _sides()
    return frozenset(side for form in _forms(word) for side in sides.get(form, ()))


def _emptied(word: str, other: str) -> bool:
    """Whether the other has -less for the word's -ful."""
    return word.endswith("ful") and other == word[:-3] + "less"


def _negated(word: str, other: str) -> bool:
    return len(word) >= SHORTEST and other.endswith(word) and other[: -len(word)] in PREFIXES


@cache
def _forms(word: str) -> frozenset[str]:
    """A word, and what it may be a form of.

    >>> sorted(_forms("loved"))
    ['lov', 'love', 'loved']
    """
    found = {word, IRREGULAR.get(word, word)}
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            found.add(stem + instead)
            if not instead and len(stem) > SHORTEST and stem[-1] == stem[-2]:
                found.add(stem[:-1])
    return frozenset(found)


@cache
def _sides() -> dict[str, tuple[int, ...]]:
    """English word -> the sides of oppositions on which it stands; of each opposition one is even, the other one more."""
    valence = [*_lines("valence.en")] * VALENCE
    return _numbered(line.split(" | ") for line in (*_lines("antonyms.en"), *valence))


@cache
def _chinese_sides() -> dict[str, tuple[int, ...]]:
    """The same for Chinese: of each line the first word against all others."""
    pairs = [(line.split(" ")[0], line.partition(" ")[2]) for line in _lines("antonyms.zh")]
    return _numbered([*pairs, *(line.split(" | ") for line in _lines("valence.zh"))])


@cache
def _chinese_words() -> re.Pattern[str]:
    """The longest word first; what stands within a longer one is not taken for itself."""
    return re.compile("|".join(sorted(_chinese_sides(), key=len, reverse=True)))


def _chinese(parent: str, child: str) -> int:
    """Words by their opposites; a text without Han characters has none."""
    if not re.search(f"[{HAN}]", parent):
        return 0
    before, after = (Counter(_chinese_words().findall(text)) for text in (parent, child))
    sides = _chinese_sides()
    gone, come = (set().union(*(sides[word] for word in side)) for side in (before - after, after - before))
    new, old = come - gone, gone - come
    return sum(any(side in old and side ^ 1 in new for side in sides[word]) for word in before - after)


def _numbered(oppositions: Iterable[Iterable[str]]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, sides in enumerate(oppositions):
        for which, side in enumerate(sides):
            for word in side.split():
                found[word].append(2 * number + which)
    return {word: tuple(sides) for word, sides in found.items()}


def _lines(name: str) -> Iterator[str]:
    yield from filter(None, (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n"))
