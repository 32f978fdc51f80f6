"""The pair signal `antonyms_swapped`: a word that went and its opposite that came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.chinese_opposites import chinese
from dataqual.gating.english_opposites import english
from dataqual.gating.pairs import Pairs, PairSignal

TOLD = 3
"""Opposites that are named of one pair, at most."""


@dataclass(frozen=True)
class AntonymsSwapped(PairSignal):
    """How many words of the parent went while a word of the opposite sense came.

    Opposites are WordNet's antonyms, words similar to them (indirect antonyms, Gross, Fischer and Miller 1989) and derived from
    them, a word and itself with a prefix (`happy`, `unhappy`) or with -less for -ful, and words of praise and of blame (after
    VADER, Hutto and Gilbert 2014). For Chinese both are lists of our own (lexicons/antonyms.*.txt, valence.*.txt), read by
    characters too (加重, 减轻), and words whose English glosses in CC-CEDICT are opposites by WordNet. `not bad` for `good`
    counts too: who cannot tell refuses. So does a word in the very place of another where no synset of WordNet, list of ours,
    gloss or source of synonyms (`Pairs.vouched`) says that the two mean the same: of English words where both have an opposite,
    of Chinese ones where they have no character in common. What our list of everyday Chinese words lets stand for a word (不少
    for 很多) is no opposite.

    >>> pairs = Pairs.of(["She loved it, a great film.", "服务很好", "a kind man"], ["She hated it, a great film.", "服务很差", "a nice man"])
    >>> AntonymsSwapped().measure(pairs).tolist(), AntonymsSwapped().evidence(pairs, 1)
    ([1.0, 1.0, 0.0], '很好 / 很差')
    >>> AntonymsSwapped().measure(Pairs.of(["a tall man"] * 2, ["a kind man"] * 2, vouched=[frozenset(), {("tall", "kind")}])).tolist()
    [1.0, 0.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        return np.array([len(found) for found in _found(pairs)], np.float64)

    def evidence(self, pairs: Pairs, at: int) -> str | None:
        """The words that went and their opposites, `好 / 差`; a few where there are many."""
        found = next(iter(_found(pairs.at(at))))
        told = "; ".join(f"{was} / {now}" for was, now in found[:TOLD])
        return told + ("; …" if len(found) > TOLD else "") or None


def _found(pairs: Pairs) -> Iterator[list[tuple[str, str]]]:
    """Of each pair, the words that went with their opposites."""
    for (gone, come), (before, after), apart, vouched in zip(
        pairs.replaced, pairs.worded, pairs.apart, pairs.vouched or repeat(()), strict=False
    ):
        yield english(gone, come, before, after, vouched) + chinese(apart, vouched)
