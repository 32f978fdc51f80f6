"""What stands beside words in the corpus itself: whether a word fits a place, and whether two words are used alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from math import sqrt

READ = 10_000_000
"""Characters of a corpus that are read, its first: enough for words that are common."""


class Neighbours:
    """Of words how often each character stood right before and right behind them."""

    def __init__(self, counts: dict[str, Counter[str]]) -> None:
        self.counts = counts

    @classmethod
    def of(cls, texts: Iterable[str], words: Collection[str]) -> Neighbours:
        """Of words wherever they stand, whatever longer word they are part of.

        >>> beside = Neighbours.of(["这个价格高", "这个价钱高"], {"价格", "价钱"})
        >>> beside.count("价格"), beside.alike("价格", "价钱"), beside.known("个", "价钱", "低")
        (1, 1.0, (True, False))
        """
        sizes = sorted({len(word) for word in words})
        counts: dict[str, Counter[str]] = {}
        read = 0
        for text in texts:
            for size in sizes:
                for at in range(len(text) - size + 1):
                    word = text[at : at + size]
                    if word in words:
                        end = at + size
                        counts.setdefault(word, Counter()).update(("<" + text[at - 1 : at], ">" + text[end : end + 1]))
            read += len(text)
            if read > READ:
                break
        return cls(counts)

    def count(self, word: str) -> int:
        """How often a word stands in the corpus."""
        return self.counts[word].total() // 2 if word in self.counts else 0

    def known(self, before: str, word: str, after: str) -> tuple[bool, bool]:
        """Whether a word has stood behind the one character, and whether before the other."""
        counts: Mapping[str, int] = self.counts.get(word, {})
        return "<" + before in counts, ">" + after in counts

    def alike(self, one: str, other: str) -> float:
        """Bhattacharyya coefficient of the neighbours of two words: 1 where they are the same, 0 where none is."""
        mine, its = self.counts.get(one), self.counts.get(other)
        if mine is None or its is None:
            return 0.0
        common = sum(sqrt(mine[key] * its[key]) for key in mine.keys() & its.keys())
        return common / sqrt(mine.total() * its.total())
