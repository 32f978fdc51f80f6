"""`Synonyms`: children of a document with some words replaced by synonyms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dataqual.children import Augmenter, Chance, Child
from dataqual.protected import Protected
from dataqual.synonyms.source import Source, Swap
from dataqual.word_spans import word_spans


@dataclass(frozen=True, eq=False)
class Synonyms(Augmenter):
    """A share `rate` of all words of a document, one at least (EDA, Wei and Zou 2019), as far as so many have synonyms.

    Each document is given to the first of the sources that serves it.
    """

    sources: tuple[Source, ...]
    rate: float

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        """Of each document as many as are asked for; none where no word has a synonym."""
        made: list[list[Child]] = []
        for text, spans, chance, n in zip(texts, word_spans(texts), chances, how_many, strict=True):
            source = next((one for one in self.sources if one.serves(text, spans)), None)
            swaps = source.swaps(text, spans, Protected(text, quotes=True)) if source is not None else []
            wanted = max(1, round(self.rate * source.words(text, spans))) if source is not None else 0
            if source is not None and source.most is not None:
                wanted = min(wanted, source.most)
            made.append(
                [_child(text, swaps, wanted, chance.of(f"child {number}")) for number in range(n)] if swaps else []
            )
        return made


def _child(text: str, swaps: Sequence[Swap], wanted: int, chance: Chance) -> Child:
    drawn = chance.numbers(2 * len(swaps), "synonyms")
    chosen = np.argsort(drawn[: len(swaps)], kind="stable")[:wanted].tolist()
    which = drawn[len(swaps) :].tolist()
    edits = []
    for at in chosen:
        choices = swaps[at].choices
        edits += choices[int(which[at] * len(choices))]
    return Child.of(text, edits)
