"""`Synonyms`: children of a document with some words replaced by synonyms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dataqual.children import Augmenter, Chance, Child, Edit
from dataqual.synonyms.source import Documents, Source, Swap


@dataclass(frozen=True, eq=False)
class Synonyms(Augmenter):
    """A share `rate` of all words of a document, one at least (EDA, Wei and Zou 2019), as far as so many have synonyms.

    Each document is given to the first of the sources that serves it.
    """

    settled: ClassVar[bool] = True

    sources: tuple[Source, ...]
    rate: float

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        """Of each document as many as are asked for; none where no word has a synonym."""
        return [
            [_child(text, swaps, wanted, chance.of(f"child {number}")) for number in range(n)] if swaps else []
            for text, (swaps, wanted), chance, n in zip(
                texts, self._read(Documents.of(texts)), chances, how_many, strict=True
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
                    wanted = max(1, round(self.rate * source.words(counts[row])))
                    places[row] = swaps, wanted if source.most is None else min(wanted, source.most)
            left = [row for row, swaps in zip(left, found, strict=True) if swaps is None]
        return places


def _child(text: str, swaps: Sequence[Swap], wanted: int, chance: Chance) -> Child:
    drawn = chance.numbers(2 * len(swaps), "synonyms").tolist()
    chosen = sorted(range(len(swaps)), key=drawn.__getitem__)[:wanted]
    edits: list[Edit] = []
    for at in chosen:
        choices = swaps[at].choices
        edits += choices[int(drawn[len(swaps) + at] * len(choices))]
    return Child.of(text, edits)
