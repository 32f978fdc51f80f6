"""Sentences that are there twice but for their gender: "he is a nurse" and "she is a nurse"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.clustered import ShareSums
from dataqual.mixing import splitmix64
from dataqual.people.mentions import Ints, Mentions
from dataqual.people.words import Lexicon
from dataqual.reading import Interval

Hashes = NDArray[np.uint64]

FEWEST_WORDS = 4
"""Words of a sentence that counts: "Mr." and "Mrs." are no pair of sentences."""


@dataclass(frozen=True, eq=False)
class Gendered:
    """The sentences with a word that has a counterpart, one row for each way in which one is said.

    Two sentences are a pair where `key` is the same, and the `sign` of one is the other's with all genders changed.
    """

    key: Hashes
    """A hash of the sentence, every gendered word as the pair that it is of."""
    sign: NDArray[np.int64]
    """Which of the pair stands where; changed genders change its sign."""
    often: Ints

    @classmethod
    def of(cls, key: Hashes, sign: NDArray[np.int64], often: Ints) -> Gendered:
        """Equal rows put together, in order."""
        order = np.lexsort((sign, key))
        key, sign, often = key[order], sign[order], often[order]
        first = np.ones(len(key), np.bool_)
        first[1:] = (key[1:] != key[:-1]) | (sign[1:] != sign[:-1])
        return cls(key[first], sign[first], np.add.reduceat(often, np.flatnonzero(first)) if len(key) else often)

    @property
    def paired(self) -> NDArray[np.bool_]:
        """Which rows have their counterpart."""
        held = set(zip(self.key.tolist(), self.sign.tolist(), strict=True))
        return np.array([(k, -s) in held for k, s in zip(self.key.tolist(), self.sign.tolist(), strict=True)], np.bool_)

    def first(self, keys: int) -> Gendered:
        """Only the rows of the lowest keys: a fair sample of all that are there, with their counterparts."""
        names = np.unique(self.key)
        if len(names) <= keys:
            return self
        kept = self.key < names[keys]
        return Gendered(self.key[kept], self.sign[kept], self.often[kept])

    def merge(self, other: Gendered) -> Gendered:
        """Both together."""
        return Gendered.of(*(np.concatenate(pair) for pair in zip(self.arrays, other.arrays, strict=True)))

    @property
    def arrays(self) -> tuple[Hashes, NDArray[np.int64], Ints]:
        """`key`, `sign` and `often`."""
        return self.key, self.sign, self.often

    def sums(self) -> ShareSums:
        """The share of sentences that have their counterpart; those with one key are drawn together."""
        _, where = np.unique(self.key, return_inverse=True)
        whole = np.bincount(where, self.often).astype(np.int64)
        part = np.bincount(where, self.often * self.paired, minlength=len(whole)).astype(np.int64)
        return ShareSums.of(part, whole)


@dataclass(frozen=True)
class Counterfactuals:
    """How many sentences have their counterpart in the same documents."""

    share: float | None
    interval: Interval | None
    """Were the sentences, each with its counterparts, drawn anew."""
    paired: int
    sentences: int
    """Those that have a word with a counterpart."""
    examples: tuple[tuple[str, str], ...]


def counterfactual_pairs(column: object, *, words: Lexicon | None = None) -> Counterfactuals:
    """The share of gendered sentences, of four words or more, whose counterpart, every gender in it changed, is there too.

    Who is meant by a pronoun is not resolved: words are changed. `her` is the counterpart of both `his` and `him`.

    >>> found = counterfactual_pairs(["He is a nurse.", "She is a nurse.", "She told him so.", "She left the house."])
    >>> found.share, found.paired, found.sentences, found.examples
    (0.5, 2, 4, (('He is a nurse.', 'She is a nurse.'),))
    """
    mentions = column if isinstance(column, Mentions) else Mentions.of(column, words)
    where, key, sign = gendered_sentences(mentions)
    found = Gendered.of(key, sign, np.ones(len(key), np.int64))
    sums = found.sums()
    around = sums.interval() if sums.whole else None
    return Counterfactuals(sums.value, around, sums.part, sums.whole, tuple(_examples(mentions, where, key, sign)))


def gendered_sentences(mentions: Mentions) -> tuple[Ints, Hashes, NDArray[np.int64]]:
    """The numbers of the sentences of some words with one that has a counterpart, their keys and signs."""
    pair, side = _pairs(mentions.lexicon)
    chosen = np.flatnonzero(pair[mentions.term] > 0)
    text = mentions.text
    tokens, sentences = text.cut("tokens"), text.sentences
    chosen = chosen[mentions.words[mentions.sentence[chosen]] >= FEWEST_WORDS]
    own = mentions.sentence[chosen]
    where = np.unique(own)
    starts = np.searchsorted(tokens.starts, sentences.starts[where])
    counts = np.searchsorted(tokens.starts, sentences.ends[where]) - starts
    firsts = np.cumsum(counts) - counts
    index = np.repeat(starts - firsts, counts) + np.arange(int(counts.sum()))
    hashes, signs, kept = tokens.folded[index], np.zeros(len(index), np.int64), np.ones(len(index), np.bool_)
    place = np.searchsorted(where, own)
    at = mentions.starts[chosen] - starts[place] + firsts[place]
    hashes[at], signs[at] = pair[mentions.term[chosen]].astype(np.uint64), side[mentions.term[chosen]]
    spans = mentions.ends[chosen] - mentions.starts[chosen]
    for more in range(1, int(spans.max(initial=1))):  # the rest of a word of several characters
        kept[at[spans > more] + more] = False
    if not len(where):
        return where, np.zeros(0, np.uint64), np.zeros(0, np.int64)
    before: Ints = np.cumsum(kept) - kept
    ranks = (before - np.repeat(before[firsts], counts)).astype(np.uint64)
    mixed = splitmix64(hashes ^ splitmix64(ranks))
    signed = (splitmix64(ranks) >> np.uint64(1)).astype(np.int64) * signs
    key = np.add.reduceat(np.where(kept, mixed, np.uint64(0)), firsts)
    return where, splitmix64(key), np.add.reduceat(signed, firsts)


def _pairs(words: Lexicon) -> tuple[Ints, Ints]:
    """For each term the number of its pair from 1 on, 0 for none; and 1 or -1, the side on which it stands there.

    Pairs that share a word are one.
    """
    numbers = {term.lower(): k for k, term in enumerate(words.terms)}
    pair, side = np.zeros(len(words.terms), np.int64), np.zeros(len(words.terms), np.int64)
    for number, (first, second) in enumerate(words.pairs, 1):
        a, b = numbers[first.lower()], numbers[second.lower()]
        for old in {int(pair[a]), int(pair[b])} - {0}:
            pair[pair == old] = number
        pair[[a, b]] = number
        side[a], side[b] = 1, -1
    return pair, side


def _examples(
    mentions: Mentions, where: Ints, key: Hashes, sign: NDArray[np.int64], most: int = 3
) -> Sequence[tuple[str, str]]:
    """The first pairs, as they stand in the documents."""
    seen: dict[tuple[int, int], int] = {}
    found: list[tuple[str, str]] = []
    shown: set[int] = set()
    sentences = mentions.text.sentences
    for row, k, s in zip(where.tolist(), key.tolist(), sign.tolist(), strict=True):
        other = seen.get((k, -s))
        if other is not None and k not in shown:
            shown.add(k)
            spans = [slice(sentences.starts[n], sentences.ends[n]) for n in (other, row)]
            first, second = (mentions.text.data[span].tobytes().decode() for span in spans)
            found.append((first, second))
            if len(found) == most:
                break
        seen.setdefault((k, s), row)
    return found
