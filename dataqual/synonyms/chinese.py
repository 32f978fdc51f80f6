"""Synonyms of Chinese words: of one group of a thesaurus, as words are cut, as common, none behind a negation."""

from __future__ import annotations

from dataqual.children import Edit
from dataqual.protected import Protected
from dataqual.synonyms import segmenting
from dataqual.synonyms.chinese_thesaurus import find, read
from dataqual.synonyms.frequency import By, Frequency
from dataqual.synonyms.source import Source, Swap
from dataqual.text import ALONE
from dataqual.word_spans import Spans

NEGATIONS = tuple("不 没 没有 别 无 未 非 勿 莫 不是 不会 不能 不要 不太 难以 不够 缺乏".split())
"""A word behind one of these stays: what is negated has few synonyms that may be negated, too."""

TOO_COMMON = 5.9
"""Zipf frequency beyond which a word, such as 没有 or 就是, means so many things that no other means the same."""

CHOICES = 4
"""Synonyms of a word at most, the commonest."""


class Chinese(Source):
    """A thesaurus, words cut by jieba or by the thesaurus's own words, frequencies of wordfreq or none."""

    language = "zh"

    def __init__(self, place: str, by: By, segment: segmenting.By) -> None:
        self.place, self.by, self.segment_by = place, by, segment
        self.groups = read(path) if (path := find(place)) is not None else None
        self.frequency = Frequency("zh", by)
        self.segment = self._segment()
        self._known: dict[str, tuple[str, ...]] = {}

    def __reduce__(self) -> tuple[type[Chinese], tuple[str, By, segmenting.By]]:
        return Chinese, (self.place, self.by, self.segment_by)

    def _segment(self) -> segmenting.Segment:
        if self.segment_by == "longest":
            return segmenting.by_longest(self.groups.of.keys() if self.groups else ())
        segmenting.by_jieba("")  # what is missing is told now
        return segmenting.by_jieba

    def serves(self, text: str, spans: Spans) -> bool:
        """Whether most words are single characters, and no kana among them."""
        alone = sum(bool(flags & ALONE) for flags in spans.flags)
        return 2 * alone > len(spans) and not any("\u3040" <= char <= "\u30ff" for char in text[:2000])

    def words(self, text: str, spans: Spans) -> int:
        """Two characters make a word, about, so that a text need not be cut to be counted."""
        return (len(spans) + 1) // 2

    def swaps(self, text: str, spans: Spans, protected: Protected) -> list[Swap]:
        """Words of two characters or more that have synonyms."""
        found: list[Swap] = []
        at = 0
        for word in self.segment(text):
            end = at + len(word)
            if len(word) > 1 and not protected.touches(at, end) and not text[max(0, at - 2) : at].endswith(NEGATIONS):
                choices = self._synonyms(word)
                if choices:
                    found.append(Swap(at, tuple((Edit(at, end, one, "synonym"),) for one in choices)))
            at = end
        return found

    def _synonyms(self, word: str) -> tuple[str, ...]:
        known = self._known.get(word)
        if known is None:
            others = self.groups.synonyms(word) if self.groups is not None else []
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
