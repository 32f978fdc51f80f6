"""Words of English texts that went and their opposites that came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from dataqual.gating.oppositions import Vouched, lines, numbered
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

VALENCE = 2
"""Oppositions as which praise and blame count, so that one rare sense that two words share does not outweigh them."""


def english(
    gone: Counter[str], come: Counter[str], before: Sequence[str], after: Sequence[str], vouched: Vouched
) -> list[tuple[str, str]]:
    """Words that went, each with its opposite that came, once each was paired with one of the same sense.

    `before` and `after` are all words of parent and child. Behind them stand words that came in the place of one like which nobody says they are.
    """
    old, new = ([word for word in side if word.isascii()] for side in (gone, come))
    near = {(a, b): kinship(a, b) for a in old for b in new}
    left, right = set(old), set(new)
    for (a, b), like in sorted(near.items(), key=lambda one: (-one[1], one[0])):
        if like > 0 and a in left and b in right:
            left.remove(a)
            right.remove(b)
    faced = {a: min(sorted(right), key=lambda b: near[a, b]) for a in sorted(left)} if right else {}
    opposite = {a: b for a, b in faced.items() if near[a, b] < 0}
    strangers = {
        a: b
        for a, b in _in_place(before, after, left, right)
        if _opposable(a) and _opposable(b) and not senses_of(a) & senses_of(b) and (a, b) not in vouched
    }
    return list((strangers | opposite).items())


def _in_place(
    before: Sequence[str], after: Sequence[str], left: set[str], right: set[str]
) -> Iterator[tuple[str, str]]:
    """Words that came just where one went, of texts that have as many words."""
    if left and right and len(before) == len(after):
        yield from ((a, b) for a, b in zip(before, after, strict=True) if a != b and a in left and b in right)


def _opposable(word: str) -> bool:
    """Whether a word has an opposite, and carries a meaning of its own."""
    return word not in closed_words() and bool(_sides_of(word))


@cache
def senses_of(word: str) -> frozenset[int]:
    """The synsets in which a word, or what it may be a form of, stands with another one."""
    return frozenset(sense for form in forms(word) for sense in _senses().get(form, ()))


@cache
def _senses() -> dict[str, tuple[int, ...]]:
    """English word that has opposites -> the synsets in which it stands with another one."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines("same.en")):
        for word in line.split():
            found[word].append(number)
    return {word: tuple(numbers) for word, numbers in found.items()}


REMEMBERED = 1 << 16
"""Pairs of words whose kinship is kept."""
SAME = 100
"""Kinship of two forms of a word: more than any number of oppositions."""


@lru_cache(REMEMBERED)
def kinship(one: str, other: str) -> int:
    """On how many oppositions two words stand on the same side, less those on which they face each other."""
    first, second = forms(one), forms(other)
    if first & second:
        return SAME
    if not _contrary(one).isdisjoint(second) or not _contrary(other).isdisjoint(first):
        return -SAME
    sides, others = _sides_of(one), _sides_of(other)
    if not sides or not others:
        return 0
    return len(sides & others) - sum(side ^ 1 in others for side in sides)


@cache
def _sides_of(word: str) -> frozenset[int]:
    sides = _sides()
    return frozenset(side for form in forms(word) for side in sides.get(form, ()))


@cache
def _contrary(word: str) -> frozenset[str]:
    """What a prefix makes of a word, or of what it may be a form of, and -less for -ful."""
    known = forms(word)
    prefixed = {prefix + form for form in known if len(form) >= SHORTEST for prefix in PREFIXES}
    return frozenset(prefixed | {form[:-3] + "less" for form in known if form.endswith("ful")})


@cache
def forms(word: str) -> frozenset[str]:
    """A word, and what it may be a form of.

    >>> sorted(forms("loved"))
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
    valence = [*lines("valence.en")] * VALENCE
    return numbered(line.split(" | ") for line in (*lines("antonyms.en"), *valence))
