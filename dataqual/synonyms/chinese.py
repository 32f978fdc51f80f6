"""Synonyms of Chinese words: of one group of a thesaurus, as words are cut, as common, used alike, none behind a negation."""

from __future__ import annotations

from collections.abc import Iterable

from dataqual.children import Edit
from dataqual.protected import Protected
from dataqual.synonyms import segmenting
from dataqual.synonyms.chinese_thesaurus import find, read
from dataqual.synonyms.frequency import By, Frequency
from dataqual.synonyms.neighbours import Neighbours
from dataqual.synonyms.source import OneByOne, Swap
from dataqual.text import ALONE
from dataqual.word_spans import Spans

NEGATIONS = tuple("不 没 没有 别 无 未 非 勿 莫 不是 不会 不能 不要 不太 难以 不够 缺乏".split())
"""A word behind one of these stays: what is negated has few synonyms that may be negated, too."""

TOO_COMMON = 5.9
"""Zipf frequency beyond which a word, such as 没有 or 就是, means so many things that no other means the same."""

LONGEST = 4
"""Characters of a word that is looked for in the corpus, at most."""

CHOICES = 4
"""Synonyms of a word at most, the commonest."""

ALIKE = 0.45
"""How alike the neighbours of two words must be in the corpus; chosen by eye on 51 pairs of words in reviews."""

RARER = 10
"""How many times rarer in the corpus than the word a synonym may be."""

AROUND = 4
"""Characters on both sides with which it is seen whether a synonym is cut as a word there."""

MOST = 2
"""Words that are replaced in a document at most, where the thesaurus is not one's own."""


class Chinese(OneByOne):
    """A thesaurus, words cut by jieba or by the thesaurus's own words, frequencies of wordfreq or none."""

    language = "zh"

    def __init__(self, place: str, by: By, segment: segmenting.By, beside: Neighbours | None = None) -> None:
        self.place, self.by, self.segment_by, self.beside = place, by, segment, beside
        self.groups = read(path) if (path := find(place)) is not None else None
        self.strict = self.groups is not None and self.groups.senses is not None
        self.most = MOST if self.strict else None
        self.frequency = Frequency("zh", by)
        self.segment = self._segment()
        self._known: dict[str, tuple[str, ...]] = {}

    def __reduce__(self) -> tuple[type[Chinese], tuple[str, By, segmenting.By, Neighbours | None]]:
        return Chinese, (self.place, self.by, self.segment_by, self.beside)

    def learnt(self, texts: Iterable[str]) -> Chinese:
        """One that knows what stands beside words in a corpus; itself where the thesaurus is one's own."""
        if not self.strict or self.groups is None:
            return self
        words = {word for word in self.groups.of if len(word) <= LONGEST and self.groups.near(word)}
        return Chinese(self.place, self.by, self.segment_by, Neighbours.of(texts, words))

    def _segment(self) -> segmenting.Segment:
        if self.segment_by == "longest":
            return segmenting.by_longest(self.groups.of.keys() if self.groups else ())
        segmenting.by_jieba("")  # what is missing is told now
        return segmenting.by_jieba

    def serves(self, text: str, spans: Spans) -> bool:
        """Whether most words are single characters, and no kana among them."""
        alone = sum(bool(flags & ALONE) for flags in spans.flags)
        return 2 * alone > len(spans) and not any("\u3040" <= char <= "\u30ff" for char in text[:2000])

    def words(self, spans: int) -> int:
        """Two characters make a word, about, so that a text need not be cut to be counted."""
        return (spans + 1) // 2

    def swaps(self, text: str, spans: Spans) -> list[Swap]:
        """Words of two characters or more that have synonyms."""
        protected = Protected(text, quotes=True)
        found: list[Swap] = []
        at = 0
        for word in self.segment(text):
            end = at + len(word)
            if len(word) > 1 and not protected.touches(at, end) and not text[max(0, at - 2) : at].endswith(NEGATIONS):
                choices = [one for one in self._synonyms(word) if self._stands(text, at, end, one)]
                if choices:
                    found.append(Swap(at, tuple((Edit(at, end, one, "synonym"),) for one in choices)))
            at = end
        return found

    def _stands(self, text: str, at: int, end: int, one: str) -> bool:
        """Whether a synonym has stood between such characters in the corpus, and is a word between them."""
        if self.beside is None:
            return True
        if not self.beside.known(text[at - 1 : at], one, text[end : end + 1]):
            return False
        before = text[max(0, at - AROUND) : at]
        start = 0
        for word in self.segment(before + one + text[end : end + AROUND]):
            if start == len(before) and word == one:
                return True
            start += len(word)
        return False

    def _likes(self, word: str) -> list[str]:
        """What the thesaurus has for a word, and of a thesaurus that is not one's own, what is used alike."""
        if self.groups is None:
            return []
        if not self.strict:
            return self.groups.synonyms(word)
        near, beside = self.groups.near(word), self.beside
        if beside is None:
            return near
        return [
            one for one in near if RARER * beside.count(one) >= beside.count(word) and beside.alike(word, one) >= ALIKE
        ]

    def _synonyms(self, word: str) -> tuple[str, ...]:
        known = self._known.get(word)
        if known is None:
            others = self._likes(word)
            if self.segment_by == "jieba":
                kind = segmenting.kind_of(word)
                others = [one for one in others if kind and segmenting.kind_of(one) == kind]
            if (self.frequency.of(word) or 0) > TOO_COMMON:
                others = []
            fitting = [one for one in others if self.frequency.fits(one, word) and not _extends(one, word)]
            fitting.sort(key=lambda one: (-(self.frequency.of(one) or 0), one))
            known = self._known[word] = tuple(fitting[:CHOICES])
        return known


def _extends(one: str, word: str) -> bool:
    """Whether one is the other with something added, which would often stand there twice."""
    return one in word or word in one
