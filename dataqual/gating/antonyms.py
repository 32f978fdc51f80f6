"""The pair signal `antonyms_swapped`: a word that went and its opposite that came."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from dataqual.children import differing
from dataqual.gating.pairs import HAN, Pairs, PairSignal, words
from dataqual.gating.same_words import apart
from dataqual.lexicons import FOLDER
from dataqual.synonyms.everyday import everyday
from dataqual.synonyms.word_classes import closed_words

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

Vouched = Collection[tuple[str, str]]
"""Words of a parent, in lower case, and what a source of synonyms put in their place: it says that they mean the same."""

LONGEST_WORD = 4
"""Characters of a Chinese word: beyond, it is a phrase, which may say the same in other words."""

_ALL_HAN = re.compile(f"[{HAN}]+")

VALENCE = 2
"""Oppositions as which praise and blame count, so that one rare sense that two words share does not outweigh them."""


@dataclass(frozen=True)
class AntonymsSwapped(PairSignal):
    """How many words of the parent went while a word of the opposite sense came.

    Opposites are WordNet's antonyms, words similar to them (indirect antonyms, Gross, Fischer and Miller 1989) and derived from
    them, a word and itself with a prefix (`happy`, `unhappy`) or with -less for -ful, and words of praise and of blame (after
    VADER, Hutto and Gilbert 2014); for Chinese both are lists of our own (lexicons/antonyms.*.txt, valence.*.txt), read by
    characters too (加重, 减轻). `not bad` for `good` counts too: who cannot tell refuses. So does a word that has an opposite, in
    the very place of another that has one, where no synset of WordNet, list of ours or source of synonyms (`Pairs.vouched`) says
    that the two mean the same; of Chinese words where they have no character in common. What our list of everyday Chinese words
    lets stand for a word (不少 for 很多) is no opposite.

    >>> pairs = Pairs.of(["She loved it, a great film.", "服务很好", "a kind man"], ["She hated it, a great film.", "服务很差", "a nice man"])
    >>> AntonymsSwapped().measure(pairs).tolist()
    [1.0, 1.0, 0.0]
    >>> AntonymsSwapped().measure(Pairs.of(["a tall man"] * 2, ["a kind man"] * 2, vouched=[frozenset(), {("tall", "kind")}])).tolist()
    [1.0, 0.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        counts = [
            _english(gone, come, parent, child, vouched) + _chinese(parent, child, vouched)
            for (gone, come), (parent, child), vouched in zip(
                pairs.replaced, pairs.texts, pairs.vouched or repeat(()), strict=False
            )
        ]
        return np.array(counts, np.float64)


def _english(gone: Counter[str], come: Counter[str], parent: str, child: str, vouched: Vouched) -> int:
    """Words that went and have an opposite among those that came, once each was paired with one of the same sense."""
    old, new = ([word for word in side if word.isascii()] for side in (gone, come))
    kinship = {(a, b): _kinship(a, b) for a in old for b in new}
    left, right = set(old), set(new)
    for (a, b), near in sorted(kinship.items(), key=lambda one: (-one[1], one[0])):
        if near > 0 and a in left and b in right:
            left.remove(a)
            right.remove(b)
    opposite = {a for a in left if any(kinship[a, b] < 0 for b in right)}
    strangers = {
        a
        for a, b in _in_place(parent, child, left, right)
        if _opposable(a) and _opposable(b) and not _same(a, b) and (a, b) not in vouched
    }
    return len(opposite | strangers)


def _in_place(parent: str, child: str, left: set[str], right: set[str]) -> Iterator[tuple[str, str]]:
    """Words that came just where one went, of texts that have as many words."""
    if not left or not right:
        return
    first, second = words(parent), words(child)
    if len(first) == len(second):
        yield from ((a, b) for a, b in zip(first, second, strict=True) if a != b and a in left and b in right)


def _opposable(word: str) -> bool:
    """Whether a word has an opposite, and carries a meaning of its own."""
    return word not in closed_words() and bool(_sides_of(word))


def _same(one: str, other: str) -> bool:
    """Whether two words have a sense in common."""
    senses = _senses()
    first, second = ({sense for form in _forms(word) for sense in senses.get(form, ())} for word in (one, other))
    return bool(first & second)


@cache
def _senses() -> dict[str, tuple[int, ...]]:
    """English word that has opposites -> the synsets in which it stands with another one."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(_lines("same.en")):
        for word in line.split():
            found[word].append(number)
    return {word: tuple(numbers) for word, numbers in found.items()}


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
    word = word.removesuffix("'s").removesuffix("'")
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


def _chinese(parent: str, child: str, vouched: Vouched) -> int:
    """Words by their opposites, and those that came in the place of strangers; a text without Han characters has none."""
    if not re.search(f"[{HAN}]", parent):
        return 0
    parent, child = apart(parent, child)
    before, after = (Counter(_chinese_words().findall(text)) for text in (parent, child))
    sides = _chinese_sides()
    gone, come = (set().union(*(sides[word] for word in side)) for side in (before - after, after - before))
    new, old = come - gone, gone - come
    listed = sum(any(side in old and side ^ 1 in new for side in sides[word]) for word in before - after)
    return listed or sum(_strange(was, now, vouched) for was, now in _runs(parent, child))


def _runs(parent: str, child: str) -> Iterator[tuple[str, str]]:
    """Han characters that came just where as many went."""
    for edit in differing(parent, child, ""):
        was = parent[edit.start : edit.end]
        if len(was) == len(edit.replacement) and _ALL_HAN.fullmatch(was) and _ALL_HAN.fullmatch(edit.replacement):
            yield was, edit.replacement


def _strange(was: str, now: str, vouched: Vouched) -> bool:
    """Whether a word has an opposite character, or is a stranger, an adjective or verb like the other with no character in common
    for which nobody vouches."""
    sides = _chinese_sides()
    if any(side ^ 1 in sides.get(b, ()) for a in was for side in sides.get(a, ()) for b in now):
        return True
    if not 2 <= len(was) <= LONGEST_WORD or set(was) & set(now):
        return False
    if any(was in old and now in new for old, new in vouched) or now in everyday().may.get(was, ()):
        return False
    if not all(word in sides or word in _opposable_chinese() for word in (was, now)):
        return False
    return not set(sides.get(was, ())) & set(sides.get(now, ()))


@cache
def _opposable_chinese() -> frozenset[str]:
    return frozenset(word for line in _lines("opposable.zh") for word in line.split())


def _numbered(oppositions: Iterable[Iterable[str]]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, sides in enumerate(oppositions):
        for which, side in enumerate(sides):
            for word in side.split():
                found[word].append(2 * number + which)
    return {word: tuple(sides) for word, sides in found.items()}


def _lines(name: str) -> Iterator[str]:
    yield from filter(None, (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n"))
