"""Words of Chinese texts that went and their opposites that came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dataqual.gating.glosses import alike, glosses, leaning, opposed, simplified
from dataqual.gating.oppositions import Vouched, lines, numbered
from dataqual.gating.same_words import Apart
from dataqual.gating.wording import HAN, has_han
from dataqual.synonyms.everyday import everyday

LONGEST_WORD = 4
"""Characters of a word: beyond, it is a phrase, which may say the same in other words."""
WIDER = 2
"""Characters beside an edit that may belong to its words: of 免费 and 收费 one differs."""

_ALL_HAN = re.compile(f"[{HAN}]+")


def chinese(pair: Apart, vouched: Vouched) -> list[tuple[str, str]]:
    """Words that went with their opposites, by lists, or else those that came in the place of one like which nobody says they are.

    A text without Han characters has none.

    >>> from dataqual.gating.same_words import apart
    >>> chinese(apart("免费停车，早餐清淡", "收费停车，早餐油腻"), ())
    [('免费', '收费'), ('清淡', '油腻')]
    """
    if not has_han(pair.parent):
        return []
    return _listed(pair.parent, pair.child) or [found for place in _places(pair) if (found := place.opposites(vouched))]


def _listed(parent: str, child: str) -> list[tuple[str, str]]:
    """By the lists of opposites, wherever the two words stand."""
    before, after = (Counter(_words().findall(text)) for text in (parent, child))
    sides = _sides()
    left, right = list(before - after), list(after - before)
    gone, come = (set().union(*(sides[word] for word in side)) for side in (left, right))
    old = {side for side in gone - come if side ^ 1 in come - gone}
    found: list[tuple[str, str]] = []
    facing = {(a, b): sum(side in old and side ^ 1 in sides[b] for side in sides[a]) for a in left for b in right}
    for (a, b), many in sorted(facing.items(), key=lambda one: -one[1]):  # those that face each other most, each once
        if many and a not in (was for was, _ in found) and b not in (now for _, now in found):
            found.append((a, b))
    return found


@dataclass(frozen=True)
class _Place:
    """Han characters of a parent, from `start` to `end`, in whose place others came."""

    parent: str
    start: int
    end: int
    now: str

    @property
    def was(self) -> str:
        """Those that went."""
        return self.parent[self.start : self.end]

    def opposites(self, vouched: Vouched) -> tuple[str, str] | None:
        """The words of which these are, or are a part, where they are opposites or strangers; None where they are not."""
        was, now = self.was, self.now
        if any(was in old and now in new for old, new in vouched) or now in everyday().may.get(was, ()):
            return None
        if len(was) == len(now) and _characters_opposed(was, now):
            return next(self.words(), (was, now))
        known = list(self.words())
        if any(alike(simplified(one), simplified(other)) for one, other in known):
            return None
        facing = (pair for pair in known if opposed(*map(simplified, pair)))
        return next(facing, (was, now) if (was, now) in known and _strangers(was, now) else None)

    def words(self) -> Iterator[tuple[str, str]]:
        """Words of the dictionary that went and came here, with the same characters beside these, the shortest first."""
        for beside in range(2 * WIDER + 1):
            for left in range(min(WIDER, beside, self.start) + 1):
                right = beside - left
                if right > WIDER or self.end + right > len(self.parent):
                    continue
                head, tail = self.parent[self.start - left : self.start], self.parent[self.end : self.end + right]
                pair = f"{head}{self.was}{tail}", f"{head}{self.now}{tail}"
                if all(2 <= len(word) <= LONGEST_WORD and _known(word) for word in pair):
                    yield pair


def _places(pair: Apart) -> Iterator[_Place]:
    """Where Han characters came in the place of others; what was only put in or taken out goes with an edit one character away."""
    parent = pair.parent
    found: list[tuple[int, int, str]] = []
    for edit in pair.edits:
        if found and edit.start - found[-1][1] <= 1:
            start, end, now = found[-1]
            if not (now and end > start and edit.replacement and edit.end > edit.start):
                found[-1] = start, edit.end, now + parent[end : edit.start] + edit.replacement
                continue
        found.append((edit.start, edit.end, edit.replacement))
    for start, end, now in found:
        if _ALL_HAN.fullmatch(parent[start:end]) and _ALL_HAN.fullmatch(now):
            yield _Place(parent, start, end, now)


def _characters_opposed(was: str, now: str) -> bool:
    """Whether a character that went and one that came are listed as opposites, or stand in the same place of words that have
    the rest in common and make an antonymic compound, such as 收支."""
    sides = _sides()
    if any(side ^ 1 in sides.get(b, ()) for a in was for side in sides.get(a, ()) for b in now):
        return True
    return len(was) == 1 and simplified(now) in _opposed_characters().get(simplified(was), "")


def _strangers(was: str, now: str) -> bool:
    """Whether nothing says that two words are alike: no character, no side of an opposition."""
    if len(was) != len(now) or set(was) & set(now) or not {*_sides().get(was, ())}.isdisjoint(_sides().get(now, ())):
        return False
    best, worst = leaning(simplified(was), simplified(now))
    return best <= 0 or worst < 0


def _known(word: str) -> bool:
    return word in _sides() or simplified(word) in glosses()


@cache
def _sides() -> dict[str, tuple[int, ...]]:
    """Word -> the sides of oppositions on which it stands: of each line the first word against all others."""
    pairs = [(line.split(" ")[0], line.partition(" ")[2]) for line in lines("antonyms.zh")]
    return numbered([*pairs, *(line.split(" | ") for line in lines("valence.zh"))])


@cache
def _words() -> re.Pattern[str]:
    """The longest word first; what stands within a longer one is not taken for itself."""
    return re.compile("|".join(sorted(_sides(), key=len, reverse=True)))


@cache
def _opposed_characters() -> dict[str, str]:
    """Character -> those with which it makes an antonymic compound."""
    found: dict[str, str] = {}
    for compound in " ".join(lines("opposed_characters.zh")).split():
        for pair in (compound, compound[::-1]):
            found[pair[0]] = found.get(pair[0], "") + pair[1]
    return found
