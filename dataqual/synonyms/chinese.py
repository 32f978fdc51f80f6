"""Synonyms of Chinese words: of one group of a thesaurus, as words are cut, as common, used alike, none behind a negation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from dataqual.children import Edit
from dataqual.protected import Protected
from dataqual.synonyms import segmenting
from dataqual.synonyms.chinese_thesaurus import find, read
from dataqual.synonyms.everyday import everyday
from dataqual.synonyms.frequency import By, Frequency
from dataqual.synonyms.neighbours import READ, Neighbours
from dataqual.synonyms.source import OneByOne, Swap
from dataqual.synonyms.used_alike import used_alike
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

NEAR, NEAR_OF_ONE_SENSE, NEAR_ALONE = 0.6, 0.5, 0.75
"""Cosine from which mutual neighbours in the corpus are synonyms: of one class of the thesaurus, of one class where each has
no other sense, and of none; chosen by eye on 228 pairs of words in reviews."""

SENSES = 3
"""Senses beyond which a word means too much for its neighbours to tell which is meant."""

LEAST, MOST = 2, 3
"""Words that are replaced in a document at least and at most, where the thesaurus is not one's own. With one at least, 27 of
100 children of 1,500 reviews differed in one place, with two 17; as many passed the gate, and of 40 that were read all were
usable. With five at most a fourth of the children were near copies of their parents in the place of a half (600 reviews), but
of 18 with four or five changes four were not good, of 22 with fewer one."""


Evidence = Literal["both", "thesaurus", "corpus", "either"]
"""What speaks for a synonym: a thesaurus and the corpus, a thesaurus alone, nearest neighbours in the corpus alone, or any of these."""


@dataclass(frozen=True)
class Choice:
    """A synonym; `attested` where it is well known to stand for the word, by a list or by thesaurus and corpus together."""

    word: str
    attested: bool


class Chinese(OneByOne):
    """A thesaurus, words cut by jieba or by the thesaurus's own words, frequencies of wordfreq or none.

    What it has learnt of a corpus is in `beside`, what stands right before and behind words, and in `alike`, neighbours in
    vectors.
    """

    language = "zh"

    def __init__(
        self,
        place: str,
        by: By,
        segment: segmenting.By,
        evidence: Evidence = "both",
        beside: Neighbours | None = None,
        alike: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
    ) -> None:
        self.place, self.by, self.segment_by, self.evidence = place, by, segment, evidence
        self.beside, self.alike = beside, alike
        self.groups = read(path) if (path := find(place)) is not None else None
        self.strict = self.groups is not None and self.groups.senses is not None
        self.least, self.most = (LEAST, MOST) if self.strict else (1, None)
        self.frequency = Frequency("zh", by)
        self.segment = self._segment()
        self._known: dict[str, tuple[Choice, ...]] = {}

    def __reduce__(self) -> tuple[type[Chinese], tuple[Any, ...]]:
        return Chinese, (self.place, self.by, self.segment_by, self.evidence, self.beside, dict(self.alike))

    def learnt(self, texts: Iterable[str]) -> Chinese:
        """One that knows how a corpus, its first ten million characters, uses words; itself where the thesaurus is one's own."""
        if not self.strict or self.groups is None:
            return self
        some, size = [], 0
        for text in texts:
            some.append(text)
            size += len(text)
            if size > READ:
                break
        alike: dict[str, dict[str, float]] = {}
        if self.evidence != "thesaurus" and self.segment_by == "jieba":
            alike = used_alike(map(self.segment, some))
        knows = Chinese(self.place, self.by, self.segment_by, self.evidence, None, alike)
        words = {word for word in self.groups.of if self.groups.near(word)} | everyday().words
        words |= {word for word in alike if knows._near_in_corpus(word)}
        beside = Neighbours.of(some, {word for word in words if len(word) <= LONGEST})
        return Chinese(self.place, self.by, self.segment_by, self.evidence, beside, alike)

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
            if len(word) > 1 and not protected.touches(at, end) and not _is_held(text, at, end):
                choices = [one.word for one in self._synonyms(word) if self._stands(text, at, end, one)]
                if choices:
                    found.append(Swap(at, tuple((Edit(at, end, one, "synonym"),) for one in choices)))
            at = end
        return found

    def _stands(self, text: str, at: int, end: int, one: Choice) -> bool:
        """Whether a synonym has stood between such characters in the corpus, and is a word between them.

        Of what is well attested one of the two characters is enough.
        """
        if self.beside is None:
            return True
        known = self.beside.known(text[at - 1 : at], one.word, text[end : end + 1])
        if not (any(known) if one.attested else all(known)):
            return False
        before = text[max(0, at - AROUND) : at]
        start = 0
        for word in self.segment(before + one.word + text[end : end + AROUND]):
            if start == len(before) and word == one.word:
                return True
            start += len(word)
        return False

    def _likes(self, word: str) -> dict[str, bool]:
        """What may stand for a word, and whether that is attested so well that its kind and its commonness are not asked."""
        if self.groups is None:
            return {}
        if not self.strict:
            return dict.fromkeys(self.groups.synonyms(word), False)
        found = dict.fromkeys(self._near_in_thesaurus(word), False)
        found |= self._near_in_corpus(word)
        if self.evidence != "corpus":
            found |= dict.fromkeys(everyday().may.get(word, ()), True)
        never = everyday().never.get(word, frozenset())
        return {one: attested for one, attested in found.items() if one not in never}

    def _near_in_thesaurus(self, word: str) -> list[str]:
        """Words of one sense that share it, and unless only the thesaurus is asked are used alike in the corpus."""
        if self.groups is None or self.evidence == "corpus":
            return []
        near, beside = self.groups.near(word), self.beside
        if beside is None or self.evidence == "thesaurus":
            return near
        return [
            one for one in near if RARER * beside.count(one) >= beside.count(word) and beside.alike(word, one) >= ALIKE
        ]

    def _near_in_corpus(self, word: str) -> dict[str, bool]:
        """Mutual nearest neighbours in the corpus that a thesaurus has in one class, or whose cosine is high, and whether the first."""
        senses = self.groups.senses if self.groups is not None and self.groups.senses is not None else {}
        found: dict[str, bool] = {}
        for one, cosine in self.alike.get(word, {}).items():
            several = max(senses.get(word, 9), senses.get(one, 9))
            if _is_negated(word) or _is_negated(one) or several > SENSES or segmenting.is_time(one):
                continue
            if self.evidence != "corpus" and self._share_a_class(word, one):
                if cosine >= (NEAR if several > 1 else NEAR_OF_ONE_SENSE):
                    found[one] = True
            elif self.evidence in ("corpus", "either") and cosine >= NEAR_ALONE:
                found[one] = False
        return found

    def _share_a_class(self, word: str, one: str) -> bool:
        of = self.groups.of if self.groups is not None else {}
        return bool(set(of.get(word, ())) & set(of.get(one, ())))

    def _synonyms(self, word: str) -> tuple[Choice, ...]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = tuple(self._found(word))
        return known

    def _found(self, word: str) -> list[Choice]:
        kind = segmenting.kind_of(word) if self.segment_by == "jieba" else ""
        common = (self.frequency.of(word) or 0) > TOO_COMMON

        def fits(one: str, attested: bool) -> bool:
            if not attested and (common or (self.segment_by == "jieba" and not kind == segmenting.kind_of(one) != "")):
                return False
            return self.frequency.fits(one, word) and not _extends(one, word)

        found = [Choice(one, attested) for one, attested in self._likes(word).items() if fits(one, attested)]
        return sorted(found, key=lambda one: (-(self.frequency.of(one.word) or 0), one.word))[:CHOICES]


def _is_held(text: str, at: int, end: int) -> bool:
    """Whether a word stands behind a negation, or beside itself."""
    word = text[at:end]
    if text[max(0, at - 2) : at].endswith(NEGATIONS):
        return True
    return text[max(0, at - len(word)) : at] == word or text[end : end + len(word)] == word


def _is_negated(word: str) -> bool:
    return word[0] in "不没无未非别"


def _extends(one: str, word: str) -> bool:
    """Whether one is the other with something added, which would often stand there twice."""
    return one in word or word in one
