"""`Synonyms`: children of a document with some words replaced by synonyms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import ClassVar

from dataqual.children import Augmenter, Chance, Child, Edit
from dataqual.synonyms.source import Documents, Source, Swap


@dataclass(frozen=True, eq=False)
class Synonyms(Augmenter):
    """A share `rate` of all words of a document, one at least (EDA, Wei and Zou 2019) or as many as its source says, as far as so many have synonyms.

    Each document is given to the first of the sources that serves it.
    """

    settled: ClassVar[bool] = True

    sources: tuple[Source, ...]
    rate: float

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        """Of each document as many as are asked for; fewer where no more can be made, none where no word has a synonym."""
        return self.attempt(0, texts, chances, how_many, [0] * len(texts))

    def attempt(
        self,
        number: int,
        texts: Sequence[str],
        chances: Sequence[Chance],
        how_many: Sequence[int],
        asked: Sequence[int],
    ) -> list[list[Child]]:
        """Those that come after the ones of earlier attempts: no two are the same."""
        return [
            [Child.of(text, edits) for edits in islice(series(swaps, wanted, chance), done, done + n)]
            for text, (swaps, wanted), chance, n, done in zip(
                texts, self._read(Documents.of(texts)), chances, how_many, asked, strict=True
            )
        ]

    def _read(self, documents: Documents) -> list[tuple[list[Swap], int]]:
        """Of each document its places, and how many of them are filled."""
        counts = documents.segments.counts.tolist()
        places: list[tuple[list[Swap], int]] = [([], 0) for _ in range(len(documents))]
        left: list[int] = list(range(len(documents)))
        for source in self.sources:
            found = source.read(documents, left)
            for row, swaps in zip(left, found, strict=True):
                if swaps:
                    wanted = max(source.least, round(self.rate * source.words(counts[row])))
                    places[row] = swaps, wanted if source.most is None else min(wanted, source.most)
            left = [row for row, swaps in zip(left, found, strict=True) if swaps is None]
        return places


DRAWS = 20
"""Times that places are drawn for one child more until it is taken for granted that all have been made."""


def series(swaps: Sequence[Swap], wanted: int, chance: Chance) -> Iterator[list[Edit]]:
    """The edits of a first child, a second one and so on, each in as many places as are wanted, or as there are; none without any.

    What siblings have least is taken first, so that they differ in as much as they can.

    >>> def swap(at: int, *words: str) -> Swap:
    ...     return Swap(at, tuple((Edit(at, at + 1, word, "synonym"),) for word in words))
    >>> each = list(series([swap(0, "A"), swap(1, "B", "C"), swap(2, "D")], 1, Chance(1)))
    >>> [edit.replacement for edits in each for edit in edits]
    ['A', 'D', 'C', 'B']
    """
    taken = [[0] * len(swap.choices) for swap in swaps]
    made: set[tuple[tuple[int, int], ...]] = set()
    for number in count() if swaps else ():
        for draw in range(DRAWS):
            one = _drawn(taken, wanted, chance.of(f"child {number}, draw {draw}"), evenly=draw == 0)
            if one not in made:
                break
        else:
            return
        made.add(one)
        for at, choice in one:
            taken[at][choice] += 1
        yield [edit for at, choice in one for edit in swaps[at].choices[choice]]


def _drawn(taken: Sequence[Sequence[int]], wanted: int, chance: Chance, *, evenly: bool) -> tuple[tuple[int, int], ...]:
    """Places and the choice in each, ascending; `evenly`: those that were taken least, of equals by chance."""
    keys = iter(chance.numbers(len(taken) + sum(map(len, taken)), "synonyms").tolist())
    order = sorted((sum(own) if evenly else 0, next(keys), at) for at, own in enumerate(taken))
    chosen = []
    for at, own in enumerate(taken):
        _, _, choice = min((times if evenly else 0, next(keys), choice) for choice, times in enumerate(own))
        chosen.append((at, choice))
    return tuple(sorted(chosen[at] for _, _, at in order[:wanted]))
